public import Cryptography
internal import GRDB
private import Glibc
internal import LedgerStore

/// Keeps runs of `sallyport evaluate` on disk: what was asked, every answer that was paid for, every result. One SQLite file,
/// which only its owner may read, since prompts and answers stand in it.
///
/// What `put` has confirmed survives `kill -9` and a loss of power. Many changes that come at once are one commit. Answers are
/// kept by ``CaseDigest`` in a generation: 0 is shared by all runs, a run that wants none of the old answers has its own number.
public final class EvaluationStore: Sendable {
    /// What an answer is kept under.
    public struct AnswerKey: Sendable, Hashable {
        /// See ``CaseDigest``.
        public let digest: Digest32
        /// 0, or the number of the run that has its own.
        public let generation: Int64

        /// Puts it together.
        public init(_ digest: Digest32, generation: Int64) {
            self.digest = digest
            self.generation = generation
        }
    }

    /// Something to be kept.
    public enum Change: Sendable {
        /// A request is about to be sent.
        case intend(run: Int64, StoredIntent)
        /// It was not, or cost nothing.
        case withdraw(run: Int64, key: String)
        /// It was, and its answer is lost: what it may have cost counts as spent.
        case lose(run: Int64, key: String)
        /// It was answered. `intent`: the key under which it was sent.
        case answer(run: Int64, AnswerKey, intent: String, StoredAnswer)
        /// A case was scored. `answer`: the one that counts.
        case result(run: Int64, candidate: Int, test: Int, record: [UInt8], answer: AnswerKey?)
        /// A race dropped a candidate.
        case drop(run: Int64, candidate: Int, cases: Int)
        /// The run ended.
        case end(run: Int64, StoredRun.State)
    }

    private struct Waiting {
        let changes: [Change]
        let done: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isClosing = false
    }

    /// The file.
    public let path: String
    let file: EvaluationFile
    private let lock: Int32
    private let monitor = Monitor()
    // Guarded by the monitor, which the thread can wait on.
    private nonisolated(unsafe) var state = State()
    private nonisolated(unsafe) var thread: LedgerThread?

    /// Opens the file, and makes it and its folder where there is none. With `writing` nobody else may write at the same time: two
    /// runs of one plan would pay twice. Blocks.
    public static func open(path: String, writing: Bool) throws(EvaluationStoreError) -> EvaluationStore {
        var lock: Int32 = -1
        if writing {
            makeFolder(path)
            // SQLite gives its other files the rights of this one.
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw EvaluationStoreError(path: path, problem: reason()) }
            Glibc.close(descriptor)
            lock = Glibc.open("\(path)-run", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard lock >= 0 else { throw EvaluationStoreError(path: "\(path)-run", problem: reason()) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                Glibc.close(lock)
                throw EvaluationStoreError(
                    path: path,
                    problem: "another evaluation is under way with this file: wait for it, or take another --store")
            }
        } else if access(path, R_OK) != 0 {
            throw EvaluationStoreError(
                path: path, problem: "\(reason()): there are no runs of `sallyport evaluate` yet")
        }
        do {
            let store = EvaluationStore(path: path, file: try EvaluationFile(path: path), lock: lock)
            if writing { try store.begin() }
            return store
        } catch let error as EvaluationStoreError {
            throw error
        } catch {
            throw EvaluationStoreError(path: path, problem: EvaluationFile.words(error))
        }
    }

    private static func makeFolder(_ path: String) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        mkdir(String(path[..<slash]), 0o700)
    }

    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }

    private init(path: String, file: EvaluationFile, lock: Int32) {
        self.path = path
        self.file = file
        self.lock = lock
    }

    private func begin() throws(EvaluationStoreError) {
        guard let thread = LedgerThread({ self.write() }) else {
            throw EvaluationStoreError(path: path, problem: "no thread is left to write it")
        }
        self.thread = thread
    }

    /// Writes what waits, and closes the file.
    public func close() {
        monitor.withLock { state.isClosing = true }
        monitor.broadcast()
        thread?.join()
        thread = nil
        try? file.pool.close()
        if lock >= 0 { Glibc.close(lock) }
    }

    /// Keeps changes, all or none; returns once they are on the disk.
    public func put(_ changes: [Change]) async throws(EvaluationStoreError) {
        do {
            try await withCheckedThrowingContinuation { continuation in
                monitor.withLock { state.waiting.append(Waiting(changes: changes, done: continuation)) }
                monitor.signal()
            }
        } catch {
            throw EvaluationStoreError(path: path, problem: EvaluationFile.words(error))
        }
    }

    private func write() {
        while true {
            monitor.lock()
            while state.waiting.isEmpty, !state.isClosing { monitor.wait() }
            let batch = state.waiting
            state.waiting = []
            monitor.unlock()
            if batch.isEmpty { return }
            do {
                try file.write(batch.flatMap(\.changes))
                for waiting in batch { waiting.done.resume() }
            } catch {
                for waiting in batch { waiting.done.resume(throwing: error) }
            }
        }
    }

    /// The kept answer; `nil`: there is none, or its generation is neither of a run that `begin` has begun nor what came since.
    public func answer(_ key: AnswerKey) throws(EvaluationStoreError) -> StoredAnswer? {
        try reading { try $0.answer(key) }
    }

    func reading<Value>(_ body: (EvaluationFile) throws -> Value) throws(EvaluationStoreError) -> Value {
        do {
            return try body(file)
        } catch {
            throw EvaluationStoreError(path: path, problem: EvaluationFile.words(error))
        }
    }
}
