import Foundation
import Inference
import Ledger
import LedgerIndex
import LedgerReport
import LedgerStore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TransparencyLog

/// The exposure page: `/exposure` with the report's figures, `/exposure/requests/ID` with one request's way, and its receipts. Answers come
/// from the ledger's index on threads of their own, a few at a time, each within ten seconds; no event loop ever waits for them.
final class ExposurePages: Sendable {
    private enum Bounds {
        /// Questions at the same time.
        static let threads = 2
        /// Questions that wait for a thread; what comes beyond is told to come later.
        static let waiting = 8
        /// How long one may take.
        static let time = Duration.seconds(10)
        /// Memory for pages of the index, each thread.
        static let cacheBytes = 32 << 20
        /// Rows in the table of newest requests.
        static let events = 50
        /// Entries of one request that are shown: an intent and a result for each attempt.
        static let entries = 64
    }

    private let directory: String
    private let feeder: IndexFeeder
    private let logger: Logger
    private let threads = NIOThreadPool(numberOfThreads: Bounds.threads)
    private let flying = Atomic<Int>(0)
    /// Open indexes that no question uses.
    private let idle = Mutex<[LedgerIndex]>([])

    /// Serves the pages of a ledger's folder, and begins to feed its index.
    init(directory: String, logger: Logger) {
        self.directory = directory
        self.logger = logger
        feeder = IndexFeeder(directory: directory) { trouble in
            if let trouble {
                logger.error("ledger's index is not fed", metadata: ["error": "\(trouble)"])
            } else {
                logger.notice("ledger's index is fed again")
            }
        }
        if !feeder.start() { logger.error("ledger's index is not fed", metadata: ["error": "no thread is left"]) }
        threads.start()
    }

    /// Whether a path is one of these pages.
    static func serves(_ path: Substring) -> Bool { path == "/exposure" || path.hasPrefix("/exposure/") }

    /// Answers a request for one of these pages. On an event loop.
    func answer(_ head: HTTPRequestHead, on loop: any EventLoop) -> EventLoopFuture<AdminAnswer> {
        guard ExposureHeaders.isForUs(head.headers) else {
            return loop.makeSucceededFuture(
                .text("ask for this page as localhost, 127.0.0.1 or [::1]\n", status: .misdirectedRequest))
        }
        guard flying.add(1, ordering: .relaxed).newValue <= Bounds.threads + Bounds.waiting else {
            flying.subtract(1, ordering: .relaxed)
            var answer = Self.problem(.serviceUnavailable, "Too many questions at once", "Ask again in a moment.")
            answer.headers.append(("retry-after", "1"))
            return loop.makeSucceededFuture(answer)
        }
        let uri = head.uri
        return threads.runIfActive(eventLoop: loop) { [self] in
            defer { flying.subtract(1, ordering: .relaxed) }
            return answer(uri)
        }.flatMapErrorThrowing { _ in
            Self.problem(.serviceUnavailable, "The gateway ends", "There are no answers any more.")
        }
    }

