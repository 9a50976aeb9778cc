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
        var sequencer = LedgerSequencer(after: nil)
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
        var sequencer = LedgerSequencer(after: nil)
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
        var sequencer = LedgerSequencer(after: nil)
        sequencer.append(try intent(1))
        _ = sequencer.takeBatch()
        sequencer.append(try intent(2))
        sequencer.fail()
        let hasFailed = sequencer.hasFailed
        #expect(hasFailed)
        let batch = sequencer.takeBatch()
        #expect(batch == nil)
    }

    @Test func `each line names the digest of the line before it, across batches and restarts`() throws {
        var sequencer = LedgerSequencer(after: nil)
        var lines: [[UInt8]] = []
        var head: LedgerHead?
        for round in 0..<3 {
            if round == 2 { sequencer = LedgerSequencer(after: head) }
            for number in 0..<4 { sequencer.append(try intent(UInt64(number))) }
            let batchTaken = sequencer.takeBatch()
            let batch = try #require(batchTaken)
            _ = sequencer.confirm(batch)
            head = batch.head
            lines += batch.bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }
        var previous = LedgerSamples.zeros
        for (index, line) in lines.enumerated() {
            let root = try JSONDocument(parsing: line).root
            #expect(root["prev"]?.string == previous)
            #expect(root["seq"]?.int == index)
            previous = SHA256.hash(line).hex
        }
        #expect(head == LedgerHead(sequence: 11, digest: SHA256.hash(lines[11])))
    }
}
