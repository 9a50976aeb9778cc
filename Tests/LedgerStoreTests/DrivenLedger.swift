import Ledger
import Testing
import TransparencyLog

@testable import LedgerStore

/// Waits for completions on its own thread.
final class BlockingCollector: LedgerCompletionQueue, @unchecked Sendable {
    private let monitor = Monitor()
    private var completions: [LedgerCompletion] = []

    func deliver(_ new: [LedgerCompletion]) {
        monitor.lock()
        completions += new
        monitor.unlock()
        monitor.signal()
    }

    /// So many completions, or what came within two minutes.
    func take(_ count: Int) -> [LedgerCompletion] {
        monitor.lock()
        defer { monitor.unlock() }
        let end = Monitor.now() + 120_000_000_000
        while completions.count < count, Monitor.now() < end { monitor.wait(until: end) }
        defer { completions = [] }
        return completions
    }
}

/// A ledger on a disk in memory, driven through all that it does: start, intents alone and together, results, full write-ahead
/// files, a rotation, and the end.
struct DrivenLedger {
    let settings: LedgerStoreSettings
    /// The numbers of the requests whose intents were confirmed.
    private(set) var acknowledged: [Int] = []
    private(set) var opened = false
    private(set) var rotated = false
    private(set) var lastStatus: LedgerStore.Status?
    private var next = 0

    init(checkpointInterval: Int = 1) throws {
        var settings = try Fixtures.settings("/d")
        settings.writeAhead = .init(fileBytes: 1 << 17, maximumFiles: 3)
        settings.checkpointInterval = checkpointInterval
        settings.gathering = 0
        settings.laziness = 0
        self.settings = settings
    }

    /// Runs once from start to end, as far as the disk lets it.
    mutating func run(_ disk: MemoryDisk, rounds: Int = 14, rotating: Bool = true) {
        guard let store = try? LedgerStore.open(settings, start: Fixtures.start, system: disk) else { return }
        opened = true
        let collector = BlockingCollector()
        for round in 0..<rounds where !disk.isDead {
            let count = round % 5 == 4 ? 40 : 1 + round % 3
            for _ in 0..<count {
                if let intent = try? Fixtures.intent(next) {
                    store.record(intent, token: UInt64(next), to: collector)
                }
                next += 1
            }
            for completion in collector.take(count) {
                guard let receipt = completion.receipt else { continue }
                acknowledged.append(Int(completion.token))
                _ = try? store.record(Fixtures.result(of: receipt.sequence))
            }
            if rotating, round == rounds / 2 { rotate(store) }
        }
        store.close(Fixtures.stop)
        lastStatus = store.status
    }

    private mutating func rotate(_ store: LedgerStore) {
        let answer = BlockingAnswer()
        store.rotate(at: Fixtures.time) { answer.give($0) }
        if case .success? = answer.take() { rotated = true }
    }

    /// What an audit would find after a restart: every log whole, all its tiles there, and every confirmed intent in it.
    func check(_ disk: MemoryDisk) throws {
        let directory = LedgerDirectory(path: settings.directory)
        let logs = try LogFinding.logs(directory, disk)
        var found: Set<Int> = []
        for log in logs {
            let entries = try Fixtures.entries(settings, log: log, system: disk)
            for (index, entry) in entries.enumerated() {
                let row = try #require(LedgerRow(line: entry))
                #expect(row.sequence == String(index))
                if row.kind == "intent", let number = Self.number(entry) { found.insert(number) }
            }
            if log > 1 { #expect(LedgerRow(line: entries[0])?.kind == "continued") }
            try checkTiles(log, disk)
        }
        let missing = acknowledged.filter { !found.contains($0) }
        #expect(missing.isEmpty, "confirmed, but not there: \(missing)")
    }

    private func checkTiles(_ log: Int, _ disk: MemoryDisk) throws {
        let directory = LedgerDirectory(path: settings.directory)
        func read(_ path: String) throws -> [UInt8] {
            let file = try OpenFile(disk, path, .reading)
            return try file.bytes(count: file.size())
        }
        let checkpoint = try SignedCheckpoint(parsing: read(directory.checkpointPath(log))).checkpoint
        var reader = try #require(
            TileReader(size: checkpoint.size) { tile in try read("\(directory.logPath(log))/\(tile.path)") })
        if checkpoint.size > 0 { #expect(try reader.root() == checkpoint.root) }
    }

    /// The number that `Fixtures.intent` made a request of.
    private static func number(_ entry: [UInt8]) -> Int? {
        guard let range = String(decoding: entry, as: UTF8.self).firstRange(of: /req_[0-9a-f]+/) else { return nil }
        return Int(String(decoding: entry, as: UTF8.self)[range].suffix(16), radix: 16)
    }
}

/// One answer, waited for.
final class BlockingAnswer: @unchecked Sendable {
    private let monitor = Monitor()
    private var answer: Result<LedgerStore.Rotation, LedgerStoreError>?

    func give(_ answer: Result<LedgerStore.Rotation, LedgerStoreError>) {
        monitor.lock()
        self.answer = answer
        monitor.unlock()
        monitor.signal()
    }

    func take() -> Result<LedgerStore.Rotation, LedgerStoreError>? {
        monitor.lock()
        defer { monitor.unlock() }
        let end = Monitor.now() + 120_000_000_000
        while answer == nil, Monitor.now() < end { monitor.wait(until: end) }
        return answer
    }
}
