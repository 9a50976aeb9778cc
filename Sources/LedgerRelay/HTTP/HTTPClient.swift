internal import CCurl
private import Upstream

/// Asks one endpoint, one request after the other or some at the same time. Blocks the thread that asks, and is confined
/// to it.
final class HTTPClient {
    /// How often and how patiently a request is sent again.
    struct Retries {
        /// Sent so often at most.
        var attempts = 6
        /// The first pause, in milliseconds; each next one is twice as long.
        var firstPause = 200
        /// The longest pause.
        var longestPause = 10_000

        static let none = Retries(attempts: 1)

        /// The pause after so many attempts.
        func pause(after attempts: Int) -> Int {
            attempts > 20 ? longestPause : min(longestPause, firstPause << max(0, attempts - 1))
        }
    }

    private struct Job<Tag> {
        let tag: Tag
        let request: HTTPRequest
        var attempts = 0
        var notBefore: UInt64 = 0
    }

    let endpoint: RelayEndpoint
    private let multi: UnsafeMutableRawPointer
    private let stop: StopSignal
    private let retries: Retries
    private let idleMilliseconds: Int
    private let totalMilliseconds: Int
    private var idle: [HTTPTransfer] = []

    init(
        _ endpoint: RelayEndpoint, stop: StopSignal, retries: Retries = Retries(), idleMilliseconds: Int = 30_000,
        totalMilliseconds: Int = 300_000
    ) throws(RelayFailure) {
        guard let multi = curl_multi_init() else { throw RelayFailure(.internal, "libcurl has no engine to give") }
        self.endpoint = endpoint
        self.multi = multi
        self.stop = stop
        self.retries = retries
        self.idleMilliseconds = idleMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }

    deinit {
        idle = []
        curl_multi_cleanup(multi)
    }

    /// One request and its answer, whatever its status; statuses that may pass are tried again first.
    func send(_ request: HTTPRequest) throws(RelayFailure) -> HTTPAnswer {
        var result: Result<HTTPAnswer, RelayFailure>?
        var isTaken = false
        do {
            try sendAll(
                atOnce: 1,
                next: {
                    defer { isTaken = true }
                    return isTaken ? nil : ((), request)
                }, completed: { _, answer in result = answer })
        } catch {
            throw error as? RelayFailure ?? RelayFailure(.internal, "\(error)")
        }
        guard let result else { throw RelayFailure(.internal, "a request without an end") }
        return try result.get()
    }

    /// Lets work that waits for the network ask `next` again. From any thread.
    func wake() { curl_multi_wakeup(multi) }

    /// Requests as they come from `next`, some at the same time, until it has none and all have ended; `completed` gets
    /// each one's end, in the order in which they end. What either throws ends it all, and so does `stop`.
    func sendAll<Tag>(
        atOnce width: Int, next: () throws -> (tag: Tag, request: HTTPRequest)?,
        completed: (Tag, Result<HTTPAnswer, RelayFailure>) throws -> Void
    ) throws {
        var flying: [UnsafeMutableRawPointer: (transfer: HTTPTransfer, job: Job<Tag>)] = [:]
        var waiting: [Job<Tag>] = []
        defer { for entry in flying.values { curl_multi_remove_handle(multi, entry.transfer.handle.easy) } }

        while true {
            guard !stop.isSet else { throw RelayFailure(.stopped, "told to stop") }
            let now = RelayClock.milliseconds()
            while flying.count < width {
                var job: Job<Tag>?
                if let index = waiting.firstIndex(where: { $0.notBefore <= now }) {
                    job = waiting.remove(at: index)
                } else if waiting.count < width, let (tag, request) = try next() {
                    job = Job(tag: tag, request: request)
                }
                guard var job else { break }
                job.attempts += 1
                let transfer = try transfer()
                try transfer.begin(job.request)
                guard curl_multi_add_handle(multi, transfer.handle.easy) == CURLM_OK else {
                    throw RelayFailure(.internal, "libcurl does not take a transfer")
                }
                flying[transfer.handle.easy] = (transfer, job)
            }
            if flying.isEmpty, waiting.isEmpty { return }
            try wait(flying.isEmpty ? waiting.map(\.notBefore).min() : nil, now)
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else {
                throw RelayFailure(.internal, "libcurl's engine failed")
            }
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
                let code = sallyport_message_result(message)
                guard case (let transfer, var job)? = flying.removeValue(forKey: easy) else { continue }
                curl_multi_remove_handle(multi, easy)
                let result = result(of: transfer, code)
                transfer.release()
                idle.append(transfer)
                if let pause = pause(after: result, job.attempts) {
                    job.notBefore = RelayClock.milliseconds() + UInt64(pause)
                    waiting.append(job)
                } else {
                    try completed(job.tag, result)
                }
            }
        }
    }

    private func transfer() throws(RelayFailure) -> HTTPTransfer {
        if let transfer = idle.popLast() { return transfer }
        return try HTTPTransfer(
            endpoint, stop: stop, idleMilliseconds: idleMilliseconds, totalMilliseconds: totalMilliseconds)
    }

    /// Waits for the network, or until something may be tried again; a fifth of a second at most, so that a stop is seen.
    private func wait(_ until: UInt64?, _ now: UInt64) throws(RelayFailure) {
        guard let until else {
            var events: Int32 = 0
            guard curl_multi_poll(multi, nil, 0, 200, &events) == CURLM_OK else {
                throw RelayFailure(.internal, "libcurl does not wait")
            }
            return
        }
        if until > now { stop.sleep(milliseconds: min(200, Int(until - now))) }
    }

    private func result(of transfer: HTTPTransfer, _ code: CURLcode) -> Result<HTTPAnswer, RelayFailure> {
        if transfer.isTooLong {
            return .failure(RelayFailure(.tooLong, "`\(endpoint.url.authority)`: the answer is too long"))
        }
        guard code == CURLE_OK else { return .failure(transfer.handle.failure(code, at: endpoint.url.authority)) }
        return .success(transfer.answer())
    }

    /// How long to wait before the same again; `nil` where the result stands.
    private func pause(after result: Result<HTTPAnswer, RelayFailure>, _ attempts: Int) -> Int? {
        guard attempts < retries.attempts else { return nil }
        switch result {
        case .success(let answer):
            guard HTTPAnswer.isPassing(answer.status) else { return nil }
            return min(answer.retryAfterMilliseconds ?? retries.pause(after: attempts), 60_000)
        case .failure(let failure): return failure.isPassing ? retries.pause(after: attempts) : nil
        }
    }
}
