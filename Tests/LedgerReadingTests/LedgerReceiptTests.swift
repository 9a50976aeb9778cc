import Cryptography
import Ledger
import LedgerStore
import Testing
import TransparencyLog

@Suite struct LedgerReceiptTests {
    private static func receipts(_ ledger: SampleLedger, _ indices: [Int]) throws -> [UInt8] {
        var receipts = LedgerReceipts(source: try LedgerFolder(ledger.path))
        return try indices.flatMap {
            try receipts.receipt(for: .init(log: 1, index: UInt64($0)), entry: SampleLog.entry($0)).bytes
        }
    }

    private static func trust(_ ledger: SampleLedger, log: Int = 1) throws -> LedgerTrust {
        LedgerTrust(keys: [try #require(ledger.logs[log]?.signer.verifier)])
    }

    @Test(arguments: [1, 2, 256, 257, 700])
    func `every entry has a receipt that the public key alone confirms`(size: Int) throws {
        let ledger = try SampleLedger(entries: size)
        let indices = Array(stride(from: 0, to: size, by: 13)) + [size - 1]
        let checked = try CheckedReceipt.check(try Self.receipts(ledger, indices), by: Self.trust(ledger))
        #expect(checked.map(\.entry) == indices.map { SampleLog.entry($0) })
        #expect(checked.map(\.index) == indices.map { UInt64($0) })
        #expect(checked.allSatisfy { $0.size == size && $0.origin == ledger.logs[1]?.origin })
    }

    @Test func `the key of one log confirms the receipts of the ledger's other logs, and no other ledger's`() throws {
        let ledger = try SampleLedger(entries: 3)
        try ledger.rotate()
        let receipt = try Self.receipts(ledger, [1])
        #expect(try CheckedReceipt.check(receipt, by: Self.trust(ledger, log: 2)).count == 1)
        let other = try SampleLedger(entries: 3, seed: 8)
        #expect(throws: LogVerificationError.self) { try CheckedReceipt.check(receipt, by: Self.trust(other)) }
        #expect(throws: LogVerificationError.self) { try CheckedReceipt.check(receipt, by: LedgerTrust(keys: [])) }
    }

    @Test func `a receipt with any byte changed confirms nothing`() throws {
        let ledger = try SampleLedger(entries: 700)
        let (whole, trust) = try (Self.receipts(ledger, [417]), Self.trust(ledger))
        var dice = Dice(state: 1)
        for place in whole.indices {
            var receipt = whole
            receipt[place] ^= UInt8.random(in: 1...255, using: &dice)
            #expect((try? CheckedReceipt.check(receipt, by: trust)) == nil, "byte \(place)")
        }
    }

    @Test func `whatever is given as a receipt, checking it ends`() throws {
        let ledger = try SampleLedger(entries: 300)
        let (first, whole) = try (Self.receipts(ledger, [3]).count, Self.receipts(ledger, [3, 7]))
        let trust = try Self.trust(ledger)
        for length in 0..<whole.count where length != first {
            let checked = (try? CheckedReceipt.check(Array(whole[..<length]), by: trust)) ?? []
            #expect(checked.isEmpty, "\(length)")
        }
        var dice = Dice(state: 5)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0..<200, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            #expect(throws: (any Error).self) { try CheckedReceipt.check(bytes, by: trust) }
        }
    }

    @Test func `an entry that no checkpoint covers yet has no receipt yet, and one that is damaged has none`() throws {
        let ledger = try SampleLedger(entries: 300)
        var receipts = LedgerReceipts(source: try LedgerFolder(ledger.path))
        let position = LedgerPosition(log: 1, index: 300)
        #expect(throws: LedgerReceipts.Problem.self) {
            try receipts.receipt(for: position, entry: SampleLog.entry(300))
        }
        try ledger.log(1) { $0.append(SampleLog.entry(300)) }
        #expect(try receipts.receipt(for: position, entry: SampleLog.entry(300)).index == 300)
        #expect(throws: LedgerReceipts.Problem.self) { try receipts.receipt(for: position, entry: SampleLog.entry(9)) }
    }
}
