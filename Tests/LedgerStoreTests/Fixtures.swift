import Cryptography
import Glibc
import Inference
import Ledger
import Synchronization
import Testing

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
        let file = try FileDescriptor.reading(path)
        return try file.bytes(at: 0, count: max(1, file.size()))
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try FileDescriptor.updating(path)
        try file.truncate(to: 0)
        try file.overwrite(bytes)
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

/// The system's file operations, of which a test may make each fail.
final class FaultyOperations: FileOperations {
    struct Script {
        /// The most bytes a write takes.
        var writeLimit = Int.max
        /// Errors of the next writes, one each.
        var writeErrors: [Int32] = []
        /// The error of every synchronisation.
        var synchroniseError: Int32 = 0
        /// The error of every reservation.
        var reserveError: Int32 = 0
        /// Bytes said to be free.
        var freeBytes: Int?
        /// Whether synchronisations wait.
        var isStuck = false
        /// How many had to wait.
        var held = 0
        /// Counts.
        var writes = 0
        var synchronisations = 0
    }

    private let script = Mutex(Script())
    private let system = SystemFileOperations()

    func set(_ change: (inout Script) -> Void) { script.withLock { change(&$0) } }
    var counts: (writes: Int, synchronisations: Int) { script.withLock { ($0.writes, $0.synchronisations) } }

    /// Returns once a synchronisation waits.
    func waitUntilHeld() async throws {
        for _ in 0..<60_000 where script.withLock({ $0.held }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
    }

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> (written: Int, code: Int32) {
        let (error, limit) = script.withLock { script in
            script.writes += 1
            return (script.writeErrors.isEmpty ? 0 : script.writeErrors.removeFirst(), script.writeLimit)
        }
        guard error == 0 else { return (0, error) }
        return system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(limit)))
    }

    func synchronise(_ file: Int32) -> Int32 {
        if script.withLock({ $0.isStuck }) { script.withLock { $0.held += 1 } }
        while script.withLock({ $0.isStuck }) { usleep(1_000) }
        let error = script.withLock { script in
            script.synchronisations += 1
            return script.synchroniseError
        }
        return error == 0 ? system.synchronise(file) : error
    }

    func reserve(_ file: Int32, from offset: Int, bytes: Int) -> Int32 {
        let error = script.withLock { $0.reserveError }
        return error == 0 ? system.reserve(file, from: offset, bytes: bytes) : error
    }

    func freeBytes(_ file: Int32) -> Int { script.withLock { $0.freeBytes } ?? system.freeBytes(file) }
}

/// Entries and settings.
enum Fixtures {
    static let time = LedgerTime(milliseconds: 1_795_394_759_123)
    static let start = LedgerEntry.Start(time: time, version: "test", policySet: "aa11")
    static let stop = LedgerEntry.Stop(time: time, reason: "test")

    static func settings(_ directory: TemporaryDirectory) -> LedgerStoreSettings {
        LedgerStoreSettings(directory: "\(directory.path)/ledger", reservedBytes: 1 << 16)
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

    static func logPath(_ settings: LedgerStoreSettings, _ number: Int = 1) -> String {
        LedgerDirectory(path: settings.directory).logPath(number)
    }

    static func headPath(_ settings: LedgerStoreSettings) -> String {
        LedgerDirectory(path: settings.directory).headPath
    }

    /// The lines of a file of the log, each with its line feed.
    static func lines(_ path: String) throws -> [[UInt8]] {
        let bytes = try Files.read(path)
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            .map { Array($0) + [UInt8(ascii: "\n")] }
    }

    /// The kinds of all entries of the tail.
    static func kinds(_ settings: LedgerStoreSettings) throws -> [String] {
        try LedgerAudit.tail(directory: settings.directory, count: 10_000).map { LedgerRow(line: $0.json)?.kind ?? "?" }
    }
}
