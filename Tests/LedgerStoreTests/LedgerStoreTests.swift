import Glibc
import Inference
import Ledger
import Testing

@testable import LedgerStore

@Suite struct LedgerStoreTests {
    @Test func `an intent is on disk when its receipt is given`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        let settings = try Fixtures.settings(directory)
        let collector = Collector { completions in
            guard let last = completions.last?.receipt, let entries = try? Fixtures.entries(settings) else {
                return false
            }
            return UInt64(entries.count) > last.sequence
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

    @Test func `a request on its own waits for no company`() async throws {
        let directory = try TemporaryDirectory()
        var settings = try Fixtures.settings(directory)
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

    @Test func `many threads' entries make one intact log`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        var settings = try Fixtures.settings(directory)
        settings.checkpointInterval = 20
        settings.writeAhead = .init(fileBytes: 1 << 20, maximumFiles: 8)
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
        store.close(Fixtures.stop)
        #expect(Set(sequences).count == 800)
        let entries = try Fixtures.entries(settings)
        let reloads = 8 * 34
        #expect(entries.count == 800 + reloads + 2)
        #expect(store.size == UInt64(entries.count))
        let intents = entries.enumerated().filter { LedgerRow(line: $1)?.kind == "intent" }.map { UInt64($0.offset) }
        #expect(intents == sequences.sorted())
    }

    @Test func `an entry that nobody waits for is on disk soon, without another`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
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
        var settings = try Fixtures.settings(directory)
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
        let settings = try Fixtures.settings(directory)
        for _ in 0..<3 { try await Fixtures.closedLedger(settings, intents: 1) }
        #expect(
            try Fixtures.kinds(settings)
                == Array(repeating: ["start", "intent", "result", "stop"], count: 3).flatMap { $0 })
    }

    @Test func `a second writer is refused while the first lives`() throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
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
        let settings = try Fixtures.settings(directory)
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

    @Test func `files are for their owner only`() async throws {
        let directory = try TemporaryDirectory(onDisk: true)
        let settings = try Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 300)
        func check(_ path: String) {
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            let isFolder = facts.st_mode & S_IFMT == S_IFDIR
            #expect(facts.st_mode & 0o777 == (isFolder ? 0o700 : 0o600), "\(path)")
            for name in TemporaryDirectory.names(path) { check("\(path)/\(name)") }
        }
        check(settings.directory)
    }
}
