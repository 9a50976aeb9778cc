import Inference
import Ledger
import Testing

@Suite struct LedgerRowTests {
    @Test func `a table has equal columns and says what matters of each kind`() throws {
        let lines = try LedgerSamples.log(LedgerSamples.all.map(\.entry))
        let table = LedgerRow.table(lines.compactMap { LedgerRow(line: $0) })
        let texts = [
            "SEQ  TIME",
            "email 2, phone 1, unscannable 1  policies support-may-send; weighted: drawn, 2 passed over",
            "of 7, completed, 200, 300+120 tokens, 0.000123456 USD, 500 ms",
            "answer of req_00000000000000010000000000000002, 61 s old, policies support-may-send",
            "policy: no-health-out",
            "192.0.2.1 2001:db8::1", "version 1.0, 12 bytes of an unfinished entry cut", "signal", "in force",
            "reload denied", "key k_7f3a", "generation 2", "key k_7f3a",
            "part 2 of req_0123456789abcdeffedcba9876543210, 2 values", "overloaded ×1, rate_limited ×3",
            "after sallyport/1, 42 entries", "4 keys destroyed, of 2 sealed requests, broken off", "payload of req_1",
            "2 records of 3 sealed requests by root, refused or broken off: nothing written",
            "summer of oai/gpt: rolled_back 5 % -> 0 %, guard, 412 requests, broken error_rate<=control+0.02",
        ]
        #expect(table.count == texts.count)
        for (line, text) in zip(table, texts) { #expect(line.contains(text)) }
        let column = try #require(table.first?.firstRange(of: "KIND")?.lowerBound)
        for line in table { #expect(line[line.index(before: column)] == " ") }
    }

    @Test func `a name cannot act on a terminal`() throws {
        var intent = LedgerSamples.intent
        intent.asked.model = ModelID("m")
        intent.asked.principal = Principal(
            kind: .user, name: "\u{1B}[2Jeve\u{9B}31m\u{202E}\nx", teams: [], tenant: "t", method: .apiKey,
            credential: "c")
        let line = try #require(LedgerSamples.log([.intent(intent)]).first)
        let row = try #require(LedgerRow(line: line))
        #expect(row.who == "\u{FFFD}[2Jeve\u{FFFD}31m\u{FFFD}\u{FFFD}x")
    }

    @Test func `an intent from before routes were recorded is a row like others`() throws {
        var intent = LedgerSamples.intent
        intent.choice = nil
        let line = try #require(LedgerSamples.log([.intent(intent)]).first)
        #expect(try #require(LedgerRow(line: line)).note == "policies support-may-send")
        #expect(RecordedRequest(line: line) != nil)
    }

    @Test func `what is no object is no row`() {
        for text in ["", "[]", "1", "{", "{}x"] { #expect(LedgerRow(line: Array(text.utf8)) == nil) }
    }
}
