private import Cryptography
private import Glibc
private import JSONText
internal import Ledger
internal import LedgerStore
private import Synchronization

/// Tells others of alerts, each on a thread of its own with a bounded queue: tried again with growing pauses until taken, and
/// dropped only where the queue is full of newer ones or the receiver says no for good. It never slows a request.
public final class AlertSender: Sendable {
    private enum Bounds {
        /// Messages that wait for one receiver; the oldest makes room.
        static let waiting = 256
        /// Milliseconds between two tries at first, and at most.
        static let firstPause = 500
        static let longestPause = 60_000
        /// An Alertmanager is told so often what lasts, and takes it for over when it was told nothing for so long.
        static let repeatMilliseconds: Int64 = 60_000
        static let lastsMilliseconds: Int64 = 300_000
    }

    /// How one receiver is doing.
    public struct Condition: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// What it speaks.
        public var kind: String
        /// Messages that it took.
        public var sent = 0
        /// Tries that failed.
        public var failures = 0
        /// Messages that were dropped: there was no room, or it said no for good.
        public var dropped = 0
        /// Messages that wait.
        public var waiting = 0
        /// Whether the last try succeeded; `nil`: there was none.
        public var isWell: Bool?
    }

    fileprivate final class Line: Sendable {
        struct State {
            var messages: [AlertMessage] = []
            var condition: Condition
            /// Whether one is being sent.
            var isBusy = false
        }
        let target: AlertTarget
        let state: Mutex<State>

        init(_ target: AlertTarget) {
            self.target = target
            state = Mutex(State(condition: Condition(name: target.name, kind: target.kindName)))
        }
    }

    private let lines: [Line]
    private let log: RelayLog
    private let stop = StopSignal()
    private let threads = Mutex<[LedgerThread]>([])
    private let refreshed = Atomic<Int64>(0)

    /// Nothing is sent before ``begin()``.
    public init(_ targets: [AlertTarget], log: RelayLog) {
        lines = targets.map { Line($0) }
        self.log = log
    }

    /// How each receiver is doing.
    public var conditions: [Condition] { lines.map { $0.state.withLock { $0.condition } } }

    /// Begins to send.
    public func begin() {
        for line in lines {
            guard let thread = LedgerThread({ self.run(line) }) else {
                log(.warning, "alerts to `\(line.target.name)`: no thread to work on")
                continue
            }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Tells everybody. From any thread; waits for nobody.
    public func send(_ message: AlertMessage) {
        for line in lines { put(message, line) }
    }

    /// Reminds Alertmanagers of what lasts, where that is due; `alerts` is asked only then.
    public func refresh<Text>(
        at now: Int64, _ alerts: () -> [Text]
    ) where Text: AlertTelling {
        guard lines.contains(where: { $0.isAlertmanager }),
            now - refreshed.load(ordering: .relaxed) >= Bounds.repeatMilliseconds
        else { return }
        refreshed.store(now, ordering: .relaxed)
        let messages = alerts().map(\.message)
        for line in lines where line.isAlertmanager {
            for message in messages { put(message, line) }
        }
    }

    /// Sends what waits, as far as two seconds allow, and ends. Waits.
    public func end(patience: Int = 2_000) {
        stop.ask()
        let end = RelayClock.milliseconds() + UInt64(max(0, patience))
        while lines.contains(where: { $0.isWaiting }), RelayClock.milliseconds() < end { usleep(10_000) }
        stop.set()
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private func put(_ message: AlertMessage, _ line: Line) {
        line.state.withLock { state in
            // Of the same alert the newest word is enough for who is told what lasts.
            if line.isAlertmanager { state.messages.removeAll { $0.alert == message.alert } }
            if state.messages.count >= Bounds.waiting {
                state.messages.removeFirst()
                state.condition.dropped += 1
            }
            state.messages.append(message)
            state.condition.waiting = state.messages.count
        }
    }

    // MARK: - Sending

    private func run(_ line: Line) {
        var tries = 0
        while !stop.isSet {
            guard let message = line.take() else {
                if stop.isAsked { return }
                stop.rest(milliseconds: 100)
                continue
            }
            let failure = deliver(message, line.target)
            guard let failure else {
                tries = 0
                let wasIll = line.note { condition in
                    defer { condition.isWell = true }
                    condition.sent += 1
                    return condition.isWell == false
                }
                if wasIll { log(.info, "alerts to `\(line.target.name)`: go on") }
                continue
            }
            tries += 1
            let wasWell = line.note { condition in
                defer { condition.isWell = false }
                condition.failures += 1
                return condition.isWell != false
            }
            if wasWell { log(.warning, "alerts to `\(line.target.name)`: \(failure)") }
            guard failure.isPassing else {
                line.note { $0.dropped += 1 }
                continue
            }
            line.giveBack(message)
            let pause = min(Bounds.longestPause, Bounds.firstPause << min(tries - 1, 10))
            guard stop.sleep(milliseconds: stop.isAsked ? 100 : max(pause, min(failure.retryAfter ?? 0, 60_000))) else {
                return
            }
        }
    }

    private func deliver(_ message: AlertMessage, _ target: AlertTarget) -> RelayFailure? {
        var request: HTTPRequest
        switch target.kind {
        case .webhook(let key):
            request = HTTPRequest(method: .post, url: target.endpoint.address(of: ""))
            // The time is signed too, anew with each try: who got it once can't send it again later.
            let time = RelayClock.epochMilliseconds() / 1_000
            let code = HMACSHA256.authenticate(key: key, Array("\(time).".utf8) + message.body)
            request.headers = [
                "x-sallyport-signature: t=\(time),v1=\(code.hex)", "idempotency-key: \(message.id)",
            ]
            request.body = message.body
        case .alertmanager:
            request = HTTPRequest(method: .post, url: target.endpoint.address(of: "api/v2/alerts"))
            request.body = Self.alertmanagerBody(message, now: RelayClock.epochMilliseconds())
        }
        request.headers.append("content-type: application/json")
        do throws(RelayFailure) {
            // Trying again is our own business.
            let client = try HTTPClient(target.endpoint, stop: stop, retries: .none, totalMilliseconds: 10_000)
            let answer = try client.send(request)
            if answer.isSuccess { return nil }
            return RelayFailure(
                .refused, "status \(answer.status)", status: answer.status, retryAfter: answer.retryAfterMilliseconds)
        } catch {
            return error
        }
    }

    private static func alertmanagerBody(_ message: AlertMessage, now: Int64) -> [UInt8] {
        var json = JSONWriter()
        func pairs(_ key: StaticString, _ pairs: [(String, String)]) {
            json.key(key)
            json.beginObject()
            for (name, value) in pairs {
                json.key(name)
                json.string(value)
            }
            json.endObject()
        }
        json.beginArray()
        json.beginObject()
        pairs("labels", message.labels)
        pairs("annotations", message.annotations)
        json.key("startsAt")
        json.string(LedgerTime(milliseconds: message.began).description)
        json.key("endsAt")
        json.string(LedgerTime(milliseconds: message.ended ?? now + Bounds.lastsMilliseconds).description)
        json.endObject()
        json.endArray()
        return json.bytes
    }
}

/// Something that can be told.
public protocol AlertTelling {
    /// How it is told.
    var message: AlertMessage { get }
}

extension AlertSender.Line {
    fileprivate var isAlertmanager: Bool {
        if case .alertmanager = target.kind { true } else { false }
    }

    fileprivate var isWaiting: Bool { state.withLock { !$0.messages.isEmpty || $0.isBusy } }

    fileprivate func take() -> AlertMessage? {
        state.withLock { state in
            guard !state.messages.isEmpty else { return nil }
            defer { state.condition.waiting = state.messages.count }
            state.isBusy = true
            return state.messages.removeFirst()
        }
    }

    fileprivate func giveBack(_ message: AlertMessage) {
        state.withLock { state in
            state.isBusy = false
            // What an Alertmanager was told since is newer.
            guard !isAlertmanager || !state.messages.contains(where: { $0.alert == message.alert }) else { return }
            state.messages.insert(message, at: 0)
            state.condition.waiting = state.messages.count
        }
    }

    @discardableResult
    fileprivate func note<Result: Sendable>(_ body: (inout AlertSender.Condition) -> Result) -> Result {
        state.withLock { state in
            state.isBusy = false
            return body(&state.condition)
        }
    }
}
