import Dialects
import Inference
import NIOCore
import NIOHTTP1
import Privacy
import Upstream

/// One try at one destination: takes the answer as it comes, gathers it whole or streams it to the caller, and tells
/// how it ended. Confined to the event loop of its exchange.
final class Attempt: UpstreamSink, @unchecked Sendable {
    /// How the try ended.
    enum Outcome: Sendable {
        /// A good answer, whole; nothing went to the caller yet.
        case whole(AnswerHead, [UInt8])
        /// A good answer, whole, that can't be told in the caller's dialect; nothing went to the caller.
        case untranslatable(AnswerHead)
        /// The provider answered with an error, whole or as the first that its stream had to say; nothing went to the caller yet.
        case refused(Refused)
        /// No answer; nothing went to the caller yet.
        case failed(UpstreamFailure)
        /// The answer was streamed to the caller, whole or not.
        case streamed(Streamed)
        /// The caller left before.
        case callerLeft
        /// Another attempt answered first, so that this one was given up, unless it was whole by then; nothing of it went to the caller.
        case outpaced(wasWhole: Bool)
    }

    /// What became of a streamed answer.
    struct Streamed: Sendable {
        let status: Int
        let facts: AnswerFacts
        /// `nil` where the caller has all of it.
        let failure: UpstreamFailure?
        let callerLeft: Bool
        let providerGaveUp: Bool
    }

    /// A provider's error instead of an answer.
    struct Refused: Sendable {
        let head: AnswerHead
        let error: UpstreamError
        /// Whether it came in a stream, whose head had promised an answer.
        let isInStream: Bool

        /// What it is as a status: streams have only words for it.
        var status: Int { isInStream ? error.statusOfType : head.status }
    }

    /// The answer's head, as far as it concerns us.
    struct AnswerHead: Sendable {
        let status: Int
        let contentType: String
        /// Fields that may pass to the caller, under the names they pass under.
        let passed: [(name: String, value: String)]
        /// How long the provider asks to be left alone, in nanoseconds.
        var retryAfter: UInt64?

        /// The class of an error, where the provider says it here.
        var errorType: String? { passed.first { $0.name == Self.errorTypeField }?.value }
        static let errorTypeField = "x-amzn-errortype"
    }

    /// Answers that are gathered whole may have so many bytes, and errors so many.
    private static let wholeBytes = 64 << 20
    private static let errorBytes = 1 << 20
    /// What only opens a streamed answer waits for its first content, so that an error in place of that is no answer: for so long, and so
    /// many bytes of it. Longer, the caller shall see that there is an answer.
    private static let openingPatience = TimeAmount.milliseconds(500)
    private static let openingBytes = 64 << 10

    private let exchange: Exchange
    private let requestID: RequestID
    private let request: InferenceRequest
    private let restoration: RestorationMap
    private let rules: AnswerRules?
    private let translation: AnswerTranslation?
    /// Turns the events for the caller into one array, where the caller wants that.
    private var framer: ArrayFramer?
    private let workers: BodyWorkers
    private let answerHeaders: (AnswerHead) -> HTTPHeaders
    private let began: UInt64
    /// Who else may answer; `nil`: nobody.
    private let race: Race?
    /// Whether another attempt was under way when this one began.
    let isHedge: Bool
    /// How much of the answer is gathered for the vault.
    private let keepsBytes: Int

    private var head: AnswerHead?
    private var isStream = false
    /// The stream of an answer that is one; `nil` too while a worker has it.
    private var stream: AnswerStream?
    /// What the stream had said when a worker took it.
    private var said: (facts: AnswerFacts, progress: AnswerStream.Progress) = (AnswerFacts(), .open)
    /// What came while a worker had the stream.
    private var waitingBytes: [UInt8] = []
    private var waitingEnd: UpstreamEnd?
    /// Whether the stream was told that nothing more comes.
    private var hasEnded = false
    private var gathered: [UInt8] = []
    private var kept: [UInt8] = []
    /// What is gathered of a stream to be looked at, and how much of it at most.
    private var watched: [UInt8] = []
    private var watchesBytes = 0
    private var pending = ByteBuffer()
    /// Whether anything went to the caller.
    private var hasBegun = false
    /// Whether the caller need not wait for content any more.
    private var isOpeningOver = false
    private var openingTimer: Scheduled<Void>?
    private var uncredited = 0
    private var outcome: Outcome?
    private var waiting: CheckedContinuation<Outcome, Never>?
    private var call: UpstreamExchange?

