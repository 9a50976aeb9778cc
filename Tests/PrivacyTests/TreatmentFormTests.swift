import Foundation
import Inference
import JSONText
import Privacy
import Testing

/// What each treatment makes of a request in each form.
@Suite struct TreatmentFormTests {
    static func engine(_ treatments: [DataClass: Treatment]) throws -> PrivacyEngine {
        var settings = PrivacySettings()
        settings.treatments = treatments
        return try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
    }

    static func treat(
        _ request: InferenceRequest, _ form: SendingForm, _ treatments: [DataClass: Treatment], tenant: String = "acme",
        generation: Int = 1
    ) throws -> TreatedRequest {
        let engine = try engine(treatments)
        return try engine.treat(
            request, findings: engine.inspect(request), requestID: Fixtures.identifier, form: form,
            destination: Fixtures.destination, tenantKey: Fixtures.tenantKey(tenant, generation: generation))
    }

    private static let body = #"["I am alice@example.org, call +34 612 345 678; alice@example.org"]"#

    private static func sent(
        _ treatment: Treatment, _ form: SendingForm, body: String = body, tenant: String = "acme", generation: Int = 1
    ) throws -> String {
        let treated = try treat(
            Fixtures.request(body), form, [.email: treatment, .phone: treatment], tenant: tenant, generation: generation
        )
        return String(decoding: treated.body, as: UTF8.self)
    }

    @Test(arguments: Treatment.allCases) func `each form and treatment make what the table says`(treatment: Treatment)
        throws
    {
        guard treatment != .block else { return }
        #expect(try Self.sent(treatment, .raw) == Self.body)
        let redacted = try Self.sent(treatment, .redacted)
        let pseudonymised = try Self.sent(treatment, .pseudonymised)
        switch treatment {
        case .mask:
            #expect(redacted == #"["I am [EMAIL], call [PHONE]; [EMAIL]"]"#)
            #expect(pseudonymised == #"["I am a****@example.org, call **** 5678; a****@example.org"]"#)
        case .remove:
            #expect(redacted == #"["I am , call ; "]"#)
            #expect(pseudonymised == redacted)
        case .hash:
            #expect(redacted == #"["I am [EMAIL], call [PHONE]; [EMAIL]"]"#)
            let pattern = /\["I am \[EMAIL #([0-9a-f]{8})\], call \[PHONE #[0-9a-f]{8}\]; \[EMAIL #([0-9a-f]{8})\]"\]/
            let match = try #require(pseudonymised.wholeMatch(of: pattern))
            #expect(match.1 == match.2)
        case .surrogate, .realistic, .block:
            #expect(redacted == #"["I am [EMAIL], call [PHONE]; [EMAIL]"]"#)
            let email = treatment == .surrogate ? "EMAIL_[0-9A-Z]{8}" : #"[a-z]+\.[a-z]+\d{2,3}@example\.com"#
            let phone = treatment == .surrogate ? "PHONE_[0-9A-Z]{8}" : #"\+34 61\d \d{3} \d{3}"#
            let pattern = try Regex(#"\["I am (\#(email)), call \#(phone); (\#(email))"\]"#)
            let match = try #require(pseudonymised.wholeMatch(of: pattern))
            #expect(match.output[1].substring == match.output[2].substring)
        }
    }

    @Test(arguments: [Treatment.surrogate, .realistic, .hash])
    func `keyed treatments are the same in each request of a tenant, and another's under another key`(
        treatment: Treatment
    ) throws {
        let first = try Self.sent(treatment, .pseudonymised)
        #expect(try Self.sent(treatment, .pseudonymised) == first)
        #expect(try Self.sent(treatment, .pseudonymised, tenant: "other") != first)
        #expect(try Self.sent(treatment, .pseudonymised, generation: 2) != first)
        // Another tenant's name can't spell another generation.
        #expect(
            try Self.sent(treatment, .pseudonymised, tenant: "2 acme")
                != Self.sent(treatment, .pseudonymised, generation: 2))
    }

    @Test(arguments: SendingForm.allCases) func `block refuses the request in every form and names the class`(
        form: SendingForm
    ) throws {
        let request = try Fixtures.request(Self.body)
        #expect(throws: TreatmentError.blocked(.phone)) { try Self.treat(request, form, [.phone: .block]) }
        let engine = try Self.engine([.phone: .block, .card: .block])
        #expect(engine.blocked(try engine.inspect(request)) == [.phone])
        #expect(throws: Never.self) { try Self.treat(request, form, [.card: .block]) }
        #expect("\(TreatmentError.blocked(.phone))" == "data of the class `phone` may not be sent")
    }

