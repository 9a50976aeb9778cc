internal import GRDB
internal import LedgerStore
public import Limits

/// Keeps on disk what of `policies/limits.yaml` has to outlive a gateway: money spent in each period, what attempts under way have reserved,
/// and how far the buckets by the minute are emptied.
///
/// Callers hand over what changed and go on; one thread writes all that waits in one transaction. What `whenWritten` has confirmed survives
/// the end of the process (`kill -9`). A loss of power it survives to the last with `Durability.power`; else but for the last moments:
/// SQLite's journal is synced when it is folded into the database, not at each commit. An attempt that was reserved there and never
/// settled stays spent. Only the file's owner may read it.
public final class LimitStore: Sendable {
    /// What that which is written survives.
    public enum Durability: Sendable {
        /// The end of the process.
        case process
        /// The end of the machine's power: each commit is synced.
        case power
    }

    /// An attempt that had room when its gateway ended.
    public struct OpenAttempt: Hashable, Sendable {
        /// Its number here.
        public let id: Int64
        /// The request that it is of (`req_…`).
        public let request: String
        /// Which attempt of the request, from 1.
        public let attempt: Int
        /// What it reserved; that is in the amounts.
        public let charges: [StoredCharge]

        /// Puts it together.
        public init(id: Int64, request: String, attempt: Int, charges: [StoredCharge]) {
            self.id = id
            self.request = request
            self.attempt = attempt
            self.charges = charges
        }
    }

    /// What was on disk.
    public struct Content: Sendable {
        /// What was spent.
        public let amounts: [StoredAmount]
        /// What was never settled, in the order of its reservation.
        public let open: [OpenAttempt]
    }

    private struct Batch {
        var amounts: [LimitAccount: StoredAmount] = [:]
        var opened: [OpenAttempt] = []
        var closed: [Int64] = []
        var isEmpty: Bool { amounts.isEmpty && opened.isEmpty && closed.isEmpty }
    }

    private struct Waiting {
        let ticket: UInt64
        let done: @Sendable (Bool) -> Void
    }

    private struct State {
        var batch = Batch()
        var lastTicket: UInt64 = 0
        var written: UInt64 = 0
        var waiting: [Waiting] = []
        var trouble: String?
        var isClosing = false
    }

    /// Between two tries to write to a disk that has failed.
    private static let pauseNanoseconds: UInt64 = 500_000_000

    private let file: LimitFile
    private let monitor = Monitor()
    // Guarded by the monitor, which the thread can wait on.
    private nonisolated(unsafe) var state = State()
    private nonisolated(unsafe) var thread: LedgerThread?
    private let path: String

    /// Opens the file, and makes it where there is none. Only one process may have it open. Blocks.
    public static func open(
        path: String, durability: Durability = .process
    ) throws(LimitStoreError) -> (store: LimitStore, content: Content) {
        let file: LimitFile
        let content: Content
        do {
            file = try LimitFile(path: path, durability: durability)
            content = try file.content()
        } catch {
            throw LimitStoreError(path: path, problem: LimitFile.words(error))
        }
        let store = LimitStore(file: file, path: path)
        guard let thread = LedgerThread({ store.run() }) else {
            throw LimitStoreError(path: path, problem: "no thread is left to write it")
        }
        store.thread = thread
        return (store, content)
    }

    private init(file: LimitFile, path: String) {
        self.file = file
        self.path = path
    }

    /// Hands over what changed, in the order of the changes: the owner of the amounts calls it before anybody else can change them.
    /// Returns a ticket for `whenWritten`.
    @discardableResult
    public func submit(amounts: [StoredAmount], opened: OpenAttempt? = nil, closed: Int64? = nil) -> UInt64 {
        monitor.lock()
        defer { monitor.unlock() }
        for amount in amounts { state.batch.amounts[amount.account] = amount }
        if let opened { state.batch.opened.append(opened) }
        if let closed { state.batch.closed.append(closed) }
        state.lastTicket += 1
        monitor.signal()
        return state.lastTicket
    }

    /// Whether what a ticket is for is on disk.
    public func hasWritten(_ ticket: UInt64) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        return state.written >= ticket
    }

    /// Calls back, on a thread of its own or at once, when what a ticket is for is on disk (`true`) or can't be written (`false`).
    public func whenWritten(_ ticket: UInt64, _ done: @escaping @Sendable (Bool) -> Void) {
        monitor.lock()
        let verdict: Bool? = state.written >= ticket ? true : state.trouble != nil || state.isClosing ? false : nil
        if verdict == nil { state.waiting.append(Waiting(ticket: ticket, done: done)) }
        monitor.unlock()
        if let verdict { done(verdict) }
    }

    /// Why nothing can be written; `nil` while all is well.
    public var trouble: String? {
        monitor.lock()
        defer { monitor.unlock() }
        return state.trouble
    }

    /// Writes all that waits and ends the thread. Blocks.
    public func close() {
        monitor.lock()
        guard !state.isClosing else { return monitor.unlock() }
        state.isClosing = true
        monitor.signal()
        monitor.unlock()
        thread?.join()
        try? file.close()
    }

    // MARK: - The thread

    private func run() {
        while true {
            monitor.lock()
            while state.batch.isEmpty, !state.isClosing { monitor.wait() }
            let batch = state.batch
            let ticket = state.lastTicket
            let isLast = state.isClosing
            state.batch = Batch()
            monitor.unlock()
            let problem = write(batch)
            finish(batch, ticket, problem)
            if isLast { return }
        }
    }

    private func write(_ batch: Batch) -> String? {
        guard !batch.isEmpty else { return nil }
        do {
            try file.write(amounts: Array(batch.amounts.values), opened: batch.opened, closed: batch.closed)
            return nil
        } catch {
            return "\(path): \(LimitFile.words(error))"
        }
    }

    private func finish(_ batch: Batch, _ ticket: UInt64, _ problem: String?) {
        monitor.lock()
        state.trouble = problem
        var told: [Waiting] = []
        if problem == nil {
            state.written = ticket
            told = state.waiting.filter { $0.ticket <= ticket }
            state.waiting.removeAll { $0.ticket <= ticket }
        } else {
            // It is tried again with what came meanwhile, which is newer.
            state.batch.amounts.merge(batch.amounts) { newer, _ in newer }
            state.batch.opened = batch.opened + state.batch.opened
            state.batch.closed = batch.closed + state.batch.closed
            told = state.waiting
            state.waiting = []
        }
        monitor.unlock()
        for waiting in told { waiting.done(problem == nil) }
        guard problem != nil else { return }
        monitor.lock()
        if !state.isClosing { monitor.wait(until: Monitor.now() + Self.pauseNanoseconds) }
        monitor.unlock()
    }
}

/// Why the state of the limits can't be read or written.
public struct LimitStoreError: Error, CustomStringConvertible, Sendable {
    /// The file.
    public let path: String
    /// What is wrong with it.
    public let problem: String

    /// The file and what is wrong with it.
    public var description: String {
        "\(path): what was spent under the limits can't be read: \(problem); without the file nothing counts as spent"
    }
}