    /// Nanoseconds from the start to the head of the answer; `nil` until then.
    private(set) var firstByteNanoseconds: UInt64?
    /// Nanoseconds from the start to the first piece of the answer's body; `nil` until then.
    private(set) var firstTokenNanoseconds: UInt64?
    /// Bytes of the answer's body so far.
    private(set) var bytesReceived = 0
    /// When something of the answer's body came last, or its provider was let send on.
    private var lastSign: UInt64
    /// The longest time between two signs, in nanoseconds.
    private var longestGap: UInt64 = 0
    /// How long nothing has come of the answer's body, in nanoseconds; nothing while it is the caller who is behind.
    var silence: UInt64 { uncredited > 0 ? 0 : Clock.monotone() - lastSign }
    /// The longest silence so far, in nanoseconds.
    var longestSilence: UInt64 { max(longestGap, outcome == nil ? silence : 0) }

    /// Prepares a try. `answerHeaders` makes the head of a streamed answer.
    init(
        exchange: Exchange, requestID: RequestID, request: InferenceRequest, restoration: RestorationMap,
        rules: AnswerRules?, translation: AnswerTranslation?, workers: BodyWorkers, framing: StreamFraming = .events,
        keepsBytes: Int = 0, race: Race? = nil, isHedge: Bool = false,
        answerHeaders: @escaping (AnswerHead) -> HTTPHeaders
    ) {
        self.exchange = exchange
        self.requestID = requestID
        self.request = request
        self.restoration = restoration
        self.rules = rules
        self.translation = translation
        framer = framing == .array ? ArrayFramer() : nil
        self.workers = workers
        self.answerHeaders = answerHeaders
        self.keepsBytes = keepsBytes
        self.race = race
        self.isHedge = isHedge
        began = Clock.monotone()
        lastSign = began
    }

    /// The prompt's tokens by estimate.
    var estimatedInputTokens: Int { request.estimatedInputTokens }
    /// What is asked, for those who watch.
    var asked: InferenceRequest { request }
    /// What the provider is asked in its own dialect.
    var providerOperation: Inference.Operation { translation?.operation ?? request.operation }
    /// The beginning of a stream as it came, at most `glimpseBytes` of it, where it is to be looked at.
    private(set) var glimpse: [UInt8] = []
    /// How much of a stream is looked at; 0: nothing.
    var glimpseBytes = 0
    /// Whether a stream was asked for.
    var asksForStream: Bool { request.isStreaming }
    /// The number under which the router follows it.
    var sending: UInt64?
    /// Called once when the first piece of the answer's body comes.
    var answerBegan: (() -> Void)?

    /// The call that brings the answer; it is cancelled when the caller leaves.
    func carry(_ call: UpstreamExchange) {
        self.call = call
        watchCaller()
    }

    /// Ends the try when the caller leaves.
    func watchCaller() {
        if let race { return race.add(self) }
        exchange.callerLeft = { [self] in callerLeft() }
        exchange.becameWritable = { [self] in credit() }
        if exchange.isOver { callerLeft() }
    }

    /// Waits for the end.
    func end() async -> Outcome {
        if let outcome { return outcome }
        return await withCheckedContinuation { waiting = $0 }
    }

    /// What the provider said so far of an answer that is a stream; `nil` before any of it came.
    var factsSoFar: AnswerFacts? { isStream && bytesReceived > 0 ? stream?.facts ?? said.facts : nil }

    /// What came of the answer, as it came, as far as it was to be kept; `nil` for nothing. Once only.
    func takeKept() -> (bytes: [UInt8], isCut: Bool, isStream: Bool)? {
        guard keepsBytes > 0, !kept.isEmpty else { return nil }
        defer { kept = [] }
        return (kept, bytesReceived > kept.count, isStream)
    }

    /// Gathers the beginning of a stream, as it comes, to be looked at when it has ended.
    func watches(_ bytes: Int) { watchesBytes = bytes }

    /// A stream as it came, where all of it was to be gathered; `nil` where there is more, or nothing.
    var watchedStream: [UInt8]? { isStream && !watched.isEmpty && watched.count == bytesReceived ? watched : nil }

    // MARK: - What comes

    func receive(_ event: UpstreamEvent) {
        switch event {
        case .head(let head):
            let passed = head.fields.compactMap { field -> (name: String, value: String)? in
                guard let name = ResponseHeaders.callerName(for: field.name), ResponseHeaders.isPassable(field.value)
                else { return nil }
                return (name, field.value)
            }
            begin(
                AnswerHead(
                    status: head.status, contentType: head.value(of: "content-type") ?? "", passed: passed,
                    retryAfter: head.status < 400
                        ? nil
                        : RetryAfter.nanoseconds(
                            milliseconds: head.value(of: "retry-after-ms"), value: head.value(of: "retry-after"),
                            epochSeconds: Clock.epochSeconds())))
        case .body(let bytes): take(bytes)
        case .end(.complete): complete()
        case .end(.failure(let failure)): fail(failure)
        }
    }

