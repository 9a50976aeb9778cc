import Ledger
import LedgerStore
import Testing
import TransparencyLog

/// Entries that only the write-ahead log has.
@Suite struct WaitingEntriesTests {
    /// Rounds of entries as the writer puts them on disk.
    private struct Rounds {
        var bytes: [UInt8] = []
        var round: UInt64 = 4

        mutating func add(_ range: Range<Int>, log: UInt32 = 1, parts: Int = 1) throws {
            round += 1
            let width = (range.count + parts - 1) / parts
            for part in 0..<parts {
                let slice = range.dropFirst(part * width).prefix(width)
                let payload = try #require(EntryBundle.encode(slice.map { SampleLog.entry($0) }))
                let record = try #require(
                    WriteAheadRecord(
                        log: log, round: round, part: UInt32(part), parts: UInt32(parts),
                        first: UInt64(slice.startIndex), count: UInt32(slice.count), payloadBytes: payload.count))
                payload.withUnsafeBytes { record.append(payload: $0, to: &bytes) }
            }
        }
    }

    private static func positions(_ ledger: SampleLedger, from start: LedgerPosition? = nil) throws -> [UInt64] {
        var found: [UInt64] = []
        try LedgerReader(directory: ledger.path).entries(from: start) { position, bytes in
            #expect([UInt8](bytes) == SampleLog.entry(Int(position.index)))
            found.append(position.index)
            return true
        }
        return found
    }

    @Test func `entries of the write-ahead log follow those under the checkpoint, each once`() throws {
        let ledger = try SampleLedger(entries: 300)
        var rounds = Rounds()
        try rounds.add(290..<296)  // under the checkpoint already
        try rounds.add(296..<310)  // half of them
        try rounds.add(310..<400, parts: 3)
        try rounds.add(0..<9, log: 2)
        try ledger.write(rounds.bytes + [UInt8](repeating: 0, count: 4_096), to: "wal/00000001.wal")
        #expect(try Self.positions(ledger) == Array(0..<400))
        #expect(try Self.positions(ledger, from: LedgerPosition(log: 1, index: 305)) == Array(305..<400))
        #expect(try Self.positions(ledger, from: LedgerPosition(log: 1, index: 399)) == [399])
        #expect(try Self.positions(ledger, from: LedgerPosition(log: 1, index: 400)).isEmpty)
        #expect(try LedgerReader(directory: ledger.path).lastEntries(150).map(\.position.index) == Array(250..<400))
        // Only that the other log is not there is no good sign.
        let verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(verdict.logs[0].waiting == 100)
        #expect(
            verdict.damages.map(\.part) == [.waiting] && verdict.damages[0].file.hasSuffix("log-000002")
                && verdict.damages[0].reason.contains("holds 9 of its entries"), "\(verdict.damages)")
    }

    @Test func `a write-ahead log alone is no intact ledger of no entries, unless it is empty`() throws {
        let ledger = try SampleLedger()
        var rounds = Rounds()
        try rounds.add(0..<5)
        try ledger.write([UInt8](repeating: 0, count: 4_096), to: "wal/00000001.wal")
        var verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(verdict.isIntact && verdict.logs.isEmpty)
        try ledger.write(rounds.bytes, to: "wal/00000002.wal")
        verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(verdict.damages.first?.reason.contains("holds 5 of its entries") == true, "\(verdict.damages)")
        #expect(verdict.damages.first?.first == LedgerPosition(log: 1, index: 0))
    }

    @Test func `rounds are told from each other in whatever file they stand`() throws {
        let ledger = try SampleLedger(entries: 10)
        var (first, second) = (Rounds(), Rounds())
        try first.add(10..<12)
        second.round = first.round
        try second.add(12..<20)
        first.round = second.round
        try first.add(20..<21)
        try ledger.write(first.bytes, to: "wal/00000002.wal")
        try ledger.write(second.bytes, to: "wal/00000001.wal")
        #expect(try Self.positions(ledger) == Array(0..<21))
    }

    @Test(arguments: [0, 1, 7, 31, 32, 33, 62, 63])
    func `a last round that is half written ends the reading, and harms nothing before it`(cut: Int) throws {
        let ledger = try SampleLedger(entries: 10)
        var rounds = Rounds()
        try rounds.add(10..<20)
        let whole = rounds.bytes.count
        try rounds.add(20..<200, parts: 2)
        let length = whole + (rounds.bytes.count - whole) * cut / 64
        try ledger.write(
            rounds.bytes[..<length] + [UInt8](repeating: 0, count: rounds.bytes.count - length), to: "wal/00000001.wal")
        #expect(try Self.positions(ledger) == Array(0..<20))
        #expect(try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().isIntact)
    }

    @Test func `a confirmed round that is damaged, with later ones behind it, is found and named`() throws {
        let ledger = try SampleLedger(entries: 10)
        var rounds = Rounds()
        try rounds.add(10..<12)
        let start = rounds.bytes.count
        try rounds.add(12..<20)
        try rounds.add(20..<30)
        rounds.bytes[start + 100] ^= 1
        try ledger.write(rounds.bytes, to: "wal/00000001.wal")
        let found = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages
        #expect(found.map(\.part) == [.waiting] && "\(found)".contains("entry 12 "), "\(found)")
        #expect(throws: LedgerReadError.self) { try Self.positions(ledger) }
    }

    @Test func `a gap between the checkpoint and the write-ahead log is found`() throws {
        let ledger = try SampleLedger(entries: 10)
        var rounds = Rounds()
        try rounds.add(12..<20)
        try ledger.write(rounds.bytes, to: "wal/00000001.wal")
        #expect(throws: LedgerReadError.self) { try Self.positions(ledger) }
        let found = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages
        #expect(found.first?.first == LedgerPosition(log: 1, index: 10) && found.first?.last?.index == 11, "\(found)")
    }

    @Test(arguments: 0..<60)
    func `whatever stands in the write-ahead log, reading it ends`(seed: Int) throws {
        let ledger = try SampleLedger(entries: 2)
        var rounds = Rounds()
        try rounds.add(2..<5)
        try rounds.add(5..<9, parts: 2)
        var dice = Dice(state: UInt64(seed))
        var bytes = rounds.bytes
        for _ in 0..<Int.random(in: 1..<12, using: &dice) {
            bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
        }
        try ledger.write(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &dice))), to: "wal/00000001.wal")
        let found = (try? Self.positions(ledger)) ?? []
        #expect(found == Array(0..<UInt64(found.count)))
    }
}
