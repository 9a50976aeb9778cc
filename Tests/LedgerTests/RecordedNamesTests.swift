import Cryptography
import Foundation
import Inference
import Testing

@testable import Ledger

struct RecordedNamesTests {
    @Test func `only plain names of tools are recorded, and the others counted`() {
        let long = String(repeating: "a", count: 129)
        let tools = LedgerEntry.Tools([
            "look_up", "a.b-C9", "maria@example.org", "two words", "", long, "naïve", "look_up",
        ])
        #expect(tools.names == ["look_up", "a.b-C9"])
        #expect(tools.leftOut == 5)
    }

    @Test func `names in which something was found are counted only`() {
        let tools = LedgerEntry.Tools(["call_4111111111111111", "clock"]) { $0.hasPrefix("call") }
        #expect(tools.names == ["clock"])
        #expect(tools.leftOut == 1)
    }

    @Test func `however many tools there are, the entry fits its line`() throws {
        var intent = LedgerSamples.intent
        let names = (0..<5_000).map { "tool_\($0)" }
        intent.asked.tools = LedgerEntry.Tools(names)
        #expect(intent.asked.tools.names.count + intent.asked.tools.leftOut == 5_000)
        #expect(try intent.encoded().bundleBytes < 16_384)
    }

    @Test func `however much is known of a principal, the entry fits its line`() throws {
        var intent = LedgerSamples.intent
        intent.asked.principal = Principal(
            kind: .user, name: "alice", teams: [], tenant: "default", method: .token, credential: "t",
            attributes: [
                PrincipalAttribute("groups", .strings((0..<5_000).map { "group-\($0)" })),
                PrincipalAttribute("huge", .long(.max)), PrincipalAttribute("level", .long(3)),
            ])
        let line = String(decoding: try intent.encoded().bytes, as: UTF8.self)
        #expect(line.contains(#""principal":{"attributes":{"level":3},"attributes_left_out":2,"credential""#))
    }

    @Test func `what has to be escaped counts as it is written`() throws {
        // A claim that its holder may choose must not make entries too long to be recorded.
        var intent = LedgerSamples.intent
        intent.asked.principal = Principal(
            kind: .user, name: "alice", teams: [], tenant: "default", method: .token, credential: "t",
            attributes: (0..<8).map {
                PrincipalAttribute("a\($0)", .string(String(repeating: "\u{1}", count: 1_000)))
            } + [PrincipalAttribute("quoted", .strings([String(repeating: "\"", count: 4_096)]))])
        let encoded = try intent.encoded()
        #expect(encoded.bundleBytes < 16_384)
        let saysSo = String(decoding: encoded.bytes, as: UTF8.self).contains(#""attributes_left_out":8"#)
        #expect(saysSo)
    }

    @Test(arguments: ["billing", "support/ticket-42", "urn:purpose:a.b_c", String(repeating: "x", count: 64)])
    func `a purpose is a word`(_ text: String) {
        #expect(Purpose(text)?.rawValue == text)
    }

    @Test(arguments: ["", "two words", "maria@example.org", "é", "a,b", String(repeating: "x", count: 65), "a\nb"])
    func `anything else is no purpose`(_ text: String) {
        #expect(Purpose(text) == nil)
    }
}