    /// The answer begins.
    func begin(_ head: AnswerHead) {
        guard outcome == nil else { return }
        firstByteNanoseconds = Clock.monotone() - began
        self.head = head
        guard request.isStreaming, (200..<300).contains(head.status),
            head.contentType.lowercased().hasPrefix((translation?.provider ?? request.dialect).streamType)
        else { return }
        isStream = true
        stream = AnswerStream(
            request: request, restoration: restoration, rules: rules, translation: translation)
    }

    /// A piece of the answer's body.
    func take(_ bytes: [UInt8]) {
        guard outcome == nil, let head else { return }
        if firstTokenNanoseconds == nil {
            firstTokenNanoseconds = Clock.monotone() - began
            answerBegan?()
        }
        bytesReceived += bytes.count
        sign()
        if keepsBytes > kept.count { kept += bytes.prefix(keepsBytes - kept.count) }
        if isStream, glimpseBytes > glimpse.count { glimpse += bytes.prefix(glimpseBytes - glimpse.count) }
        if watchesBytes > watched.count, isStream { watched += bytes.prefix(watchesBytes - watched.count) }
        guard isStream else {
            call?.consumed(bytes.count)
            gathered += bytes
            let limit = (200..<300).contains(head.status) ? Self.wholeBytes : Self.errorBytes
            if gathered.count > limit {
                call?.cancel()
                finish(.failed(UpstreamFailure(kind: .malformed, message: "the answer has more than \(limit) bytes")))
            }
            return
        }
        uncredited += bytes.count
        push(bytes)
    }

    private func push(_ bytes: [UInt8]) {
        guard let isLarge = stream?.isLarge(with: bytes.count) else {
            waitingBytes += bytes
            return
        }
        if isLarge { return handOver { try $0.push(bytes, into: &$1) } }
        do {
            try put { try stream?.push(bytes, into: &$0) }
        } catch {
            breakOff(malformed: error)
        }
    }

    /// Takes events for the caller, in the framing that it wants.
    private func put(_ write: (inout ByteBuffer) throws -> Void) throws {
        guard framer != nil else { return try write(&pending) }
        var events = ByteBuffer()
        try write(&events)
        if let array = try framer?.push(Array(events.readableBytesView)) { pending.writeBytes(array) }
    }

    /// What came in this tick goes out together.
    func batchEnded() {
        guard stream != nil, outcome == nil else { return }
        send()
        credit()
    }

    // MARK: - Large events

    /// The stream on its way to a worker and back.
    private final class Work: @unchecked Sendable {
        private var stream: AnswerStream?
        var output = ByteBuffer()
        var error: (any Error)?

        init(_ stream: consuming AnswerStream) { self.stream = stream }

        func run(_ job: (inout AnswerStream, inout ByteBuffer) throws -> Void) rethrows {
            // Taken out and put back, so that it stays the only copy.
            guard var stream = stream.take() else { return }
            defer { self.stream = stream }
            try job(&stream, &output)
        }

        func takeStream() -> AnswerStream? { stream.take() }
    }

    /// Has a worker do what would take the loop too long. Until it is done, what comes waits and the provider gets no credit; a caller
    /// who leaves ends the try at once.
    private func handOver(_ job: @escaping @Sendable (inout AnswerStream, inout ByteBuffer) throws -> Void) {
        guard let stream = stream.take() else { return }
        said = (stream.facts, stream.progress)
        let work = Work(stream)
        let loop = exchange.loop
        _ = workers.submit(.begun) { isActive in
            do {
                guard isActive else { throw CancellationError() }
                try work.run(job)
            } catch {
                work.error = error
            }
            loop.execute { self.takeBack(work) }
        }
    }

    private func takeBack(_ work: Work) {
        guard outcome == nil else { return }
        stream = work.takeStream()
        do {
            try put { $0.writeBuffer(&work.output) }
            if let error = work.error { throw error }
        } catch {
            return breakOff(malformed: error)
        }
        if !waitingBytes.isEmpty {
            let bytes = waitingBytes
            waitingBytes = []
            push(bytes)
        }
        guard outcome == nil else { return }
        send()
        guard stream != nil else { return }
        credit()
        guard let end = waitingEnd else { return }
        waitingEnd = nil
        self.end(end)
    }

    private func send() {
        guard hasBegun || !refusesAtOnce() else { return }
        guard pending.readableBytes > 0, hasBegun || mayBegin() else { return }
        write()
        exchange.flush()
    }

    /// Ends the try where the provider gave up before it said anything that the caller could have had.
    private func refusesAtOnce() -> Bool {
        guard let head, let error = stream?.earlyError else { return false }
        call?.cancel()
        finish(.refused(Refused(head: head, error: error, isInStream: true)))
        return true
    }

    /// Whether there is something to answer with; if not, the caller waits a little for it.
    private func mayBegin() -> Bool {
        if isOpeningOver || pending.readableBytes > Self.openingBytes || stream?.hasContent ?? true { return true }
        if openingTimer == nil {
            openingTimer = exchange.loop.scheduleTask(in: Self.openingPatience) { self.openingIsOver() }
        }
        return false
    }

