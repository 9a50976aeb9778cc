import Glibc
import Inference
import Ledger
import Testing

@testable import LedgerStore

@Suite struct LedgerStoreTests {
    @Test func `an intent is on disk when its receipt is given`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        let settings = Fixtures.settings(directory)
        let collector = Collector { completions in
            guard let last = completions.last?.receipt,
                let verified = try? LedgerAudit.verify(directory: settings.directory)
            else { return false }
            return verified.isIntact && verified.head?.sequence ?? 0 >= last.sequence
        }
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        for number in 0..<20 { store.record(try Fixtures.intent(number), token: UInt64(number), to: collector) }
        let completions = try await collector.wait(for: 20)
        #expect(completions.map(\.token) == Array(0..<20))
        #expect(completions.map { $0.receipt?.requestID } == (0..<20).map { RequestID(high: 0, low: $0) })
        #expect(completions.map { $0.receipt?.sequence } == Array(1...20))
        #expect(collector.inspections.allSatisfy { $0 })
        store.close(Fixtures.stop)
    }

    @Test func `a batch is synchronised before its receipts are given, and with process durability not at all`()
        async throws
    {
        for durability in LedgerStoreSettings.Durability.allCases {
            let directory = try TemporaryDirectory()
            var settings = Fixtures.settings(directory)
            settings.durability = durability
            let operations = FaultyOperations()
            let store = try LedgerStore.open(settings, start: Fixtures.start, operations: operations)
            let before = operations.counts.synchronisations
            let collector = Collector { _ in operations.counts.synchronisations > before }
            store.record(try Fixtures.intent(1), token: 1, to: collector)
            _ = try await collector.wait(for: 1)
            #expect(collector.inspections == [durability == .power])
            store.close(nil)
        }
    }

    @Test func `what comes during a synchronisation shares the next one`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        let operations = FaultyOperations()
        let store = try LedgerStore.open(Fixtures.settings(directory), start: Fixtures.start, operations: operations)
        let (first, second) = (Collector(), Collector())
        operations.set { $0.isStuck = true }
        store.record(try Fixtures.intent(0), token: 0, to: first)
        try await operations.waitUntilHeld()
        let before = operations.counts
        for number in 1...40 {
            store.record(try Fixtures.intent(number), token: UInt64(number), to: number % 2 == 0 ? first : second)
        }
        #expect(first.completions.isEmpty && second.completions.isEmpty)
        operations.set { $0.isStuck = false }
        let completions = try await (first.wait(for: 21), second.wait(for: 20))
        #expect(completions.0.map(\.token) == [0] + Array(stride(from: 2, through: 40, by: 2)))
        #expect(first.batches.map(\.count) == [1, 20])
        #expect(second.batches.map(\.count) == [20])
        #expect(operations.counts.synchronisations - before.synchronisations == 2)
        store.close(nil)
    }

    @Test func `a request on its own waits for no company`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.gathering = 30_000_000
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        let collector = Collector()
        for number in 0..<20 {
            store.record(try Fixtures.intent(number), token: UInt64(number), to: collector)
            let count = try await collector.wait(for: number + 1).count
            try #require(count == number + 1)
        }
        store.close(nil)
    }

    @Test func `requests that come at the same time wait a moment for more`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.gathering = 2_000_000
        let operations = FaultyOperations()
        let store = try LedgerStore.open(settings, start: Fixtures.start, operations: operations)
        let collector = Collector()
        operations.set { $0.isStuck = true }
        let writes = operations.counts.writes
        store.record(try Fixtures.intent(0), token: 0, to: collector)
        // No suspension here: another test's work might come between.
        while operations.counts.writes == writes { usleep(1_000) }
        store.record(try Fixtures.intent(1), token: 1, to: collector)
        operations.set { $0.isStuck = false }
        while collector.batches.isEmpty { usleep(1_000) }
        usleep(20_000)
        store.record(try Fixtures.intent(2), token: 2, to: collector)
        _ = try await collector.wait(for: 3)
        #expect(collector.batches.map { $0.map(\.token) } == [[0], [1, 2]])
        // And the end waits for nothing.
        store.record(try Fixtures.intent(3), token: 3, to: collector)
        let began = Monitor.now()
        store.close(nil)
        #expect(collector.completions.count == 4)
        #expect(Monitor.now() - began < 1_500_000_000)
    }

    @Test func `many threads' entries make one intact log`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        var settings = Fixtures.settings(directory)
        settings.rotationBytes = 200_000
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        let sequences = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for thread in 0..<8 {
                group.addTask {
                    let collector = Collector()
                    for number in 0..<100 {
                        store.record(try Fixtures.intent(thread * 1_000 + number), token: UInt64(number), to: collector)
                        if number % 3 == 0 { try store.append(Fixtures.reload) }
                        if number % 10 == 9 { _ = try await collector.wait(for: number + 1) }
                    }
                    let completions = try await collector.wait(for: 100)
                    #expect(completions.map(\.token) == Array(0..<100))
                    for completion in completions {
                        #expect(
                            completion.receipt?.requestID.rawValue.hasSuffix(
                                String(thread * 1_000 + Int(completion.token), radix: 16)) == true)
                    }
                    return completions.compactMap { $0.receipt?.sequence }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let watched = try LedgerAudit.verify(directory: settings.directory)
        #expect(watched.isIntact)
        store.close(Fixtures.stop)
        #expect(Set(sequences).count == 800)
        let verified = try LedgerAudit.verify(directory: settings.directory, head: store.head)
        #expect(verified.isIntact)
        #expect(verified.entries == 1 + 800 + 8 * 34 + 1)
        #expect(verified.files > 2)
        #expect(verified.unfinishedBytes == 0)
        #expect(verified.head == store.head)
    }

    @Test func `an entry that nobody waits for is on disk soon, without another`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        try store.record(Fixtures.result(of: 0))
        var kinds: [String] = []
        for _ in 0..<60_000 where kinds.count < 2 {
            try await Task.sleep(for: .milliseconds(1))
            kinds = try Fixtures.kinds(settings)
        }
        #expect(kinds == ["start", "result"])
        store.close(nil)
    }

    @Test func `an intent takes waiting entries with it, before it`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.laziness = 60_000_000
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        let collector = Collector()
        try store.record(Fixtures.result(of: 0))
        try store.append(Fixtures.reload)
        try await Task.sleep(for: .milliseconds(20))
        #expect(try Fixtures.kinds(settings) == ["start"])
        store.record(try Fixtures.intent(1), token: 1, to: collector)
        #expect(try await collector.wait(for: 1).first?.receipt?.sequence == 3)
        #expect(try Fixtures.kinds(settings) == ["start", "result", "reload", "intent"])
        try store.record(Fixtures.result(of: 3))
        store.close(Fixtures.stop)
        #expect(try Fixtures.kinds(settings) == ["start", "result", "reload", "intent", "result", "stop"])
    }

    @Test func `a restart goes on where the log ended`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        for _ in 0..<3 { try await Fixtures.closedLedger(settings, intents: 1) }
        #expect(
            try Fixtures.kinds(settings)
                == Array(repeating: ["start", "intent", "result", "stop"], count: 3).flatMap { $0 })
        let verified = try LedgerAudit.verify(directory: settings.directory)
        #expect(verified.isIntact)
        #expect(verified.entries == 12)
    }

    @Test func `a second writer is refused while the first lives`() throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        #expect {
            try LedgerStore.open(settings, start: Fixtures.start)
        } throws: { error in
            if case .inUse? = error as? LedgerStoreError { true } else { false }
        }
        store.close(nil)
        withExtendedLifetime(store) {}
    }

    @Test func `a closed ledger refuses and gives the directory free`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        let collector = Collector()
        store.close(Fixtures.stop)
        store.close(Fixtures.stop)
        store.record(try Fixtures.intent(1), token: 9, to: collector)
        #expect(try await collector.wait(for: 1).first?.failure == .closed)
        #expect(try store.record(Fixtures.result(of: 1)) == false)
        #expect(store.status == .closed)
        #expect(try Fixtures.kinds(settings) == ["start", "stop"])
        try LedgerStore.open(settings, start: Fixtures.start).close(nil)
        withExtendedLifetime(store) {}
    }

    @Test func `files rotate, and the chain goes through them and through restarts`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.rotationBytes = 1_500
        for _ in 0..<3 { try await Fixtures.closedLedger(settings, intents: 5) }
        let verified = try LedgerAudit.verify(directory: settings.directory)
        #expect(verified.isIntact)
        #expect(verified.files > 5)
        #expect(verified.entries == 36)
        #expect(try LedgerAudit.tail(directory: settings.directory, count: 7).count == 7)
        let names = TemporaryDirectory.names(settings.directory)
        #expect(names.contains("ledger-000001.jsonl") && names.contains("ledger-000006.jsonl"))
    }

    @Test func `files are for their owner only, and no longer than what is in them`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        var facts = stat()
        #expect(stat(settings.directory, &facts) == 0)
        #expect(facts.st_mode & 0o777 == 0o700)
        for name in TemporaryDirectory.names(settings.directory) {
            #expect(stat("\(settings.directory)/\(name)", &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o600)
            #expect(facts.st_blocks * 512 <= 4_096 * 2)  // what was set aside is given back
        }
    }

    @Test func `a tail begins at a line and is no longer than asked for`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 200)  // more than one step of 64 KiB backwards
        let lines = try Fixtures.lines(Fixtures.logPath(settings))
        for count in [0, 1, 2, 100, 402, 500] {
            let tail = try LedgerAudit.tail(directory: settings.directory, count: count)
            #expect(tail.map { $0.json + [10] } == Array(lines.suffix(count)))
        }
    }
}
