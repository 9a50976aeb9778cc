import Cryptography
import Foundation
import Inference
import JSONText
import Privacy
import Testing

@Suite struct TreatmentTests {
    static let body =
        #"{"model":"demo", "messages":[{"role":"user","content":"I am alice@example.org, card 4111 1111 1111 1111.\nAgain: alice@example.org"}]}"#

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a value becomes a surrogate of its class, the same everywhere`() throws {
        let treated = try Fixtures.treat(Fixtures.request(Self.body), .pseudonymised)
        let result = text(treated.body)
        let surrogates = result.matches(of: /(EMAIL|CARD)_[0-9A-HJKMNP-TV-Z]{8}/).map { String($0.output.0) }
        #expect(surrogates.count == 3)
        #expect(surrogates.first == surrogates.last)
        #expect(!result.contains("alice") && !result.contains("4111"))
        #expect(treated.replacements == 3)
        #expect(treated.restoration.count == 2)
        #expect(text(treated.restoration.restored(treated.body, encoding: .plain)) == Self.body)
    }

    @Test func `all other bytes stay as they came`() throws {
        let body = "{ \"a\" : [1.0e5,\t\"x\\u0041\\/ alice\\u0040example.org \\ud83d\\ude00\" ] }\n"
        let treated = try Fixtures.treat(Fixtures.request(body), .redacted)
        #expect(text(treated.body) == "{ \"a\" : [1.0e5,\t\"x\\u0041\\/ [EMAIL] \\ud83d\\ude00\" ] }\n")
    }

    @Test func `raw has the dialect's edits and nothing else`() throws {
        let request = try Fixtures.request(Self.body)
        let model = try #require(request.body.root["model"])
        let edit = JSONReplacement(range: model.range, bytes: [UInt8]("\"gpt-5\"".utf8))
        let treated = try Fixtures.treat(request, .raw, edits: [edit])
        #expect(text(treated.body) == Self.body.replacingOccurrences(of: "\"demo\"", with: "\"gpt-5\""))
        #expect(treated.restoration.isEmpty)
        let whole = try Fixtures.treat(request, .pseudonymised, edits: [edit])
        #expect(text(whole.body).contains("\"gpt-5\"") && text(whole.body).contains("EMAIL_"))
    }

    @Test func `redaction is for good`() throws {
        let treated = try Fixtures.treat(Fixtures.request(Self.body), .redacted)
        #expect(text(treated.body).contains("I am [EMAIL], card [CARD].\\nAgain: [EMAIL]"))
        #expect(treated.restoration.isEmpty)
    }

    @Test func `tenants get different surrogates and turns the same`() throws {
        let first = try Fixtures.treat(Fixtures.request(Self.body), .pseudonymised)
        let again = try Fixtures.treat(Fixtures.request(Self.body), .pseudonymised)
        let other = try Fixtures.treat(Fixtures.request(Self.body), .pseudonymised, tenant: "other")
        #expect(first.body == again.body)
        #expect(first.body != other.body)
    }

    @Test func `JSON inside strings is spliced inside out`() throws {
        let inner = #"{"to":"alice@example.org","nested":{"arguments":"{\"phone\":\"+34 612 345 678\"}"}}"#
        let outer = #"{"arguments":"\#(text(JSONEscape.escaped([UInt8](inner.utf8))))","note":"bob@example.org"}"#
        let request = try Fixtures.request(outer)
        #expect(request.documents.count == 3)
        let treated = try Fixtures.treat(request, .redacted)
        let document = try JSONDocument(parsing: treated.body)
        let arguments = try #require(document.root["arguments"]?.string)
        #expect(arguments == #"{"to":"[EMAIL]","nested":{"arguments":"{\"phone\":\"[PHONE]\"}"}}"#)
        #expect(document.root["note"]?.string == "[EMAIL]")
        let pseudonymised = try Fixtures.treat(request, .pseudonymised)
        #expect(text(pseudonymised.restoration.restored(pseudonymised.body)) == outer)
    }

    @Test func `names of members are treated and stay different`() throws {
        let body = #"{"alice@example.org":1,"bob@example.org":2,"ALICE@example.org":3,"x":"alice@example.org"}"#
        let request = try Fixtures.request(body)
        let pseudonymised = try Fixtures.treat(request, .pseudonymised)
        #expect(try JSONDocument(parsing: pseudonymised.body).root.count == 4)
        #expect(!text(pseudonymised.body).contains("example"))
        let redacted = try Fixtures.treat(request, .redacted)
        #expect(text(redacted.body) == #"{"[EMAIL]":1,"[EMAIL 2]":2,"[EMAIL 3]":3,"x":"[EMAIL]"}"#)
    }

    @Test func `a name that redaction would double refuses the request`() throws {
        let request = try Fixtures.request(#"{"alice@example.org":1,"[EMAIL]":2}"#)
        #expect(throws: TreatmentError.ambiguousNames) { try Fixtures.treat(request, .redacted) }
    }

    @Test func `findings of another request are refused`() throws {
        let findings = try Fixtures.engine.inspect(Fixtures.request(Self.body))
        #expect(throws: TreatmentError.foreignFindings) {
            try Fixtures.engine.treat(
                Fixtures.request("[1]"), findings: findings, requestID: Fixtures.identifier, form: .redacted,
                destination: Fixtures.destination, tenantKey: Fixtures.tenantKey())
        }
    }

    @Test func `edits that overlap a finding are refused`() throws {
        let request = try Fixtures.request(#"["alice@example.org"]"#)
        let edit = JSONReplacement(range: 3..<9, bytes: [])
        #expect(throws: TreatmentError.overlappingEdits) { try Fixtures.treat(request, .redacted, edits: [edit]) }
    }

    @Test func `a surrogate in the caller's own text is never taken for another value's`() throws {
        let plain = try Fixtures.treat(Fixtures.request(#"["alice@example.org"]"#), .pseudonymised)
        let surrogate = String(text(plain.body).dropFirst(2).dropLast(2))
        #expect(surrogate.hasPrefix("EMAIL_"))
        // As it is, in lower case, escaped for Markdown, and completed by the label of the next surrogate.
        for copy in [surrogate, surrogate.lowercased(), surrogate.replacingOccurrences(of: "_", with: "\\\\_")] {
            let body = #"["alice@example.org","read \#(copy)"]"#
            let treated = try Fixtures.treat(Fixtures.request(body), .pseudonymised)
            let strings = try JSONDocument(parsing: treated.body).root.elements.compactMap(\.string)
            #expect(strings.last == "read " + copy.replacingOccurrences(of: "\\\\", with: "\\"))
            #expect(strings.first?.hasPrefix("EMAIL_") == true && strings.first != surrogate)
            #expect(text(treated.restoration.restored(treated.body)) == body)
        }
    }

    @Test func `nothing that holds values prints them`() throws {
        let treated = try Fixtures.treat(Fixtures.request(Self.body), .pseudonymised)
        var dumped = "\(treated) \(treated.restoration) \(String(reflecting: treated.restoration))"
        dump(treated, to: &dumped)
        dump(treated.restoration, to: &dumped)
        #expect(!dumped.contains("alice") && !dumped.contains("97, 108"))
    }

    @Test func `a whole answer is restored, arguments escaped twice`() throws {
        let request = try Fixtures.request(
            ##"["-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----","alice@example.org"]"##)
        let treated = try Fixtures.treat(request, .pseudonymised)
        let surrogates = try JSONDocument(parsing: treated.body).root.elements.compactMap(\.string)
        let answer = try JSONDocument(
            parsing: [UInt8](
                #"{"content":"\u0041 \#(surrogates[0]) to \#(surrogates[1])","arguments":"{\"key\":\"\#(surrogates[0])\"}"}"#
                    .utf8))
        let arguments = try #require(answer.root["arguments"])
        let restored = answer.replacing(treated.restoration.restore(in: answer, jsonTexts: [arguments.node]))
        let document = try JSONDocument(parsing: restored)
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----"
        #expect(document.root["content"]?.string == "A \(key) to alice@example.org")
        let inner = try JSONDocument(parsing: try #require(document.root["arguments"]).decodedUTF8())
        #expect(inner.root["key"]?.string == key)
    }
}
