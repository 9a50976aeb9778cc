import Cryptography
import Glibc
import Inference
import Ledger
import LedgerStore
import Synchronization
import TransparencyLog

/// Drives a ledger for tests and measurements; no product.
///
/// `ledger-drill record FOLDER [--threads 4] [--entries 50] [--from 0] [--rotate]`: records intents and results; prints each
/// intent's number as soon as it is confirmed. Exits with 3 if the ledger cannot be opened, and with 4 if it fails meanwhile.
///
/// `ledger-drill bench FOLDER [--in-flight 64] [--seconds 5]`: durable entries a second, and the time of one alone beside a bare
/// `fdatasync` on the same disk.
@main struct LedgerDrill {
    private var folder = ""
    private var threads = 4
    private var entries = 50
    private var from = 0
    private var inFlight = 64
    private var seconds = 5.0
    private var rotates = false

    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let verb = arguments.isEmpty ? "" : arguments.removeFirst()
        let drill = LedgerDrill(arguments)
        switch verb {
        case "record": exit(drill.record())
        case "bench": exit(drill.bench())
        default: fail("expected `record` or `bench`", status: 2)
        }
    }

    static func fail(_ message: String, status: Int32) -> Never {
        write("ledger-drill: \(message)\n", to: 2)
        exit(status)
    }

    /// At once, without a buffer: what is printed has happened, whatever comes next.
    private static func write(_ text: String, to file: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(file, bytes, bytes.count)
    }

    private init(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--threads": threads = rest.popFirst().flatMap { Int($0) } ?? threads
            case "--entries": entries = rest.popFirst().flatMap { Int($0) } ?? entries
            case "--from": from = rest.popFirst().flatMap { Int($0) } ?? from
            case "--in-flight": inFlight = rest.popFirst().flatMap { Int($0) } ?? inFlight
            case "--seconds": seconds = rest.popFirst().flatMap { Double($0) } ?? seconds
            case "--rotate": rotates = true
            default: folder = argument
            }
        }
    }

    // MARK: - Entries

    private static let time = LedgerTime(milliseconds: 1_795_394_759_123)

    private func settings(interval: Int, small: Bool) -> LedgerStoreSettings {
        guard let name = NoteKeyName("drill.example/ledger"),
            let key = SigningKey(ed25519Seed: [UInt8](repeating: 7, count: 32)),
            let signer = NoteSigner(name: name, key: key)
        else { Self.fail("no key", status: 2) }
        return LedgerStoreSettings(
            directory: "\(folder)/ledger", signer: signer, remembered: "\(folder)/seen", checkpointInterval: interval,
            writeAhead: small ? .init(fileBytes: 1 << 17, maximumFiles: 4) : .init())
    }

    private func open(_ settings: LedgerStoreSettings) -> LedgerStore {
        do {
            return try LedgerStore.open(
                settings, start: LedgerEntry.Start(time: Self.time, version: "drill", policySet: "aa11"))
        } catch {
            Self.fail("\(error)", status: 3)
        }
    }

    private static func intent(_ number: Int) -> EncodedIntent {
        let intent = LedgerEntry.Intent(
            time: time,
            asked: .init(
                requestID: RequestID(high: 0, low: UInt64(number)), traceparent: nil,
                principal: Principal(
                    kind: .user, name: "alice", teams: ["support"], tenant: "acme", method: .apiKey, credential: "k"),
                clientAddress: "192.0.2.1", dialect: .openAI, operation: .chat, model: ModelID("demo"),
                isStreaming: false, estimatedInputTokens: 1,
                data: DataSummary(counts: [], unscannable: 0, textsScanned: 1), policySet: "aa11"),
            destination: Destination(provider: ProviderID("demo"), model: "demo"), region: nil, isInternal: true,
            form: .raw, policies: ["p"], considered: [], exposure: .none, commitment: SHA256.hash("body"), attempt: 1)
        do {
            return try EncodedIntent(intent)
        } catch {
            fail("\(error)", status: 2)
        }
    }

    private static func result(of receipt: IntentReceipt) -> LedgerEntry.Result {
        .init(
            time: time, requestID: receipt.requestID, attempt: 1, intent: receipt.sequence, outcome: .completed,
            status: 200, usage: nil, cost: nil, firstByteMicroseconds: 1, totalMicroseconds: 2, bytesSent: 3,
            bytesReceived: 4)
    }

    // MARK: - Recording

    private func record() -> Int32 {
        let store = open(settings(interval: 5, small: true))
        let isWell = Atomic<Bool>(true)
        let each = entries / max(1, threads)
        let workers = (0..<threads).map { thread in
            DrillThread {
                let waiter = Waiter()
                for number in 0..<each {
                    let number = from + thread * each + number
                    store.record(Self.intent(number), token: UInt64(number), to: waiter)
                    switch waiter.wait() {
                    case .success(let receipt):
                        Self.write("\(number)\n", to: 1)
                        _ = try? store.record(Self.result(of: receipt))
                    case .failure:
                        isWell.store(false, ordering: .relaxed)
                    }
                    if rotates, thread == 0, number == from + each / 2 { store.rotate(at: Self.time) { _ in } }
                }
            }
        }
        for worker in workers { worker.join() }
        store.close(LedgerEntry.Stop(time: Self.time, reason: "drill"))
        return isWell.load(ordering: .relaxed) ? 0 : 4
    }

    // MARK: - Measuring

    private func bench() -> Int32 {
        let store = open(settings(interval: 1_000, small: false))
        let end = now() + seconds
        let confirmed = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        let next = Atomic<Int>(0)
        let began = now()
        // A few threads, as event loops are, each with its share of requests in flight.
        let threads = 2
        let workers = (0..<threads).map { _ in
            DrillThread {
                let waiter = Waiter()
                var open = 0
                while now() < end || open > 0 {
                    while open < inFlight / threads, now() < end {
                        let number = next.wrappingAdd(1, ordering: .relaxed).newValue
                        store.record(Self.intent(number), token: UInt64(number), to: waiter)
                        open += 1
                    }
                    for outcome in waiter.waitForSome() {
                        open -= 1
                        guard case .success(let receipt) = outcome else {
                            refused.wrappingAdd(1, ordering: .relaxed)
                            continue
                        }
                        confirmed.wrappingAdd(1, ordering: .relaxed)
                        _ = try? store.record(Self.result(of: receipt))
                    }
                }
            }
        }
        for worker in workers { worker.join() }
        let passed = now() - began
        let intents = Double(confirmed.load(ordering: .relaxed))
        Self.write(
            "durable entries a second with \(inFlight) intents in flight: \(Int(2 * intents / passed)) "
                + "(\(Int(intents / passed)) intents and as many results; \(refused.load(ordering: .relaxed)) refused)\n",
            to: 1)
        alone(store)
        store.close(nil)
        return 0
    }

    private func alone(_ store: LedgerStore) {
        let file = Glibc.open("\(folder)/bare", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { Self.fail("cannot write to \(folder)", status: 2) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        _ = pwrite(file, zeros, zeros.count, 0)
        fsync(file)
        let waiter = Waiter()
        var (ours, bare): ([Double], [Double]) = ([], [])
        let block = [UInt8](repeating: 1, count: 1_536)
        // In turn, so that both see the same disk.
        for number in 0..<500 {
            var begin = now()
            _ = pwrite(file, block, block.count, off_t(number * 2_048))
            fdatasync(file)
            bare.append(now() - begin)
            usleep(2_000)
            begin = now()
            store.record(Self.intent(number), token: 1, to: waiter)
            if case .success(let receipt) = waiter.wait() { _ = try? store.record(Self.result(of: receipt)) }
            ours.append(now() - begin)
            usleep(2_000)
        }
        close(file)
        unlink("\(folder)/bare")
        func text(_ values: [Double]) -> String {
            let sorted = values.sorted()
            return
                "median \(Int(sorted[sorted.count / 2] * 1e6)) µs, 99 % \(Int(sorted[sorted.count * 99 / 100] * 1e6)) µs"
        }
        Self.write("an intent alone: \(text(ours))\na bare write and fdatasync: \(text(bare))\n", to: 1)
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Waits for completions on its own thread.
final class Waiter: LedgerCompletionQueue, @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var outcomes: [Result<IntentReceipt, LedgerUnavailable>] = []

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    func deliver(_ completions: [LedgerCompletion]) {
        pthread_mutex_lock(mutex)
        outcomes += completions.map(\.result)
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    /// All that have come; at least one.
    func waitForSome() -> [Result<IntentReceipt, LedgerUnavailable>] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while outcomes.isEmpty { pthread_cond_wait(condition, mutex) }
        defer { outcomes = [] }
        return outcomes
    }

    /// The next one.
    func wait() -> Result<IntentReceipt, LedgerUnavailable> {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while outcomes.isEmpty { pthread_cond_wait(condition, mutex) }
        return outcomes.removeFirst()
    }
}

/// A thread that runs one body to its end.
final class DrillThread: @unchecked Sendable {
    private var thread = pthread_t()

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    init(_ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        let status = pthread_create(&thread, nil, Self.main, body)
        if status != 0 { LedgerDrill.fail("cannot start a thread: \(status)", status: 2) }
    }

    func join() { pthread_join(thread, nil) }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
    }
}
