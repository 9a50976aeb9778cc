import Foundation
import LedgerStore
import Testing

@testable import LedgerRelay

@Suite struct `A follower of the log` {
    private func follower(_ ledger: SampleLedger, fromStart: Bool) throws -> LedgerFollower {
        try LedgerFollower(
            LedgerFolder(ledger.path), file: "\(ledger.path)/position", fromStart: fromStart)
    }

    private func all(_ follower: inout LedgerFollower, entries: Int = 100, bytes: Int = 1 << 20) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        while case let batch = try follower.batch(entries: entries, bytes: bytes), !batch.isEmpty {
            found += batch.map(\.json)
        }
        return found
    }

    @Test(arguments: [(1, 1 << 20), (7, 1 << 20), (256, 1 << 20), (1_000, 1), (1_000, 500)])
    func `every entry comes once and in order, whatever a batch may have`(_ entries: Int, _ bytes: Int) throws {
        let ledger = try SampleLedger()
        try ledger.append(600)
        try ledger.append(5, to: 2)
        var follower = try follower(ledger, fromStart: true)
        #expect(try all(&follower, entries: entries, bytes: bytes) == ledger.entries(1) + ledger.entries(2))
        try ledger.append(300, to: 2)
        #expect(try all(&follower, entries: entries, bytes: bytes) == Array(ledger.entries(2)[5...]))
        #expect(try follower.lag() == 905)
    }

    @Test func `who begins now gets what comes, also after a restart`() throws {
        let ledger = try SampleLedger()
        try ledger.append(10)
        var first = try follower(ledger, fromStart: false)
        #expect(try all(&first).isEmpty)
        try ledger.append(2)
        var second = try follower(ledger, fromStart: false)
        #expect(try all(&second) == Array(ledger.entries()[10...]))
    }

    @Test func `what was not confirmed comes again, what was does not`() throws {
        let ledger = try SampleLedger()
        try ledger.append(10)
        var first = try follower(ledger, fromStart: true)
        _ = try first.batch(entries: 6, bytes: 1 << 20)
        try first.confirm(LedgerPosition(log: 1, index: 4))
        #expect(try first.lag() == 6)
        var second = try follower(ledger, fromStart: true)
        #expect(try all(&second) == Array(ledger.entries()[4...]))
        first.rewind()
        #expect(try all(&first) == Array(ledger.entries()[4...]))
        try first.confirm(LedgerPosition(log: 1, index: 2))
        #expect(first.confirmed.index == 4, "never back")
    }

    @Test(arguments: ["", "nonsense", "1/", "-1/2", "1/2/3"])
    func `a file that says no position is refused, not read as a beginning`(_ text: String) throws {
        let ledger = try SampleLedger()
        try ledger.append(1)
        try Data(text.utf8).write(to: URL(filePath: "\(ledger.path)/position"))
        #expect { try follower(ledger, fromStart: true) } throws: { "\($0)".contains("expected a place") }
    }
}