    private func openingIsOver() {
        isOpeningOver = true
        guard outcome == nil else { return }
        send()
    }

    /// Writes what the caller can have. The answer's head goes out with the first of it: until then another candidate may do better.
    private func write() {
        if !hasBegun, let head {
            guard race?.claims(self) ?? true else { return }
            hasBegun = true
            exchange.begin(status: head.status, headers: answerHeaders(head))
        }
        guard pending.readableBytes > 0 else { return }
        exchange.write(pending)
        pending = ByteBuffer()
    }

    /// Lets the provider send on, unless the caller is behind.
    func credit() {
        guard uncredited > 0, stream != nil, exchange.isWritable else { return }
        call?.consumed(uncredited)
        // It could not send before.
        lastSign = Clock.monotone()
        uncredited = 0
    }

    private func sign() {
        longestGap = max(longestGap, silence)
        lastSign = Clock.monotone()
    }

    /// The answer is whole, as the protocol has it.
    func complete() { end(.complete) }

    /// The answer ended early.
    func fail(_ failure: UpstreamFailure) { end(.failure(failure)) }

    private func end(_ end: UpstreamEnd) {
        guard outcome == nil else { return }
        guard isStream else { return endWhole(end) }
        guard let progress = stream?.progress, let isLarge = stream?.isLarge(with: 0) else { return waitingEnd = end }
        // A provider that has said all it had to may drop its connection as it likes.
        if case .failure(let failure) = end, progress == .open { return breakOff(failure) }
        guard !hasEnded else { return endStream(progress) }
        hasEnded = true
        if isLarge {
            waitingEnd = end
            return handOver { try $0.end(into: &$1) }
        }
        do {
            try put { try stream?.end(into: &$0) }
        } catch {
            return breakOff(malformed: error)
        }
        endStream(stream?.progress ?? .open)
    }

    private func endWhole(_ end: UpstreamEnd) {
        if case .failure(let failure) = end { return finish(.failed(failure)) }
        guard let head else {
            return finish(.failed(UpstreamFailure(kind: .reset, message: "the provider ended without an answer")))
        }
        guard !(200..<300).contains(head.status) else { return finish(.whole(head, gathered)) }
        let error = UpstreamError(status: head.status, body: gathered, errorType: head.errorType)
        finish(.refused(Refused(head: head, error: error, isInStream: false)))
    }

    private func endStream(_ progress: AnswerStream.Progress) {
        if !hasBegun, refusesAtOnce() { return }
        switch progress {
        case .done, .providerError:
            if let end = framer?.end() { pending.writeBytes(end) }
            write()
            exchange.finish()
            finish(.streamed(streamed(failure: nil)))
        case .open:
            breakOff(UpstreamFailure(kind: .cut, message: "the stream ended before its last event"))
        }
    }

    private func breakOff(malformed error: any Error) {
        call?.cancel()
        breakOff(UpstreamFailure(kind: .malformed, message: "\(error)"))
    }

    /// An answer that can't go on: the caller gets what there is, an error event, and no clean end; unless it has nothing yet.
    private func breakOff(_ failure: UpstreamFailure) {
        guard hasBegun else { return finish(.failed(failure)) }
        let last = ErrorBody.event(
            RequestError(.upstreamFailed, "the provider's answer broke off"), in: request.dialect,
            requestID: requestID.description)
        // An array that is full is cut without a word.
        try? put { output in
            stream?.breakOff(into: &output)
            output.writeBytes(last)
        }
        send()
        exchange.abort()
        finish(.streamed(streamed(failure: failure)))
    }

    /// Another attempt answers.
    func lose() {
        guard outcome == nil else { return }
        call?.cancel()
        finish(.outpaced(wasWhole: false))
    }

    /// The caller has gone.
    func callerLeft() {
        guard outcome == nil else { return }
        call?.cancel()
        finish(!isStream ? .callerLeft : .streamed(streamed(failure: nil, callerLeft: true)))
    }

    private func streamed(failure: UpstreamFailure?, callerLeft: Bool = false) -> Streamed {
        Streamed(
            status: head?.status ?? 0, facts: stream?.facts ?? said.facts, failure: failure, callerLeft: callerLeft,
            providerGaveUp: (stream?.progress ?? said.progress) == .providerError)
    }

    private func finish(_ outcome: Outcome) {
        sign()
        self.outcome = outcome
        openingTimer?.cancel()
        openingTimer = nil
        if let race {
            race.ended(self)
        } else {
            exchange.callerLeft = nil
            exchange.becameWritable = nil
        }
        call = nil
        waiting?.resume(returning: outcome)
        waiting = nil
    }
}
