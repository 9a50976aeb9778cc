import Dialects
import Dispatch
import Inference
import JSONText
import NIOCore
import NIOPosix
import PatternScanner
import Privacy
import Synchronization
import Testing

@testable import Gateway

/// Large bodies are worked on beside the event loops, within bounds.
@Suite struct BodyWorkersTests {
    /// Written by one thread after the other.
    private final class Order: Sendable {
        private let seen = Mutex<[String]>([])
        func note(_ word: String) { seen.withLock { $0.append(word) } }
        var words: [String] { seen.withLock { $0 } }
    }

    /// Keeps a thread until it is opened.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func pass() { semaphore.wait() }
        func open() { semaphore.signal() }
    }

    @Test func `a loop serves others while a thread works for one of its tasks, which goes on where it was`()
        async throws
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let workers = BodyWorkers(threads: 1)
        let (order, gate, loop) = (Order(), Gate(), group.next())
        let large = Task(executorPreference: EventLoopExecutor(loop: loop)) {
            let isInLoop = try await workers.run(.new) {
                gate.pass()
                return loop.inEventLoop
            }
            order.note("large")
            #expect(!isInLoop)
            #expect(loop.inEventLoop)
        }
        for index in 0..<20 { try await loop.submit { order.note("small \(index)") }.get() }
        gate.open()
        try await large.value
        #expect(order.words == (0..<20).map { "small \($0)" } + ["large"])
        workers.stop()
        try await group.shutdownGracefully()
    }

    @Test func `past the bound new work is refused, what is begun is not and goes first`() async throws {
        let workers = BodyWorkers(threads: 1, mostWaiting: 2)
        let (order, gate, started) = (Order(), Gate(), Gate())
        #expect(
            workers.submit(.new) { _ in
                started.open()
                gate.pass()
            })
        started.pass()
        #expect(workers.submit(.new) { _ in order.note("new 1") })
        #expect(workers.submit(.new) { _ in order.note("new 2") })
        #expect(!workers.submit(.new) { _ in order.note("new 3") })
        await #expect(throws: Refusal.self) { try await workers.run(.new) { order.note("new 4") } }
        #expect(workers.submit(.begun) { _ in order.note("begun") })
        #expect(workers.waiting == 3)
        gate.open()
        try await workers.run(.begun) {}
        while workers.waiting > 0 { try await Task.sleep(for: .milliseconds(1)) }
        workers.stop()
        #expect(order.words == ["begun", "new 1", "new 2"])
    }

    @Test func `work that waits when the threads are stopped is told so`() throws {
        let workers = BodyWorkers(threads: 1)
        let (order, gate, started) = (Order(), Gate(), Gate())
        _ = workers.submit(.begun) { _ in
            started.open()
            gate.pass()
        }
        started.pass()
        _ = workers.submit(.begun) { order.note($0 ? "began" : "told") }
        DispatchQueue.global().async {
            // The thread that works is kept until the other job was taken from the queue, which only stopping does.
            while workers.waiting > 0 { usleep(1_000) }
            gate.open()
        }
        workers.stop()
        #expect(order.words == ["told"])
    }

    // MARK: Bytes

    @Test func `bodies together hold no more than their budget, and give it back with their exchange`() throws {
        let budget = BodyBudget(limit: 100)
        var first = budget.share(expecting: 60)
        #expect(first?.take(60) == true)
        let second = try #require(budget.share(expecting: 40))
        #expect(budget.share(expecting: 41) == nil)
        #expect(second.take(30))
        #expect(!second.take(11), "what is announced takes no room, what comes does")
        #expect(second.take(10))
        #expect(budget.heldBytes == 100)
        first = nil
        #expect(budget.heldBytes == 40)
        #expect(second.take(60))
    }

    // MARK: Time

    private static func request(_ text: String) throws -> InferenceRequest {
        let body = #"{"model":"m","messages":[{"role":"user","content":"\#(text)"}]}"#
        return try RequestReader.read(
            .chat, body: try JSONDocument(parsing: Array(body.utf8), limits: JSONLimits(maximumBytes: 1 << 24)))
    }

    @Test(arguments: [InspectionError.timedOut, .abandoned])
    func `an inspection ends when it is told to, wherever it is`(_ reason: InspectionError) throws {
        let engine = try PrivacyEngine(scanner: PatternScanner())
        let request = try Self.request(String(repeating: "call 415 555 0132 or a@example.org; ", count: 20_000))
        let asked = Mutex(0)
        let watch = InspectionWatch {
            asked.withLock {
                $0 += 1; return nil
            }
        }
        _ = try engine.inspect(request, watch: watch)
        let times = asked.withLock { $0 }
        #expect(times >= request.body.bytes.count / (64 << 10), "it is asked again and again")
        for stop in [1, 2, times / 2, times] {
            let asked = Mutex(0)
            let watch = InspectionWatch {
                asked.withLock {
                    $0 += 1; return $0 >= stop ? reason : nil
                }
            }
            #expect(throws: reason) { try engine.inspect(request, watch: watch) }
            #expect(asked.withLock { $0 } == stop, "nothing more is asked")
        }
    }

    @Test func `many small texts are watched, too`() throws {
        let engine = try PrivacyEngine(scanner: PatternScanner())
        let part = #"{"role":"user","content":"hi"}"#
        let body = #"{"model":"m","messages":[\#([String](repeating: part, count: 5_000).joined(separator: ","))]}"#
        let request = try RequestReader.read(
            .chat, body: try JSONDocument(parsing: Array(body.utf8), limits: JSONLimits(maximumBytes: 1 << 24)))
        #expect(throws: InspectionError.timedOut) { try engine.inspect(request, watch: InspectionWatch { .timedOut }) }
    }

    @Test func `time is up at the deadline, and who left before it is not waited for`() {
        let early = InquiryWatch(deadline: 0)
        #expect(early.verdict == .timedOut)
        let late = InquiryWatch(deadline: .max)
        #expect(late.verdict == nil)
        late.callerLeft()
        #expect(late.verdict == .abandoned)
    }
}
