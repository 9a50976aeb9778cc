import Foundation
import Inference
import JSONText
import PrivacyTesting
import Testing

@testable import Privacy

@Suite struct ExposureTests {
    private static func exposure(
        _ request: InferenceRequest, _ form: SendingForm, _ engine: PrivacyEngine = Fixtures.engine,
        limit: Int = 32_768
    ) throws -> (exposure: Exposure, findings: Findings, treated: TreatedRequest) {
        let findings = try engine.inspect(request)
        let key = try Fixtures.tenantKey()
        let treated = try engine.treat(
            request, findings: findings, requestID: Fixtures.identifier, form: form,
            destination: Fixtures.destination, tenantKey: key)
        let exposure = try engine.exposure(
            of: request, findings: findings, treated: treated, key: key.fingerprints, limit: limit)
        return (exposure, findings, treated)
    }

    private static func request(text: String) throws -> InferenceRequest {
        try Fixtures.request([UInt8](#"{"content":""#.utf8) + JSONEscape.escaped(Array(text.utf8)) + Array(#""}"#.utf8))
    }

    /// Under which treatments a value stands in an exposure.
    private static func treatments(of value: String, in exposure: Exposure) throws -> [AppliedTreatment] {
        let prints = Set(try Fixtures.tenantKey().fingerprints.fingerprints(of: value))
        return exposure.values.filter { !prints.isDisjoint(with: $0.fingerprints) }.map(\.treatment).sorted()
    }

    @Test(arguments: [
        (Treatment.surrogate, SendingForm.raw, AppliedTreatment.raw), (.surrogate, .pseudonymised, .surrogate),
        (.surrogate, .redacted, .label), (.realistic, .raw, .raw), (.realistic, .pseudonymised, .realistic),
        (.realistic, .redacted, .label), (.mask, .raw, .raw), (.mask, .pseudonymised, .mask),
        (.mask, .redacted, .label),
        (.hash, .raw, .raw), (.hash, .pseudonymised, .hash), (.hash, .redacted, .label), (.remove, .raw, .raw),
        (.remove, .pseudonymised, .remove), (.remove, .redacted, .remove),
    ])
    func `a value is recorded in the form in which it left`(
        treatment: Treatment, form: SendingForm, applied: AppliedTreatment
    ) throws {
        let engine = try TreatmentFormTests.engine([.email: treatment])
        let (exposure, _, treated) = try Self.exposure(
            try Self.request(text: "write to maria@example.org, I say: Maria@Example.org"), form, engine)
        #expect(exposure.counts == [.init(dataClass: .email, place: .user, treatment: applied, count: 2)])
        #expect(exposure.fingerprintCount == 1)
        #expect(try Self.treatments(of: "maria@example.org", in: exposure) == [applied])
        #expect(String(decoding: treated.body, as: UTF8.self).contains("maria@") == (applied == .raw))
    }

    @Test func `a value without a stand-in left as a surrogate, and a name of a member as its class`() throws {
        let engine = try TreatmentFormTests.engine([.email: .remove, .secret: .realistic])
        let request = try Fixtures.request(#"{"maria@example.org":"password = Xk29vQ7pLm4z"}"#)
        let (exposure, _, _) = try Self.exposure(request, .pseudonymised, engine)
        #expect(try Self.treatments(of: "maria@example.org", in: exposure) == [.label])
        #expect(try Self.treatments(of: "Xk29vQ7pLm4z", in: exposure) == [.surrogate])
    }

    @Test(arguments: [
        ("write to maria%40example.org", "maria@example.org"), ("write to maria&#64;example.org", "maria@example.org"),
        ("write to ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "maria@example.org"),
        ("write to m\u{200B}aria@exam\u{AD}ple.org", "maria@example.org"),
        (
            "in base64: " + Data("write to maria@example.org and joe@example.net".utf8).base64EncodedString(),
            "maria@example.org"
        ),
        (
            "in base64: " + Data("write to maria@example.org and joe@example.net".utf8).base64EncodedString(),
            "joe@example.net"
        ),
        ("card number: ４１１１ １１１１ １１１１ １１１１", "4111111111111111"),
        ("my card is \\u0034111 1111 1111 1111", "4111-1111-1111-1111"),
        ("call +49 30 901820 today", "0049 30 901820"),
    ])
    func `a value in disguise is recorded as what it is`(text: String, value: String) throws {
        let (exposure, findings, _) = try Self.exposure(try Self.request(text: text), .pseudonymised)
        #expect(!findings.isEmpty)
        #expect(try Self.treatments(of: value, in: exposure) == [.surrogate])
    }

    @Test(arguments: ["4111111111111111", "4111111111111111.0", "4.111111111111111e15"])
    func `a number of JSON is recorded as its digits`(number: String) throws {
        let (exposure, findings, _) = try Self.exposure(
            try Fixtures.request(#"{"card_number":\#(number)}"#), .pseudonymised)
        #expect(findings.items.count == 1)
        #expect(try Self.treatments(of: "4111 1111 1111 1111", in: exposure) == [.surrogate])
    }

    @Test func `a value within another is recorded, too`() throws {
        let engine = try PrivacyEngine(
            scanner: Fixtures.scanner, settings: PrivacySettings(classes: [.email, DataClass("url")]))
        let (exposure, findings, _) = try Self.exposure(
            try Self.request(text: "see https://example.org/unsubscribe?user=maria@example.net today"), .pseudonymised,
            engine)
        #expect(findings.items.count == 1)
        #expect(try Self.treatments(of: "maria@example.net", in: exposure) == [.surrogate])
    }

    @Test func `more different values than may be are refused, equal ones are one`() throws {
        let addresses = (0..<40).map { "p\($0)@example.org" }
        let text = (addresses + addresses.map { $0.uppercased() }).joined(separator: ", ")
        let request = try Self.request(text: text)
        #expect(try Self.exposure(request, .raw, limit: 40).exposure.fingerprintCount == 40)
        #expect(throws: TreatmentError.tooManyValues(39)) { try Self.exposure(request, .raw, limit: 39) }
        #expect(TreatmentError.tooManyValues(39).description.contains("39 different values"))
    }

    @Test func `findings of another request expose nothing`() throws {
        let request = try Self.request(text: "maria@example.org")
        let (_, findings, treated) = try Self.exposure(request, .raw)
        let other = try Self.request(text: "maria@example.org")
        let key = try Fixtures.tenantKey().fingerprints
        #expect(throws: TreatmentError.foreignFindings) {
            try Fixtures.engine.exposure(of: other, findings: findings, treated: treated, key: key, limit: 9)
        }
    }

    @Test(arguments: [SendingForm.raw, .pseudonymised, .redacted])
    func `what is counted by form is what was counted`(form: SendingForm) throws {
        var text = FuzzText(seed: 11)
        for round in 0..<150 {
            let request = try Self.request(text: text.nextString() + " " + text.nextString())
            let (exposure, findings, _) = try Self.exposure(request, form)
            let counts = exposure.counts.map {
                DataSummary.Count(dataClass: $0.dataClass, place: $0.place, count: $0.count)
            }
            #expect(DataSummary(counts: counts, coverage: .empty).counts == findings.summary.counts, "round \(round)")
            #expect(exposure.counts.allSatisfy { ($0.treatment == .raw) == (form == .raw) })
            #expect(findings.isEmpty == exposure.values.isEmpty)
        }
    }
}
