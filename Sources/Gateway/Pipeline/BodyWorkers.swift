import Dialects
import NIOPosix
import Synchronization

/// Threads for what would keep an event loop from its other connections: to read, inspect and treat a large body, or a large answer.
///
/// Small bodies stay on their loop: a handing over costs some 20 µs, as much as 4 KiB of inspection. What is begun goes before what is new,
/// so that a request that holds memory is done with before another takes more.
final class BodyWorkers: Sendable {
    /// From so many bytes on a body is handed over. One of this size takes 0.4 ms to read and inspect as a rule, and 6 ms if it was made to
    /// be slow.
    static let threshold = 64 << 10
    /// An answer that only passes is parsed for its usage figures, which is ten times as fast.
    static let passingThreshold = 512 << 10

    /// How far a request is.
    enum Stage {
        /// It only came: where too many wait it is refused.
        case new
        /// Work went into it, so it is always taken. There are no more of these than requests in flight.
        case begun
    }

    private typealias Job = @Sendable (_ isActive: Bool) -> Void

    private struct Queue {
        var new: [Job] = []
        var begun: [Job] = []

        mutating func next() -> Job? {
            if !begun.isEmpty { return begun.removeFirst() }
            return new.isEmpty ? nil : new.removeFirst()
        }
    }

    private let pool: NIOThreadPool
    private let queue = Mutex(Queue())
    private let mostWaiting: Int

    /// Starts so many threads; so many new requests may wait for one.
    init(threads: Int, mostWaiting: Int = 256) {
        self.mostWaiting = mostWaiting
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// How many jobs wait for a thread.
    var waiting: Int { queue.withLock { $0.new.count + $0.begun.count } }

    /// Does work on one of the threads; the caller goes on where it was. Throws what the work throws, and a refusal where too much waits.
    func run<Result: Sendable>(_ stage: Stage, _ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = submit(stage) { isActive in
                guard isActive else { return continuation.resume(throwing: Self.stopping) }
                continuation.resume(with: Swift.Result { try work() })
            }
            if !isTaken { continuation.resume(throwing: Self.overloaded) }
        }
    }

    /// Puts work into the queue; false where too much waits. Work that is told false must not begin: the threads are being stopped.
    func submit(_ stage: Stage, _ work: @escaping @Sendable (_ isActive: Bool) -> Void) -> Bool {
        let isTaken = queue.withLock { queue in
            switch stage {
            case .new where queue.new.count >= mostWaiting: return false
            case .new: queue.new.append(work)
            case .begun: queue.begun.append(work)
            }
            return true
        }
        guard isTaken else { return false }
        // As many calls as jobs, but not each for the job it came with.
        pool.submit { state in
            let job = self.queue.withLock { $0.next() }
            job?(state == .active)
        }
        return true
    }

    /// Ends the threads, once what they do is done.
    func stop() {
        try? pool.syncShutdownGracefully()
    }

    /// What is refused for want of a thread: the same request may be sent again.
    static let overloaded = Refusal(
        RequestError(.overloaded, "too many large requests are waiting to be inspected"),
        headers: [("retry-after", "2")])

    private static let stopping = Refusal(RequestError(.overloaded, "the gateway is stopping"))
}
