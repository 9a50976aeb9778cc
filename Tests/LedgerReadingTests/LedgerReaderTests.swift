import Ledger
import LedgerStore
import Testing
import TransparencyLog

@Suite struct LedgerReaderTests {
    private static func all(
        _ reader: LedgerReader, from start: LedgerPosition? = nil
    ) throws -> [(position: LedgerPosition, bytes: [UInt8])] {
        var found: [(position: LedgerPosition, bytes: [UInt8])] = []
        try reader.entries(from: start) { position, bytes in
            found.append((position, [UInt8](bytes)))
            return true
        }
        return found
    }

    @Test(arguments: [0, 1, 255, 256, 257, 512, 1_000])
    func `every entry comes once, in order, with its position`(count: Int) throws {
        let ledger = try SampleLedger(entries: count)
        let found = try Self.all(try LedgerReader(directory: ledger.path))
        #expect(found.map(\.position) == (0..<count).map { LedgerPosition(log: 1, index: UInt64($0)) })
        #expect(found.map(\.bytes) == ledger.logs[1]?.entries)
    }

    @Test func `reading goes on at any position, also in a later log, and ends when told`() throws {
        let ledger = try SampleLedger(entries: 600)
        try ledger.rotate()
        try ledger.log(2) { log in for index in 1..<300 { log.append(SampleLog.entry(index)) } }
        let reader = try LedgerReader(directory: ledger.path)
        let all = try Self.all(reader)
        #expect(all.count == 900)
        for start in [0, 1, 255, 256, 599, 600, 601, 899] {
            let rest = try Self.all(reader, from: all[start].position)
            #expect(rest.map(\.position) == all[start...].map(\.position))
        }
        #expect(try Self.all(reader, from: LedgerPosition(log: 2, index: 300)).isEmpty)
        #expect(try Self.all(reader, from: LedgerPosition(log: 3, index: 0)).isEmpty)
        var count = 0
        try reader.entries { _, _ in
            count += 1
            return count < 7
        }
        #expect(count == 7)
        #expect(try reader.logs.map(\.size) == [600, 300])
    }

    @Test func `the last entries come from as many logs as it takes`() throws {
        let ledger = try SampleLedger(entries: 600)
        try ledger.rotate()
        let reader = try LedgerReader(directory: ledger.path)
        #expect(try reader.lastEntries(1).map(\.position) == [LedgerPosition(log: 2, index: 0)])
        let last = try reader.lastEntries(300)
        #expect(last.count == 300 && last.first?.position == LedgerPosition(log: 1, index: 301))
        #expect(try reader.lastEntries(10_000).count == 601)
        #expect(try reader.lastEntries(0).isEmpty)
        #expect(try reader.entry(at: LedgerPosition(log: 1, index: 417)) == SampleLog.entry(417))
        #expect(try reader.entry(at: LedgerPosition(log: 1, index: 600)) == nil)
        #expect(try reader.entry(at: LedgerPosition(log: 9, index: 0)) == nil)
    }

    @Test func `the folder of one log is read on its own`() throws {
        let ledger = try SampleLedger(entries: 3)
        try ledger.rotate()
        let reader = try LedgerReader(directory: ledger.folder(2) + "/")
        #expect(try Self.all(reader).map(\.position) == [LedgerPosition(log: 2, index: 0)])
    }

    @Test func `a full bundle stands in for the partial one that is gone`() throws {
        let ledger = try SampleLedger(entries: 300)
        let old = try ledger.read("log-000001/checkpoint")
        try ledger.log(1) { log in for index in 300..<512 { log.append(SampleLog.entry(index)) } }
        try ledger.remove("log-000001/tile/entries/001.p/44")
        try ledger.write(old, to: "log-000001/checkpoint")
        #expect(try Self.all(try LedgerReader(directory: ledger.path)).count == 300)
    }

    @Test func `a folder without a ledger, or with one of an earlier version, is refused with a reason`() throws {
        let ledger = try SampleLedger()
        #expect(throws: LedgerReadError.noLedger(ledger.path)) { try LedgerReader(directory: ledger.path) }
        try ledger.write([], to: "ledger-000001.jsonl")
        #expect(throws: LedgerReadError.formerVersion(ledger.path)) { try LedgerReader(directory: ledger.path) }
        #expect(throws: LedgerReadError.self) { try LedgerReader(directory: ledger.path + "/nowhere") }
    }

    @Test(arguments: ["tile/entries/000", "tile/entries/001.p/44", "checkpoint"])
    func `a missing or broken file is named`(file: String) throws {
        let ledger = try SampleLedger(entries: 300)
        let reader = try LedgerReader(directory: ledger.path)
        let bytes = try ledger.read("log-000001/\(file)")
        try ledger.write(Array(bytes.dropLast()), to: "log-000001/\(file)")
        #expect { try Self.all(reader) } throws: { "\($0)".contains(file) }
        guard file != "checkpoint" else { return }
        try ledger.remove("log-000001/\(file)")
        #expect { try Self.all(reader) } throws: { "\($0)".contains(file) && "\($0)".contains("missing") }
    }

    @Test(arguments: [
        "", "1", "/", "1/", "/1", "0/1", "1/-1", "01/2", "1/02", "1/2/3", "a/b", "1/18446744073709551616",
    ])
    func `what is no position is none`(text: String) { #expect(LedgerPosition(text) == nil) }

    @Test func `positions are read as they are written, and in the order of writing`() {
        let position = LedgerPosition(log: 2, index: .max)
        #expect(LedgerPosition(position.description) == position && position.next == position)
        #expect(LedgerPosition(log: 1, index: 9) < LedgerPosition(log: 2, index: 0))
        #expect(LedgerPosition(log: 1, index: 9) < LedgerPosition(log: 1, index: 10))
    }
}
