import Inference
import Ledger
import Limits
import Testing

@testable import Gateway

/// What the ledger's last results say of attempts that a killed gateway left open.
struct RecordedResultsTests {
    private static func result(
        _ outcome: LedgerEntry.Outcome, sent: Int = 10, usage: TokenUsage? = TokenUsage(input: 3, output: 4),
        cost: Money? = Money(nanoUSD: 9)
    ) throws -> [UInt8] {
        let entry = LedgerEntry.result(
            LedgerEntry.Result(
                time: LedgerTime(milliseconds: 0), requestID: RequestID(high: 1, low: 2), attempt: 3, intent: 0,
                outcome: outcome, status: 200, usage: usage, cost: cost, firstByteMicroseconds: nil,
                totalMicroseconds: 0, bytesSent: sent, bytesReceived: 0))
        var sequencer = LedgerSequencer(size: 0)
        sequencer.append(try entry.encoded())
        var lines: [[UInt8]] = []
        if let batch = sequencer.takeBatch() {
            batch.bytes.withUnsafeBytes { bytes in
                _ = WriteAheadRecord.forEachEntry(bytes) { lines.append(Array($0)) }
            }
        }
        return lines.first ?? []
    }

    @Test func `a completed attempt took what its result says`() throws {
        let read = try #require(RecordedResults.read(Self.result(.completed)))
        #expect(read.request == "req_00000000000000010000000000000002" && read.attempt == 3)
        #expect(read.use == .actual(tokens: 7, cost: Money(nanoUSD: 9)))
    }

    @Test func `an attempt of which nothing was sent took nothing`() throws {
        #expect(try RecordedResults.read(Self.result(.unreachable, sent: 0, usage: nil, cost: nil))?.use == .nothing)
    }

    @Test func `what broke off, or has no figures, stays at its most`() throws {
        for outcome in LedgerEntry.Outcome.allCases where outcome != .completed {
            #expect(try RecordedResults.read(Self.result(outcome)) == nil)
        }
        #expect(try RecordedResults.read(Self.result(.completed, usage: nil)) == nil)
        #expect(try RecordedResults.read(Self.result(.completed, cost: nil)) == nil)
        #expect(RecordedResults.read(Array("{}".utf8)) == nil)
        #expect(RecordedResults.read(Array("no JSON".utf8)) == nil)
    }

    @Test func `a ledger that can't be read says nothing`() {
        #expect(RecordedResults.last(in: "/nonexistent/ledger").isEmpty)
    }
}