    /// Gives `body` what was spent from one moment until before another, by destination, as soon as the index knows all of it; never where
    /// the index is not fed. On one of `group`'s loops, or a thread of ours.
    func costs(
        from start: LedgerTime, before end: LedgerTime, on group: any EventLoopGroup,
        _ body: @escaping @Sendable ([Destination: Money]) -> Void
    ) {
        let (loop, logger) = (group.next(), self.logger)
        loop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .seconds(1)) { [self] task in
            guard feeder.condition.isUpToDate else { return }
            task.cancel()
            threads.runIfActive(eventLoop: loop) { [self] in
                body(try withIndex { try $0.costs(from: start, before: end) })
            }.whenFailure { logger.error("what was spent today is not known", metadata: ["error": "\($0)"]) }
        }
    }

    /// Ends the threads; questions under way are answered first, and the index goes to the disk.
    func stop() {
        feeder.stop()
        try? threads.syncShutdownGracefully()
    }

    // MARK: On a thread of ours

    private func answer(_ uri: String) -> AdminAnswer {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (path, query) = (parts[0], parts.count > 1 ? parts[1] : "")
        do {
            let steps = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
            switch (steps.first, steps.count) {
            case (nil, 0): return try report(query)
            case ("requests", 2): return try request(String(steps.last ?? ""))
            case ("requests", 3) where steps.last == "receipt":
                return try receipt(String(steps.dropFirst().first ?? ""), query)
            default: return Self.problem(.notFound, "No such page", "There are /exposure and /exposure/requests/ID.")
            }
        } catch let error as PageProblem {
            return Self.problem(.badRequest, "This cannot be asked", error.text)
        } catch LedgerIndexError.tookTooLong {
            return Self.problem(
                .serviceUnavailable, "This took too long",
                "Ask for a shorter time, or on the command line: sallyport audit report.")
        } catch {
            logger.error("exposure page failed", metadata: ["error": "\(error)"])
            return Self.problem(.serviceUnavailable, "The ledger cannot be asked now", "\(error)")
        }
    }

    private func report(_ text: Substring) throws -> AdminAnswer {
        guard let query = PageQuery(text) else { throw PageProblem("the address is not one that a form sends") }
        let filter = try query.filter(now: LedgerTime(milliseconds: Clock.epochMilliseconds())).get()
        return try withIndex { index in
            let deadline = ContinuousClock.now + Bounds.time
            let check = { if ContinuousClock.now > deadline { throw LedgerIndexError.tookTooLong } }
            var builder = ReportBuilder(filter)
            try index.add(to: &builder, filter, check: check)
            let report = builder.finish()
            var choices = try index.choices()
            choices.classes = Set(report.exposure.map(\.dataClass)).sorted()
            choices.policies = report.policies.map(\.name).sorted()
            let live = ReportPage.Live(
                query: query, choices: choices, events: try index.events(filter, limit: Bounds.events, check: check),
                warning: warning)
            return Self.page(ReportPage.live(report, live, made: Self.now))
        }
    }

    private func request(_ name: String) throws -> AdminAnswer {
        let (positions, reader) = try withIndex { (try $0.positions(ofRequest: name), $0.reader) }
        guard !positions.isEmpty else {
            return Self.problem(
                .notFound, "No such request",
                "The index knows no request of this name; it is a second or so behind the ledger.")
        }
        let sizes = Dictionary(try reader.logs.map { ($0.number, $0.size) }, uniquingKeysWith: max)
        let entries = try positions.prefix(Bounds.entries).compactMap { position in
            try reader.entry(at: position).map {
                RequestStory.Entry(
                    log: position.log, index: position.index, bytes: $0,
                    isProven: position.index < sizes[position.log] ?? 0)
            }
        }
        return Self.page(RequestPage(RequestStory(request: name, entries: entries)).page(made: Self.now))
    }

    private func receipt(_ name: String, _ query: Substring) throws -> AdminAnswer {
        guard query.hasPrefix("entry="), let position = LedgerPosition(query.dropFirst(6)) else {
            throw PageProblem("expected entry=LOG/INDEX")
        }
        let (positions, reader) = try withIndex { (try $0.positions(ofRequest: name), $0.reader) }
        guard positions.contains(position), let entry = try reader.entry(at: position) else {
            return Self.problem(.notFound, "No such entry", "The request has no entry there.")
        }
        var receipts = LedgerReceipts(source: reader.source)
        var answer = AdminAnswer(body: try receipts.receipt(for: position, entry: entry).bytes)
        answer.headers = ExposureHeaders.all
        answer.headers.append(("content-disposition", "attachment"))
        return answer
    }

    /// Lends an index that no other question uses.
    private func withIndex<Value>(_ body: (LedgerIndex) throws -> Value) throws -> Value {
        let known = idle.withLock { $0.popLast() }
        let index = try known?.isInPlace == true ? known ?? open() : open()
        let value = try body(index)
        idle.withLock { $0.append(index) }
        return value
    }

    private func open() throws -> LedgerIndex {
        try LedgerIndex.open(
            try LedgerReader(directory: directory), directory: directory, cacheBytes: Bounds.cacheBytes)
    }

    /// Why the figures may be behind the ledger.
    private var warning: String {
        let condition = feeder.condition
        if let trouble = condition.trouble {
            return "The index is not fed, so these figures are behind the ledger: \(trouble)"
        }
        return condition.isUpToDate ? "" : "The index is being made; these figures are not all yet."
    }

    private static var now: String { ReportPage.minutes(LedgerTime(milliseconds: Clock.epochMilliseconds())) }

    private static func page(_ html: String, status: HTTPResponseStatus = .ok) -> AdminAnswer {
        AdminAnswer(
            status: status, type: "text/html; charset=utf-8", headers: ExposureHeaders.all, body: Array(html.utf8))
    }

    private static func problem(_ status: HTTPResponseStatus, _ title: String, _ text: String) -> AdminAnswer {
        page(ReportPage.problem(title, text), status: status)
    }
}
