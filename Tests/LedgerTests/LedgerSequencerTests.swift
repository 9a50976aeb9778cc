import Cryptography
import Inference
import JSONText
import Ledger
import Testing

@Suite struct LedgerSequencerTests {
    private func intent(_ number: UInt64) throws -> EncodedIntent {
        var intent = LedgerSamples.intent
        intent.asked.requestID = RequestID(high: 0, low: number)
        return try EncodedIntent(intent)
    }

    @Test func `receipts come with the word that the batch is durable, in the order of the intents`() throws {
        var sequencer = LedgerSequencer(size: 0)
        sequencer.append(try LedgerEntry.stop(.init(time: LedgerSamples.time, reason: "x")).encoded())
        for number in 0..<3 { sequencer.append(try intent(UInt64(number))) }
        let batchTaken = sequencer.takeBatch()
        let batch = try #require(batchTaken)
        #expect(batch.count == 4)
        let receipts = sequencer.confirm(batch)
        #expect(receipts.map(\.sequence) == [1, 2, 3])
        #expect(receipts.map(\.requestID) == (0..<3).map { RequestID(high: 0, low: $0) })
        #expect(receipts.allSatisfy { $0.destination == LedgerSamples.intent.destination && $0.form == .pseudonymised })
        #expect(receipts.allSatisfy { $0.commitment == SHA256.hash("abc") })
    }

    @Test func `one batch is out at a time, and what comes meanwhile gathers`() throws {
        var sequencer = LedgerSequencer(size: 0)
        let nothing = sequencer.takeBatch()
        #expect(nothing == nil)
        sequencer.append(try intent(1))
        let firstTaken = sequencer.takeBatch()
        let first = try #require(firstTaken)
        sequencer.append(try intent(2))
        sequencer.append(try intent(3))
        let second = sequencer.takeBatch()
        #expect(second == nil)
        let firstReceipts = sequencer.confirm(first)
        #expect(firstReceipts.map(\.sequence) == [0])
        let thirdTaken = sequencer.takeBatch()
        let third = try #require(thirdTaken)
        let thirdReceipts = sequencer.confirm(third)
        #expect(thirdReceipts.map(\.sequence) == [1, 2])
        let isEmpty = sequencer.isEmpty
        #expect(isEmpty)
    }

    @Test func `after a failure there are no batches and no receipts`() throws {
        var sequencer = LedgerSequencer(size: 0)
        sequencer.append(try intent(1))
        _ = sequencer.takeBatch()
        sequencer.append(try intent(2))
        sequencer.fail()
        let hasFailed = sequencer.hasFailed
        #expect(hasFailed)
        let batch = sequencer.takeBatch()
        #expect(batch == nil)
    }

    @Test func `each entry carries its index, across batches and restarts, and stands in the batch as in a bundle`()
        throws
    {
        var sequencer = LedgerSequencer(size: 254)
        var entries: [[UInt8]] = []
        for round in 0..<3 {
            if round == 2 { sequencer = LedgerSequencer(size: 262) }
            for number in 0..<4 { sequencer.append(try intent(UInt64(number))) }
            let batchTaken = sequencer.takeBatch()
            let batch = try #require(batchTaken)
            #expect(batch.first == 254 + UInt64(4 * round))
            #expect(batch.end == batch.first + 4)
            #expect(batch.ends.last == batch.bytes.count)
            _ = sequencer.confirm(batch)
            let found = LedgerSamples.entries(batch)
            var end = 0
            for (index, entry) in found.enumerated() {
                end += entry.count + 2
                #expect(batch.ends[index] == end)
                #expect(try entry.count + 2 <= intent(UInt64(index)).bundleBytes)
            }
            entries += found
        }
        for (index, entry) in entries.enumerated() {
            let root = try JSONDocument(parsing: entry).root
            #expect(root["seq"]?.int == 254 + index)
            #expect(root["prev"] == nil)
        }
    }
}
