import Glibc
import Ledger
import Testing

@testable import LedgerStore

@Suite struct FaultTests {
    private let operations = FaultyOperations()

    private func open(_ settings: LedgerStoreSettings) throws -> LedgerStore {
        try LedgerStore.open(settings, start: Fixtures.start, operations: operations)
    }

    @Test func `short and interrupted writes go on where they stopped`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        operations.set { script in
            script.writeLimit = 7
            script.writeErrors = Array(repeating: EINTR, count: 5)
        }
        let store = try open(settings)
        let collector = Collector()
        for number in 0..<5 { store.record(try Fixtures.intent(number), token: UInt64(number), to: collector) }
        let completions = try await collector.wait(for: 5)
        #expect(completions.allSatisfy { $0.receipt != nil })
        store.close(Fixtures.stop)
        let verified = try LedgerAudit.verify(directory: settings.directory)
        #expect(verified.isIntact)
        #expect(verified.entries == 7)
    }

    enum Fault: CaseIterable {
        case writeFails, writeFailsInTheMiddle, diskFullAtWrite, synchroniseFails, reserveFails
    }

    @Test(arguments: Fault.allCases)
    func `a write that fails once is final, gives no receipt, and leaves a log that a restart mends`(fault: Fault)
        async throws
    {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let store = try open(settings)
        let collector = Collector()
        store.record(try Fixtures.intent(0), token: 0, to: collector)
        _ = try await collector.wait(for: 1)
        #expect(store.isHealthy)
        try store.append(Fixtures.reload)

        operations.set { script in
            switch fault {
            case .writeFails: script.writeErrors = [EIO]
            case .writeFailsInTheMiddle:
                script.writeLimit = 100
                script.writeErrors = [0, 0, EIO]
            case .diskFullAtWrite: script.writeErrors = [ENOSPC]
            case .synchroniseFails: script.synchroniseError = EIO
            case .reserveFails: script.reserveError = EIO
            }
        }
        // More than is set aside, so that room is asked for.
        let count = fault == .reserveFails ? 400 : 3
        for number in 1...count { store.record(try Fixtures.intent(number), token: UInt64(number), to: collector) }
        let completions = try await collector.wait(for: count + 1)
        #expect(completions.count == count + 1)
        #expect(completions[0].receipt != nil)
        guard fault == .reserveFails || completions.dropFirst().allSatisfy({ $0.receipt == nil }) else {
            Issue.record("a receipt was given for what is not on disk")
            return
        }
        guard case .failed? = completions.last?.failure, case .failed = store.status else {
            Issue.record("\(store.status)")
            return
        }
        #expect(!store.isHealthy)
        let head = store.head

        // The disk is well again, but nobody knows what it holds.
        operations.set { $0 = .init() }
        let writes = operations.counts.writes
        store.record(try Fixtures.intent(9), token: 9_999, to: collector)
        let late = try await collector.wait(for: count + 2)
        guard case .failed? = late.last?.failure else {
            Issue.record("\(String(describing: late.last))")
            return
        }
        #expect(try store.record(Fixtures.result(of: 1)) == false)
        #expect(store.droppedEntries > 0)
        store.close(Fixtures.stop)
        #expect(operations.counts.writes == writes)
        #expect(store.head == head)

        try await Fixtures.closedLedger(settings, intents: 1)
        let verified = try LedgerAudit.verify(directory: settings.directory, head: head)
        #expect(verified.isIntact)
    }

    @Test func `a full disk refuses intents, takes results, and passes`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let store = try open(settings)
        let collector = Collector()
        operations.set { $0.reserveError = ENOSPC }
        var number = 0
        while store.status == .healthy, number < 1_000 {
            store.record(try Fixtures.intent(number), token: UInt64(number), to: collector)
            number += 1
            _ = try await collector.wait(for: number)
        }
        #expect(store.status == .noSpace)
        let completions = try await collector.wait(for: number)
        #expect(completions.last?.failure == .noSpace)
        let written = completions.compactMap(\.receipt)
        #expect(written.count == number - 1)
        for receipt in written { try store.record(Fixtures.result(of: receipt.sequence)) }
        try store.append(Fixtures.reload)
        for _ in 0..<60_000 where store.head?.sequence != UInt64(2 * written.count) {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(store.head?.sequence == UInt64(2 * written.count))
        #expect(store.droppedEntries == 1)  // the reload, whose room was not set aside

        operations.set { $0.reserveError = 0 }
        for _ in 0..<60_000 where store.status != .healthy { try await Task.sleep(for: .milliseconds(1)) }
        #expect(store.isHealthy)
        store.record(try Fixtures.intent(number), token: 77, to: collector)
        #expect(try await collector.wait(for: number + 1).last?.receipt != nil)
        store.close(Fixtures.stop)
        #expect(try LedgerAudit.verify(directory: settings.directory).isIntact)
    }

    @Test func `where room cannot be set aside, free room is asked for`() async throws {
        let directory = try TemporaryDirectory()
        operations.set { $0.reserveError = EOPNOTSUPP }
        let store = try open(Fixtures.settings(directory))
        let collector = Collector()
        store.record(try Fixtures.intent(0), token: 0, to: collector)
        #expect(try await collector.wait(for: 1).last?.receipt != nil)
        operations.set { $0.freeBytes = 1 << 16 }
        store.record(try Fixtures.intent(1), token: 1, to: collector)
        #expect(try await collector.wait(for: 2).last?.failure == .noSpace)
        operations.set { $0.freeBytes = 1 << 20 }
        store.record(try Fixtures.intent(2), token: 2, to: collector)
        #expect(try await collector.wait(for: 3).last?.receipt != nil)
        store.close(nil)
    }

    @Test func `a disk that stands still refuses what would fill the memory`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.queueBytes = 20_000
        let store = try open(settings)
        let collector = Collector()
        operations.set { $0.isStuck = true }
        store.record(try Fixtures.intent(0), token: 0, to: collector)
        try await operations.waitUntilHeld()
        for number in 1..<200 { store.record(try Fixtures.intent(number), token: UInt64(number), to: collector) }
        let refused = try await collector.wait(for: 1)
        #expect(!refused.isEmpty && refused.allSatisfy { $0.failure == .overloaded })
        #expect(try store.append(Fixtures.reload) == false)
        #expect(try store.record(Fixtures.result(of: 1)))
        operations.set { $0.isStuck = false }
        let all = try await collector.wait(for: 200)
        #expect(Set(all.map(\.token)).count == 200)
        #expect(all.count { $0.receipt != nil } >= 20)
        store.close(nil)
    }

    /// Needs root: a disk of 256 KiB in memory, filled by somebody else, and then made read-only.
    @Test func `on a disk that is really full nothing gets a receipt until there is room`() async throws {
        let directory = try TemporaryDirectory()
        let disk = "\(directory.path)/disk"
        #expect(mkdir(disk, 0o700) == 0)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=256k") == 0 else {
            print("left out: a ledger on a disk that is really full (mounting one needs root)")
            return
        }
        defer { umount2(disk, 2) }
        let settings = LedgerStoreSettings(directory: "\(disk)/ledger", reservedBytes: 1 << 14)
        let written = try await fillAndEmpty(disk, settings)
        let verified = try LedgerAudit.verify(directory: settings.directory)
        #expect(verified.isIntact)
        #expect(verified.entries == 1 + 2 * written + 1 + 1)

        let (remount, readOnly): (UInt, UInt) = (32, 1)  // MS_REMOUNT, MS_RDONLY
        #expect(mount("tmpfs", disk, "tmpfs", remount | readOnly, "size=256k") == 0)
        #expect(throws: LedgerStoreError.self) { try LedgerStore.open(settings, start: Fixtures.start) }
        #expect(try LedgerAudit.verify(directory: settings.directory).isIntact)
    }

    /// Writes until the disk is full, then the results; gives room back, and writes one intent more. The number of
    /// intents written while it was full.
    private func fillAndEmpty(_ disk: String, _ settings: LedgerStoreSettings) async throws -> Int {
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        let filler = try FileDescriptor.creating("\(disk)/filler")
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(filler.raw, block, block.count) == block.count {}

        let collector = Collector()
        var number = 0
        while store.status == .healthy, number < 1_000 {
            store.record(try Fixtures.intent(number), token: UInt64(number), to: collector)
            number += 1
            _ = try await collector.wait(for: number)
        }
        #expect(store.status == .noSpace)
        let receipts = try await collector.wait(for: number).compactMap(\.receipt)
        for receipt in receipts { try store.record(Fixtures.result(of: receipt.sequence)) }
        try filler.truncate(to: 0)
        for _ in 0..<60_000 where store.status != .healthy { try await Task.sleep(for: .milliseconds(1)) }
        store.record(try Fixtures.intent(number), token: 0, to: collector)
        #expect(try await collector.wait(for: number + 1).last?.receipt != nil)
        store.close(Fixtures.stop)
        return receipts.count
    }
}