    @Test func `only what is reversible comes back`() throws {
        let body = #"["alice@example.org 4111 1111 1111 1111 +34 612 345 678 10.0.0.1 DE89370400440532013000"]"#
        let treated = try Self.treat(
            Fixtures.request(body), .pseudonymised,
            [.email: .realistic, .card: .mask, .phone: .hash, .ipAddress: .remove, .iban: .surrogate])
        #expect(treated.restoration.count == 2)
        #expect(treated.replacements == 5)
        let restored = String(decoding: treated.restoration.restored(treated.body), as: UTF8.self)
        #expect(restored.hasPrefix(#"["alice@example.org **** 1111 [PHONE #"#))
        #expect(restored.hasSuffix(#"]  DE89370400440532013000"]"#))
    }

    @Test func `values that become the same keep names of members different`() throws {
        let body =
            #"{"4111 1111 1111 1111":1,"5105 1051 0510 1111":2,"4111111111111111":3,"4012888888881111":4,"x":"4111 1111 1111 1111"}"#
        for form in [SendingForm.pseudonymised, .redacted] {
            for treatment in [Treatment.mask, .remove, .hash] {
                let treated = try Self.treat(Fixtures.request(body), form, [.card: treatment])
                #expect(try JSONDocument(parsing: treated.body).root.count == 5)
                let text = String(decoding: treated.body, as: UTF8.self)
                if treatment == .mask, form == .pseudonymised {
                    #expect(text.contains(#""**** 1111 2":"#) && text.contains(#""x":"**** 1111""#))
                }
                if treatment == .remove { #expect(text.contains(#""[CARD]":1"#) && text.contains(#""x":"""#)) }
            }
        }
        // A caller may have written it itself.
        let request = try Fixtures.request(#"{"4111 1111 1111 1111":1,"**** 1111":2}"#)
        #expect(throws: TreatmentError.ambiguousNames) { try Self.treat(request, .pseudonymised, [.card: .mask]) }
    }

    @Test func `a class of one's own name has a treatment of its own`() throws {
        var settings = PrivacySettings()
        settings.terms = [PrivacySettings.TermList(dataClass: DataClass("project"), words: ["Falcon"])]
        settings.treatments = [DataClass("project"): .remove]
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
        let request = try Fixtures.request(#"["the Falcon plan"]"#)
        let findings = try engine.inspect(request)
        guard !findings.isEmpty else { return }
        let treated = try engine.treat(
            request, findings: findings, requestID: Fixtures.identifier, form: .pseudonymised,
            destination: Fixtures.destination, tenantKey: Fixtures.tenantKey())
        #expect(String(decoding: treated.body, as: UTF8.self) == #"["the  plan"]"#)
    }

    @Test func `two values never share a stand-in, and one that stands in the request is not used`() throws {
        // Far more addresses than the documentation ranges hold: the rest gets surrogates.
        let addresses = (0..<1_200).map { "10.1.\($0 / 250).\($0 % 250)" }
        let body = "[" + addresses.map { "\"host \($0) up\"" }.joined(separator: ",") + "]"
        let treated = try Self.treat(Fixtures.request(body), .pseudonymised, [.ipAddress: .realistic])
        let texts = try JSONDocument(parsing: treated.body).root.elements.compactMap(\.string)
        #expect(Set(texts).count == addresses.count)
        #expect(texts.contains { $0.contains("IP_") } && texts.count { !$0.contains("IP_") } > 300)
        #expect(treated.restoration.count == addresses.count)
        #expect(String(decoding: treated.restoration.restored(treated.body), as: UTF8.self) == body)

        let first = try Self.sent(.realistic, .pseudonymised)
        let email = try #require(first.firstMatch(of: /[a-z]+\.[a-z]+\d+@example\.com/)).output
        // In a text, in a name, in capitals, in a document inside a string.
        for other in [
            "\"write to \(email)\"", "{\"\(email)\": 1}", "\"\(email.uppercased())\"",
            "{\"arguments\": \"{\\\"to\\\": \\\"\(email)\\\"}\"}",
        ] {
            let body = "[\"I am alice@example.org\", \(other)]"
            let treated = try Self.treat(Fixtures.request(body), .pseudonymised, [.email: .realistic])
            #expect(String(decoding: treated.restoration.restored(treated.body), as: UTF8.self) == body)
            let sent = try #require(try JSONDocument(parsing: treated.body).root.elements.compactMap(\.string).first)
            #expect(sent.hasSuffix("@example.com") && !sent.hasSuffix(email))
        }
    }

    @Test func `numbers of the body are no stand-ins either`() throws {
        // A card's stand-in of bare digits, then the same digits as a JSON number, which no detector reads.
        let value = #"["card 4111111111111111"]"#
        let treated = try Self.treat(Fixtures.request(value), .pseudonymised, [.card: .realistic])
        let number = try #require(String(decoding: treated.body, as: UTF8.self).firstMatch(of: /9999\d{12}/)).output
        let body = #"["card 4111111111111111", \#(number)]"#
        let again = try Self.treat(Fixtures.request(body), .pseudonymised, [.card: .realistic])
        #expect(String(decoding: again.body, as: UTF8.self).components(separatedBy: number).count == 2)
        #expect(String(decoding: again.restoration.restored(again.body), as: UTF8.self) == body)
    }
}
