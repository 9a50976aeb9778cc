import Glibc
import Ledger
import Testing

@testable import LedgerStore

/// Whatever goes wrong, and wherever: a restart finds every intent that was confirmed, and a log that verifies.
///
/// Some hundreds of places usually; with `SALLYPORT_LONG` set, thousands.
@Suite struct CrashTests {
    private static let isLong = getenv("SALLYPORT_LONG") != nil

    /// How many calls a run without faults makes, roughly; each kind apart.
    private static func usual() throws -> (all: Int, each: [MemoryDisk.Call: Int]) {
        let disk = MemoryDisk()
        var ledger = try DrivenLedger()
        ledger.run(disk)
        return (disk.calls, disk.counts)
    }

    /// Restarts twice on what is left, since a restart may not make worse what it finds either.
    private static func restart(_ ledger: DrivenLedger, _ disk: MemoryDisk, _ place: String) throws {
        var ledger = ledger
        for round in 0..<2 {
            do {
                let store = try LedgerStore.open(ledger.settings, start: Fixtures.start, system: disk)
                store.close(Fixtures.stop)
            } catch {
                Issue.record("\(place), restart \(round): \(error)")
                return
            }
            try ledger.check(disk)
        }
        ledger.run(disk, rounds: 3, rotating: false)
        #expect(ledger.lastStatus == .closed)
        try ledger.check(disk)
    }

    @Test func `without faults all is there`() throws {
        let disk = MemoryDisk()
        var ledger = try DrivenLedger()
        ledger.run(disk)
        #expect(ledger.acknowledged.count > 90)
        #expect(ledger.rotated)
        #expect(ledger.lastStatus == .closed)
        try ledger.check(disk)
        try Self.restart(ledger, disk.afterDeath(), "no fault")
    }

    @Test func `killed at any call, a restart finds every confirmed intent`() throws {
        let calls = try Self.usual().all
        for place in stride(from: 1, through: calls, by: Self.isLong ? 1 : max(1, calls / 80)) {
            let disk = MemoryDisk()
            disk.setFault { $2 == place ? .death : nil }
            var ledger = try DrivenLedger()
            ledger.run(disk)
            try Self.restart(ledger, disk.afterDeath(), "killed at call \(place)")
        }
    }

    @Test(arguments: MemoryDisk.Keeping.allCases)
    func `without power from any call on, a restart finds every confirmed intent`(keeping: MemoryDisk.Keeping) throws {
        let calls = try Self.usual().all
        for place in stride(from: 1, through: calls, by: Self.isLong ? 1 : max(1, calls / 50)) {
            let disk = MemoryDisk()
            disk.setFault { $2 == place ? .death : nil }
            var ledger = try DrivenLedger()
            ledger.run(disk)
            for seed in 0..<(keeping == .some ? 3 : 1) {
                var random = Seeded(UInt64(place * 1_000 + seed))
                try Self.restart(
                    ledger, disk.afterPowerLoss(keeping: keeping, &random),
                    "no power from call \(place) on, seed \(seed)")
            }
        }
    }

    @Test func `killed or without power during the restart, the next one finds every confirmed intent`() throws {
        for place in stride(from: 20, to: try Self.usual().all, by: Self.isLong ? 11 : 101) {
            let disk = MemoryDisk()
            disk.setFault { $2 == place ? .death : nil }
            var ledger = try DrivenLedger(checkpointInterval: 100_000)
            ledger.run(disk)
            for second in stride(from: 1, to: 60, by: Self.isLong ? 1 : 6) {
                var random = Seeded(UInt64(place * 1_000 + second))
                let next = disk.afterPowerLoss(keeping: .some, &random)
                next.setFault { $2 == second ? .death : nil }
                var again = ledger
                again.run(next, rounds: 1, rotating: false)
                try Self.restart(
                    again, next.afterPowerLoss(keeping: .some, &random), "call \(place), then call \(second)")
            }
        }
    }

    @Test(arguments: MemoryDisk.Call.allCases, [EIO, ENOSPC])
    func `a call that fails costs no confirmed intent, alive or after a loss of power`(
        call: MemoryDisk.Call, code: Int32
    ) throws {
        let count = try Self.usual().each[call] ?? 0
        for place in stride(from: 1, through: count, by: Self.isLong ? 1 : max(1, count / 6)) {
            let disk = MemoryDisk()
            disk.setFault { kind, number, _ in kind == call && number == place ? .error(code) : nil }
            var ledger = try DrivenLedger()
            ledger.run(disk)
            disk.setFault(nil)
            try Self.restart(ledger, disk.afterDeath(), "\(call) \(place) failed with \(code)")
            var random = Seeded(UInt64(place))
            try Self.restart(
                ledger, disk.afterPowerLoss(keeping: .some, &random),
                "\(call) \(place) failed with \(code), then no power")
        }
    }

    @Test(arguments: [MemoryDisk.Call.synchroniseData, .synchronise])
    func `a synchronisation that fails is final, and not tried again`(call: MemoryDisk.Call) throws {
        let disk = MemoryDisk()
        var ledger = try DrivenLedger()
        ledger.run(disk, rounds: 1)
        let before = disk.counts[call] ?? 0
        disk.setFault { kind, number, _ in kind == call && number > before + 6 ? .error(EIO) : nil }
        ledger.run(disk)
        let failed = (disk.counts[call] ?? 0) - before - 6
        #expect(failed == 1, "\(failed) synchronisations after the one that failed")
    }
}
