import Cryptography
import Glibc
import Inference
import Ledger
import Synchronization
import Testing
import TransparencyLog

@testable import LedgerStore

/// A directory of a test's own, gone with it.
final class TemporaryDirectory: Sendable {
    let path: String

    /// In memory where the machine has a directory for that, so that thousands of synchronisations take no time; or on
    /// a real disk.
    init(onDisk: Bool = false) throws {
        let isInMemory = !onDisk && access("/dev/shm", W_OK) == 0
        var template = Array("\(isInMemory ? "/dev/shm" : Environment.temporary)/sallyport-ledger-XXXXXX\0".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    struct Failure: Error {
        let code: Int32
    }

    private enum Environment {
        static var temporary: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
    }

    private static func remove(_ path: String) {
        for name in names(path) {
            if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        rmdir(path)
    }

    static func names(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// Files, whole.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(SystemFileSystem(), path, .reading)
        return try file.bytes(count: file.size())
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try OpenFile(SystemFileSystem(), path, .replacing).write(bytes, at: 0)
    }
}

/// Gathers completions, and what the disk held at each delivery.
final class Collector: LedgerCompletionQueue {
    private struct State {
        var batches: [[LedgerCompletion]] = []
        var inspections: [Bool] = []
    }
    private let state = Mutex(State())
    private let inspect: (@Sendable ([LedgerCompletion]) -> Bool)?

    init(inspect: (@Sendable ([LedgerCompletion]) -> Bool)? = nil) { self.inspect = inspect }

    func deliver(_ completions: [LedgerCompletion]) {
        let inspection = inspect?(completions)
        state.withLock { state in
            state.batches.append(completions)
            if let inspection { state.inspections.append(inspection) }
        }
    }

    var batches: [[LedgerCompletion]] { state.withLock { $0.batches } }
    var inspections: [Bool] { state.withLock { $0.inspections } }
    var completions: [LedgerCompletion] { batches.flatMap { $0 } }

    /// The completions when there are so many, or what came within a minute.
    func wait(for count: Int) async throws -> [LedgerCompletion] {
        for _ in 0..<60_000 {
            let completions = completions
            if completions.count >= count { return completions }
            try await Task.sleep(for: .milliseconds(1))
        }
        return completions
    }
}

extension LedgerCompletion {
    var receipt: IntentReceipt? { try? result.get() }

    var failure: LedgerUnavailable? {
        if case .failure(let reason) = result { reason } else { nil }
    }
}

/// Entries and settings.
enum Fixtures {
    static let time = LedgerTime(milliseconds: 1_795_394_759_123)
    static let start = LedgerEntry.Start(time: time, version: "test", policySet: "aa11")
    static let stop = LedgerEntry.Stop(time: time, reason: "test")

    static let signer = NoteSigner(
        // A fixed seed: signatures are the same each time.
        name: NoteKeyName("test.example/ledger") ?? unreachable(),
        key: SigningKey(ed25519Seed: [UInt8](repeating: 7, count: 32)) ?? unreachable())

    private static func unreachable<Value>() -> Value { preconditionFailure("a constant is wrong") }

    static func settings(_ directory: TemporaryDirectory) throws -> LedgerStoreSettings {
        try settings(directory.path)
    }

    /// Small files, so that tests go through many.
    static func settings(_ path: String) throws -> LedgerStoreSettings {
        LedgerStoreSettings(
            directory: "\(path)/ledger", signer: try #require(signer), remembered: "\(path)/seen",
            writeAhead: .init(fileBytes: 1 << 18, maximumFiles: 4))
    }

    static func intent(_ number: Int) throws -> EncodedIntent {
        try EncodedIntent(
            LedgerEntry.Intent(
                time: time,
                asked: .init(
                    requestID: RequestID(high: 0, low: UInt64(number)), traceparent: nil,
                    principal: Principal(
                        kind: .user, name: "alice", teams: ["support"], tenant: "acme", method: .apiKey, credential: "k"
                    ),
                    clientAddress: "192.0.2.1", dialect: .openAI, operation: .chat, model: ModelID("demo"),
                    isStreaming: false, estimatedInputTokens: 1,
                    data: DataSummary(counts: [], unscannable: 0, textsScanned: 1), policySet: "aa11"),
                destination: Destination(provider: ProviderID("demo"), model: "demo"), region: nil, isInternal: true,
                form: .raw, policies: ["p"], considered: [], exposure: .none, commitment: SHA256.hash("body"),
                attempt: 1
            ))
    }

    static func result(of intent: UInt64) -> LedgerEntry.Result {
        .init(
            time: time, requestID: RequestID(high: 0, low: intent), attempt: 1, intent: intent, outcome: .completed,
            status: 200,
            usage: nil, cost: nil, firstByteMicroseconds: 1, totalMicroseconds: 2, bytesSent: 3, bytesReceived: 4)
    }

    static let reload = LedgerEntry.reload(
        .init(
            time: time, isInForce: true, policySet: "bb22", policySetBefore: "bb22", trigger: .signal, keys: 1))

    /// A closed ledger of so many intents with their results, and its files.
    static func closedLedger(_ settings: LedgerStoreSettings, intents: Int) async throws {
        let store = try LedgerStore.open(settings, start: start)
        let collector = Collector()
        for number in 0..<intents {
            store.record(try intent(number), token: UInt64(number), to: collector)
            let completions = try await collector.wait(for: number + 1)
            try store.record(result(of: try #require(completions.last?.receipt?.sequence)))
        }
        store.close(stop)
    }

    /// All entries of a log, those that only the write-ahead log has included.
    static func entries(
        _ settings: LedgerStoreSettings, log: Int = 1, system: any FileSystem = SystemFileSystem()
    ) throws -> [[UInt8]] {
        let directory = LedgerDirectory(path: settings.directory)
        func read(_ path: String) throws -> [UInt8] {
            let file = try OpenFile(system, path, .reading)
            return try file.bytes(count: file.size())
        }
        let checkpoint = try SignedCheckpoint(parsing: read(directory.checkpointPath(log))).checkpoint
        var entries: [[UInt8]] = []
        while UInt64(entries.count) < checkpoint.size {
            let tile = try #require(Tile(.entries, index: UInt64(entries.count / 256), inTreeOf: checkpoint.size))
            let bytes = try read("\(directory.logPath(log))/\(tile.path)")
            entries += try EntryBundle.decode(bytes, as: tile).map { Array($0) }
        }
        // The bundles and the checkpoint agree, whatever happened.
        #expect(MerkleTree.root(of: entries.map { MerkleTree.leafHash($0) }) == checkpoint.root)
        guard try LogFinding.logs(directory, system).last == log else { return entries }
        let scan = try WriteAheadScan(directory, system: system, log: log, size: checkpoint.size)
        for payload in scan.payloads {
            payload.withUnsafeBytes { bytes in
                _ = WriteAheadRecord.forEachEntry(bytes) { entries.append(Array($0)) }
            }
        }
        return entries
    }

    /// The kinds of all entries of a log.
    static func kinds(_ settings: LedgerStoreSettings, log: Int = 1) throws -> [String] {
        try entries(settings, log: log).map { LedgerRow(line: $0)?.kind ?? "?" }
    }
}
