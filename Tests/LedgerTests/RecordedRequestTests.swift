import Cryptography
import Inference
import Testing

@testable import Ledger

struct RecordedRequestTests {
    private static func line(_ entry: LedgerEntry) throws -> [UInt8] {
        try #require(try LedgerSamples.log([entry]).first)
    }

    @Test func `an intent is read back with everything that policies saw`() throws {
        let read = try #require(RecordedRequest(line: try Self.line(.intent(LedgerSamples.intent))))
        let asked = LedgerSamples.asked
        #expect(read.sequence == 0)
        #expect(read.request == asked.requestID.description)
        #expect(read.milliseconds == LedgerSamples.time.milliseconds)
        #expect(read.principal == asked.principal)
        #expect(read.clientAddress == asked.clientAddress)
        #expect(read.dialect == asked.dialect)
        #expect(read.operation == asked.operation)
        #expect(read.model == asked.model)
        #expect(read.data == asked.data)
        #expect(read.tools == asked.tools.names)
        #expect(read.purpose == asked.purpose)
        #expect(read.estimatedTokens == asked.estimatedInputTokens)
        #expect(read.considered == LedgerSamples.intent.considered)
        #expect(read.denial == nil)
        #expect(read.gaps == [.tools], "the sample has a tool whose name is not recorded")
    }

    @Test func `several credentials are read back as policies saw them`() throws {
        var intent = LedgerSamples.intent
        intent.asked.principal = Principal(
            kind: .user, name: "alice", teams: [], tenant: "default", method: .apiKey, credential: "key_1",
            furtherProofs: [Principal.Proof(.certificate, "cert+1")])
        let read = try #require(RecordedRequest(line: try Self.line(.intent(intent))))
        #expect(read.principal == intent.asked.principal)
    }

    @Test func `a denial is read back with its reason`() throws {
        let read = try #require(RecordedRequest(line: try Self.line(.denied(LedgerSamples.denied))))
        #expect(read.denial == .policy)
        #expect(read.considered == LedgerSamples.denied.considered)
        #expect(read.attempt == 1)
    }

    @Test func `an answer from the cache is read back as what was permitted`() throws {
        let read = try #require(RecordedRequest(line: try Self.line(.cached(LedgerSamples.cached))))
        #expect(read.denial == nil)
        #expect(read.considered == LedgerSamples.cached.considered)
        #expect(read.attempt == 2)
    }

    @Test func `other entries are no requests, and have no marker`() throws {
        for sample in LedgerSamples.all {
            let line = try Self.line(sample.entry)
            let text = String(decoding: line, as: UTF8.self)
            let isRequest = RecordedRequest(line: line) != nil
            #expect(
                isRequest == RecordedRequest.markers.contains { text.contains(String(decoding: $0, as: UTF8.self)) })
        }
        #expect(RecordedRequest(line: Array("{}".utf8)) == nil)
        #expect(RecordedRequest(line: Array("no JSON".utf8)) == nil)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("2026-11-23", 1_795_392_000_000), ("2026-11-23T00:45:59.123Z", 1_795_394_759_123),
        ("2024-02-29T23:59:59Z", 1_709_251_199_000), ("0000-01-01", -62_167_219_200_000),
    ])
    func `a moment is read as it is written`(_ text: String, _ milliseconds: Int64) {
        #expect(LedgerTime(text)?.milliseconds == milliseconds)
        if text.count == 24 { #expect(LedgerTime(milliseconds: milliseconds).description == text) }
    }

    @Test(arguments: [
        "", "2026-11-31", "2025-02-29", "2026-13-01", "2026-11-23T24:00:00Z", "2026-11-23T10:00Z",
        "2026-11-23 10:00:00Z",
        "2026-11-23T10:00:00+", "2026-1-1", "yesterday", "２026-11-23",
    ])
    func `what is no moment is none`(_ text: String) {
        #expect(LedgerTime(text) == nil)
    }
}
