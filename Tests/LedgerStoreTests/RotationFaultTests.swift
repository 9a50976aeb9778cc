import Glibc
import Ledger
import Synchronization
import Testing
import TransparencyLog

@testable import LedgerStore

@Suite struct RotationFaultTests {
    private func rotate(_ store: LedgerStore) async throws -> LedgerStore.Rotation {
        try await withCheckedThrowingContinuation { continuation in
            store.rotate(at: Fixtures.time) { result in continuation.resume(with: result.mapError { $0 as any Error }) }
        }
    }

    @Test func `a log that was begun is gone on with, though no file can be made for what comes next`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
        let disk = FaultyFileSystem()
        let store = try LedgerStore.open(settings, start: Fixtures.start, system: disk)
        disk.fail { path, way in way == .replacing && path.hasSuffix(".wal.new") ? ENOSPC : nil }
        let collector = Collector()
        let rotations = 30
        for number in 1...rotations {
            #expect(try await rotate(store).number == number + 1)
            store.record(try Fixtures.intent(number), token: UInt64(number), to: collector)
            _ = try await collector.wait(for: number)
            #expect(store.log == number + 1)
        }
        store.close(nil)
        #expect(collector.completions.allSatisfy { $0.receipt?.sequence == 1 })
        for number in 1...rotations {
            #expect(try Fixtures.kinds(settings, log: number + 1) == ["continued", "intent"])
        }
    }

    @Test func `behind a log that a start would find nothing is confirmed in the one before`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
        let disk = FaultyFileSystem()
        let store = try LedgerStore.open(settings, start: Fixtures.start, system: disk)
        let ledger = LedgerDirectory(path: settings.directory)
        disk.fail { path, way in
            way == .directory && path == ledger.path && access(ledger.checkpointPath(2), F_OK) == 0 ? EMFILE : nil
        }
        await #expect(throws: LedgerStoreError.self) { try await rotate(store) }
        disk.fail { _, _ in nil }
        let collector = Collector()
        store.record(try Fixtures.intent(1), token: 1, to: collector)
        guard case .failed = try await collector.wait(for: 1).first?.failure else {
            Issue.record("an intent was confirmed: \(collector.completions)")
            return
        }
        store.close(nil)
        // The next start goes on in the log that it finds.
        try LedgerStore.open(settings, start: Fixtures.start).close(nil)
        #expect(try Fixtures.kinds(settings, log: 2) == ["continued", "start"])
    }

    @Test func `a log that nobody can find may be begun again later`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
        let disk = FaultyFileSystem()
        let store = try LedgerStore.open(settings, start: Fixtures.start, system: disk)
        let ledger = LedgerDirectory(path: settings.directory)
        disk.fail { path, _ in path == ledger.logPath(2) + ".new/checkpoint.new" ? ENOSPC : nil }
        await #expect(throws: LedgerStoreError.self) { try await rotate(store) }
        let collector = Collector()
        store.record(try Fixtures.intent(1), token: 1, to: collector)
        #expect(try await collector.wait(for: 1).first?.receipt?.sequence == 1)
        disk.fail { _, _ in nil }
        #expect(try await rotate(store).former.size == 2)
        store.close(nil)
        #expect(try Fixtures.kinds(settings, log: 1) == ["start", "intent"])
        #expect(try Fixtures.kinds(settings, log: 2) == ["continued"])
    }
}

/// The system, of which some files can't be opened.
private final class FaultyFileSystem: FileSystem {
    private let system = SystemFileSystem()
    private let fault = Mutex<@Sendable (String, FileAccess) -> Int32?>({ _, _ in nil })

    func fail(_ fault: @escaping @Sendable (String, FileAccess) -> Int32?) { self.fault.withLock { $0 = fault } }

    func open(_ path: String, _ way: FileAccess) throws(FileFault) -> Int32 {
        if let code = fault.withLock({ $0 })(path, way) { throw FileFault(code: code) }
        return try system.open(path, way)
    }

    func close(_ file: Int32) { system.close(file) }
    func size(_ file: Int32) throws(FileFault) -> Int { try system.size(file) }
    func read(_ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        try system.read(file, into: buffer, at: offset)
    }
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        try system.write(file, bytes, at: offset)
    }
    func synchroniseData(_ file: Int32) throws(FileFault) { try system.synchroniseData(file) }
    func synchronise(_ file: Int32) throws(FileFault) { try system.synchronise(file) }
    func rename(_ old: String, to new: String) throws(FileFault) { try system.rename(old, to: new) }
    func remove(_ path: String) throws(FileFault) { try system.remove(path) }
    func removeDirectory(_ path: String) throws(FileFault) { try system.removeDirectory(path) }
    func makeDirectory(_ path: String) throws(FileFault) -> Bool { try system.makeDirectory(path) }
    func names(_ path: String) throws(FileFault) -> [String]? { try system.names(path) }
    func lock(_ file: Int32) throws(FileFault) -> Bool { try system.lock(file) }
}
