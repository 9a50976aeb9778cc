private import Glibc
internal import LedgerStore
private import Synchronization

/// Feeds an index behind the back of whoever writes the ledger: a thread of its own, of the lowest priority, that looks each second
/// for what has come under a checkpoint. It takes little at a time, so that other processes that write the same index get their turn.
/// Its failure stops nothing; `trouble` says it, and it tries again.
public final class IndexFeeder: Sendable {
    /// How the index stands.
    public struct Condition: Hashable, Sendable {
        /// Why the index is not fed; `nil` while it is.
        public var trouble: String?
        /// Entries taken in since the start.
        public var entries = 0
        /// Whether it has once come to the ledger's end.
        public var isUpToDate = false
    }

    private struct State {
        var condition = Condition()
        var isStopping = false
        var hasEnded = false
    }

    private enum Bounds {
        /// Memory for pages.
        static let cacheBytes = 16 << 20
        /// Between two looks, and after a failure.
        static let pauseMilliseconds: (well: Int, failed: Int) = (1_000, 10_000)
        /// How often it is asked meanwhile whether it shall end.
        static let stepMilliseconds = 50
    }

    private let directory: String
    private let notice: @Sendable (String?) -> Void
    private let state = Mutex(State())

    /// Feeds the index of a ledger's folder from `start` on. `notice` is told of a failure once, with its words, and of its end with `nil`.
    public init(directory: String, notice: @escaping @Sendable (String?) -> Void) {
        self.directory = directory
        self.notice = notice
    }

    /// How the index stands now.
    public var condition: Condition { state.withLock(\.condition) }

    /// Starts the thread; false if the system has none left.
    public func start() -> Bool {
        if IndexThread.start({ self.run() }) { return true }
        state.withLock { state in
            state.hasEnded = true
            state.condition.trouble = "no thread is left"
        }
        return false
    }

    /// Ends the thread, and brings the index to the disk. Blocks, for as long as one transaction takes.
    public func stop() {
        state.withLock { $0.isStopping = true }
        while !state.withLock(\.hasEnded) { usleep(5_000) }
    }

    private var isStopping: Bool { state.withLock(\.isStopping) }

    private func run() {
        defer { state.withLock { $0.hasEnded = true } }
        var index: LedgerIndex?
        while !isStopping {
            do {
                if index?.isInPlace == false { index = nil }
                let open = try index ?? open()
                index = open
                let count = try open.update(limit: LedgerIndex.smallStep) { _ in !self.isStopping }
                state.withLock {
                    $0.condition.entries += count
                    $0.condition.isUpToDate = true
                }
                note(nil)
                pause(Bounds.pauseMilliseconds.well)
            } catch LedgerIndexError.cancelled {
                continue
            } catch LedgerReadError.noLedger, LedgerReadError.formerVersion {
                // Nothing is written yet.
                pause(Bounds.pauseMilliseconds.well)
            } catch {
                index = nil
                note("\(error)")
                pause(Bounds.pauseMilliseconds.failed)
            }
        }
        try? index?.sync()
    }

    private func open() throws -> LedgerIndex {
        let reader = LedgerReader(source: TreeOnly(try LedgerFolder(directory)))
        return try LedgerIndex.open(
            reader, directory: directory, cacheBytes: Bounds.cacheBytes, isFedFromTreeOnly: true)
    }

    private func note(_ trouble: String?) {
        let isNews = state.withLock { state in
            defer { state.condition.trouble = trouble }
            return state.condition.trouble != trouble
        }
        if isNews { notice(trouble) }
    }

    private func pause(_ milliseconds: Int) {
        for _ in 0..<(milliseconds / Bounds.stepMilliseconds) where !isStopping {
            usleep(UInt32(Bounds.stepMilliseconds) * 1_000)
        }
    }
}

/// A ledger's folder without its write-ahead log: reading that each second would be work, and in a second it is in the tree.
private struct TreeOnly: LedgerSource {
    private let folder: LedgerFolder

    init(_ folder: LedgerFolder) { self.folder = folder }

    func place(of path: String, inLog log: Int) -> String { folder.place(of: path, inLog: log) }
    func logNumbers() throws(LedgerReadError) -> [Int] { try folder.logNumbers() }
    func contents(of path: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]? {
        try folder.contents(of: path, inLog: log)
    }
    func paths(inLog log: Int) throws(LedgerReadError) -> [String]? { try folder.paths(inLog: log) }
}

/// A thread that gives way to all others.
private enum IndexThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// The lowest niceness; unlike SCHED_IDLE it is never starved while it holds a lock that others wait for.
    private static let niceness: Int32 = 19

    static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        guard pthread_create(&thread, nil, main, body.toOpaque()) == 0 else {
            body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        // Signals are for the threads that expect them.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // On Linux a niceness is a thread's own.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }
}
