import Glibc
import Ledger
import Synchronization
import Testing

@testable import LedgerVault

@Suite struct WriterFaultTests {
    private func failure(_ body: () async throws -> LedgerVault.Receipt) async -> VaultUnavailable? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? VaultUnavailable
        }
    }

    @Test func `a synchronisation that fails is final, and is not tried again`() async throws {
        let test = TestVault()
        let operations = FailingOperations()
        let vault = try test.open(operations)
        _ = try await vault.sealed("good", of: request(1))
        operations.plan.withLock { $0.syncCode = EIO }
        guard case .failed = await failure({ try await vault.sealed("bad", of: request(2)) }) else {
            Issue.record("sealed what may not be on disk")
            return
        }
        let syncs = operations.plan.withLock { plan in
            plan.syncCode = 0
            return plan.syncs
        }
        guard case .failed = await failure({ try await vault.sealed("later", of: request(3)) }) else {
            Issue.record("sealed after a failure")
            return
        }
        #expect(operations.plan.withLock { $0.syncs } == syncs)
        guard case .failed = vault.status else {
            Issue.record("\(vault.status)")
            return
        }
        vault.close()
        // The next start goes on in a new file.
        let next = try test.open()
        _ = try await next.sealed("again", of: request(4))
        next.close()
        #expect(try test.opener().open(try #require(test.records().last)).string == "again")
    }

    @Test(arguments: [0, 1, 60, 100, 150])
    func `a full disk refuses, takes back what it wrote, and passes`(written: Int) async throws {
        let test = TestVault()
        let operations = FailingOperations()
        let vault = try test.open(operations)
        _ = try await vault.sealed("one", of: request(1))
        operations.plan.withLock { ($0.writeCode, $0.written) = (ENOSPC, written) }
        #expect(await failure { try await vault.sealed("two", of: request(2)) } == .noSpace)
        #expect(vault.status == .noSpace)
        operations.plan.withLock { $0.writeCode = 0 }
        _ = try await vault.sealed("three", of: request(3))
        #expect(vault.status == .healthy)
        vault.close()
        let opener = try test.opener()
        #expect(try test.records().map { try opener.open($0).string } == ["one", "three"])
    }

    @Test(arguments: [(EIO, Int32(0)), (ENOSPC, EIO)])
    func `a write that fails otherwise, or can't be taken back, is final`(code: Int32, truncation: Int32) async throws {
        let test = TestVault()
        let operations = FailingOperations()
        let vault = try test.open(operations)
        operations.plan.withLock { ($0.writeCode, $0.truncateCode) = (code, truncation) }
        guard case .failed = await failure({ try await vault.sealed("text", of: request(1)) }) else {
            Issue.record("sealed what was not written")
            return
        }
        operations.plan.withLock { ($0.writeCode, $0.truncateCode) = (0, 0) }
        guard case .failed = await failure({ try await vault.sealed("text", of: request(2)) }) else {
            Issue.record("sealed after a failure")
            return
        }
        vault.close()
    }

    @Test func `those who wait while the disk writes share the next synchronisation`() async throws {
        let test = TestVault()
        let operations = SlowOperations()
        let vault = try test.open(operations)
        async let first = vault.sealed("first", of: request(0))
        while operations.state.withLock({ $0.syncs }) == 0 { await Task.yield() }
        let done = Atomic<Int>(0)
        for number in 1...20 {
            let sealed = try vault.seal([1], of: request(UInt64(number)), attempt: 1, at: TestVault.noon)
            vault.write(sealed) { _ in done.add(1, ordering: .relaxed) }
        }
        operations.state.withLock { $0.isOpen = true }
        _ = try await first
        while done.load(ordering: .relaxed) < 20 { await Task.yield() }
        #expect(operations.state.withLock { $0.syncs } == 2)
        vault.close()
        #expect(try test.records().count == 21)
    }

    @Test func `what gathered while a synchronisation failed is not sealed either`() async throws {
        let test = TestVault()
        let operations = SlowOperations(firstCode: EIO)
        let vault = try test.open(operations)
        async let first = failure { try await vault.sealed("first", of: request(1)) }
        while operations.state.withLock({ $0.syncs }) == 0 { await Task.yield() }
        let sealed = try vault.seal([1], of: request(2), attempt: 1, at: TestVault.noon)
        let answer = Mutex<Result<LedgerVault.Receipt, VaultUnavailable>?>(nil)
        vault.write(sealed) { result in answer.withLock { $0 = result } }
        operations.state.withLock { $0.isOpen = true }
        #expect(await first != nil)
        vault.close()
        guard case .failure(.failed) = answer.withLock({ $0 }) else {
            Issue.record("sealed after a failure")
            return
        }
        #expect(operations.state.withLock { $0.syncs } == 1)
    }

    @Test func `an answer is lost where shredders can't be kept waiting`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let receipt = try await vault.sealed("request", of: request(1))
        // No file can be opened there.
        #expect(mkdir("\(test.folder)/shredding", 0o700) == 0)
        vault.append(answer: [1], isCut: false, isStream: false, at: TestVault.noon, to: receipt)
        vault.close()
        #expect(vault.lostAnswers == 1)
        #expect(try test.records().count == 1)
    }

    @Test func `past the queue's bound requests are refused`() async throws {
        let test = TestVault()
        var settings = test.settings
        settings.queueBytes = 1_000
        let operations = SlowOperations()
        let vault = try LedgerVault.open(settings, at: TestVault.noon, operations: operations)
        async let first = vault.sealed("first", of: request(0))
        while operations.state.withLock({ $0.syncs }) == 0 { await Task.yield() }
        // It waits, since the disk writes, and it alone is more than may wait.
        let second = Mutex<Result<LedgerVault.Receipt, VaultUnavailable>?>(nil)
        let text = [UInt8](repeating: 0x78, count: 1_000)
        let long = try vault.seal(text, of: request(1), attempt: 1, at: TestVault.noon)
        vault.write(long) { result in second.withLock { $0 = result } }
        let third = Mutex<VaultUnavailable?>(nil)
        vault.write(try vault.seal([1], of: request(2), attempt: 1, at: TestVault.noon)) { result in
            if case .failure(let error) = result { third.withLock { $0 = error } }
        }
        #expect(third.withLock { $0 } == .overloaded)
        operations.state.withLock { $0.isOpen = true }
        _ = try await first
        vault.close()
        #expect((try second.withLock { $0 }?.get()) != nil)
    }
}

/// The system, whose first synchronisation waits until it is let go.
private final class SlowOperations: VaultOperations {
    struct State {
        var syncs = 0
        var isOpen = false
    }

    let state = Mutex(State())
    private let firstCode: Int32
    private let system = SystemVaultOperations()

    init(firstCode: Int32 = 0) { self.firstCode = firstCode }

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32) {
        system.write(file, bytes, at: offset)
    }

    func synchronise(_ file: Int32) -> Int32 {
        let isFirst = state.withLock { state in
            state.syncs += 1
            return state.syncs == 1
        }
        while !state.withLock({ $0.isOpen }) { usleep(200) }
        return isFirst && firstCode != 0 ? firstCode : system.synchronise(file)
    }

    func truncate(_ file: Int32, to bytes: Int) -> Int32 { system.truncate(file, to: bytes) }
}
