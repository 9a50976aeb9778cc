internal import Cryptography
internal import Evaluation
internal import EvaluationStore
internal import Inference
private import JSONText
private import Synchronization
internal import Upstream

/// Gets answers, each paid for once: those that are kept are taken, those that are under way are waited for, all others are asked
/// within the budget and each model's pace. Before a request leaves it is on disk that it does, and under which key.
final class Asker: Sendable {
    /// What became of a request.
    enum Outcome: Sendable {
        case answered(StoredAnswer)
        /// Why there is no answer: a status and a code, never anybody's words.
        case failed(String)
    }

    private struct State {
        var underWay: [Digest32: StoredIntent]
        var flights: [Digest32: [CheckedContinuation<Void, Never>]] = [:]
        var paces: [String: ModelPace] = [:]
    }

    private let settings: RunSettings
    private let store: EvaluationStore
    private let connection: GatewayConnection
    private let budget: SpendingBudget
    private let run: Int64
    private let generation: Int64
    private let state: Mutex<State>
    /// 128 bits that nobody else draws, before a number of each request's own.
    private let keyStart =
        "eval-\(String(UInt64.random(in: .min ... .max), radix: 36))\(String(UInt64.random(in: .min ... .max), radix: 36))"
    private let keyCount = Atomic<Int>(0)
    private let note: @Sendable ((inout RunProgress) -> Void) -> Void

    init(
        _ settings: RunSettings, _ store: EvaluationStore, _ connection: GatewayConnection, _ budget: SpendingBudget,
        _ progress: EvaluationStore.Progress, note: @escaping @Sendable ((inout RunProgress) -> Void) -> Void
    ) {
        self.settings = settings
        self.store = store
        self.connection = connection
        self.budget = budget
        run = progress.run
        generation = settings.usesOldAnswers ? 0 : progress.run
        state = Mutex(State(underWay: progress.underWay))
        self.note = note
    }

    /// What an answer of this run is kept under.
    func key(_ digest: Digest32) -> EvaluationStore.AnswerKey { .init(digest, generation: generation) }

    /// The answer to a request, from whoever has it.
    func answer(_ request: EvaluationRequest, _ digest: Digest32) async throws(RunFault) -> Outcome {
        while true {
            do throws(EvaluationStoreError) {
                if let kept = try store.answer(key(digest)) {
                    note { $0.found += 1 }
                    return .answered(kept)
                }
            } catch {
                throw .store("\(error)")
            }
            if await takesOff(digest) { break }
        }
        defer { land(digest) }
        return try await ask(request, digest)
    }

    /// Whether nobody else asks for the same; waits for who does.
    private func takesOff(_ digest: Digest32) async -> Bool {
        let isFirst = state.withLock { state in
            guard state.flights[digest] == nil else { return false }
            state.flights[digest] = []
            return true
        }
        if isFirst { return true }
        await withCheckedContinuation { continuation in
            let isUnderWay = state.withLock { state in
                guard state.flights[digest] != nil else { return false }
                state.flights[digest]?.append(continuation)
                return true
            }
            if !isUnderWay { continuation.resume() }
        }
        return false
    }

    private func land(_ digest: Digest32) {
        let waiting = state.withLock { $0.flights.removeValue(forKey: digest) ?? [] }
        for continuation in waiting { continuation.resume() }
    }

    private func pace(_ model: String) -> ModelPace {
        state.withLock { state in
            if let pace = state.paces[model] { return pace }
            let pace = ModelPace(most: settings.concurrency)
            state.paces[model] = pace
            return pace
        }
    }

    // MARK: - Asking

    private enum Step {
        case over(Outcome)
        /// Again after so many milliseconds: with the same key, since it is the same request, or with a new one.
        case again(milliseconds: Int, sameKey: Bool, isRefusal: Bool, reason: String)
        /// There is no connection; again in a while, for the gateway may be starting.
        case unreachable(String)
    }

    private func ask(_ request: EvaluationRequest, _ digest: Digest32) async throws(RunFault) -> Outcome {
        let body = request.chatBody
        let most = settings.bounds[request.model]?.most(request, bodyBytes: body.count)
        let pace = pace(request.model)
        let deadline = ContinuousClock.now + .seconds(settings.patienceSeconds)
        var failures = 0
        var sending = Sending(key: state.withLock { $0.underWay.removeValue(forKey: digest)?.key }, most: most)
        while true {
            await pace.enter()
            let step: Step
            do throws(RunFault) {
                step = try await attempt(request, body, digest, &sending)
            } catch {
                pace.leave(wasGood: false)
                throw error
            }
            switch step {
            case .over(let outcome):
                pace.leave(wasGood: true)
                return outcome
            case .unreachable(let reason):
                pace.leave(wasGood: false)
                failures += 1
                guard failures <= settings.retries else { throw .unreachable(reason) }
                try? await Task.sleep(for: .milliseconds(Self.backoff(failures)))
            case .again(let milliseconds, let sameKey, let isRefusal, let reason):
                if isRefusal { pace.slowDown(milliseconds: milliseconds) }
                pace.leave(wasGood: false)
                if isRefusal { note { $0.refusals += 1 } } else { failures += 1 }
                guard isRefusal ? ContinuousClock.now < deadline : failures <= settings.retries else {
                    if sameKey, let key = sending.key { try await lose(key, most) }
                    return .failed(reason)
                }
                if !isRefusal { try? await Task.sleep(for: .milliseconds(Self.backoff(failures))) }
                if !sameKey { sending = Sending(key: nil, most: most) }
            }
        }
    }

    /// 0.25 s, doubled each time, to 8 s; half of it by lot.
    private static func backoff(_ failures: Int) -> Int {
        let most = min(8_000, 250 << min(failures - 1, 8))
        return Int.random(in: most / 2...most)
    }

    /// A request under one key.
    private struct Sending {
        /// `nil`: it has none yet.
        var key: String?
        let most: Money?
        /// Whether room for it is set aside: that stays so as long as nobody knows what became of it.
        var hasRoom = false
    }

    private func attempt(
        _ request: EvaluationRequest, _ body: [UInt8], _ digest: Digest32, _ sending: inout Sending
    ) async throws(RunFault) -> Step {
        let most = sending.most
        if !sending.hasRoom {
            guard await budget.reserve(most) else { throw .budgetSpent }
            sending.hasRoom = true
        }
        let name = sending.key ?? newKey()
        sending.key = name
        try await put(.intend(run: run, StoredIntent(digest: digest, key: name, most: most)))
        switch await connection.ask(body, key: name) {
        case .failure(let failure):
            // What became of it is not known: it is asked for again under the same key, and what was set aside stays so.
            switch failure.kind {
            case .resolve, .connect, .tls, .connectTimeout, .plaintextRefused:
                return .unreachable("\(failure)")
            case .stopped, .cancelled: throw .stopped
            default:
                return .again(milliseconds: 0, sameKey: true, isRefusal: false, reason: failure.kind.rawValue)
            }
        case .success(let reply): return try await settle(reply, request, digest, name, most)
        }
    }

    private func settle(
        _ reply: GatewayReply, _ request: EvaluationRequest, _ digest: Digest32, _ key: String, _ most: Money?
    ) async throws(RunFault) -> Step {
        if reply.status == 200, var answer = Answer(chatBody: reply.body) {
            answer.latencyMilliseconds = reply.milliseconds
            answer.cost = reply.cost
            let stored = StoredAnswer(
                answer, destination: reply.destination, request: reply.request, prompt: request.promptText)
            // On disk first: what is not there was not paid for, as far as the next run knows.
            try await put(.answer(run: run, self.key(digest), intent: key, stored))
            budget.settle(most, cost: reply.cost)
            note { $0.asked += 1 }
            return .over(.answered(stored))
        }
        let reason = reply.reason
        switch reply.status {
        case 429, 503:
            try await withdraw(key, most)
            if reply.isLimit { throw .refused("the gateway's limits have no room for long (\(reason))") }
            return .again(
                milliseconds: min(max(reply.retryAfter ?? 1_000, 50), 120_000), sameKey: false, isRefusal: true,
                reason: reason)
        case 401, 404:
            try await withdraw(key, most)
            throw .refused("the gateway refuses `\(request.model)`: \(reason)")
        case 400..<500 where reply.status != 408 && reply.status != 424:
            try await withdraw(key, most)
            return .over(.failed(reason))
        default:
            // The model may have answered, and be paid for it.
            try await lose(key, most)
            return .again(milliseconds: 0, sameKey: false, isRefusal: false, reason: reason)
        }
    }

    private func withdraw(_ key: String, _ most: Money?) async throws(RunFault) {
        try await put(.withdraw(run: run, key: key))
        budget.settle(most, cost: Money(nanoUSD: 0))
    }

    private func lose(_ key: String, _ most: Money?) async throws(RunFault) {
        try await put(.lose(run: run, key: key))
        budget.settle(most, cost: nil)
    }

    private func put(_ change: EvaluationStore.Change) async throws(RunFault) {
        do throws(EvaluationStoreError) {
            try await store.put([change])
        } catch {
            throw .store("\(error)")
        }
    }

    private func newKey() -> String { "\(keyStart)-\(keyCount.add(1, ordering: .relaxed).newValue)" }
}

extension EvaluationRequest {
    /// All messages in one text, for reports.
    fileprivate var promptText: String {
        messages.map { "\($0.role.rawValue): \($0.text)" }.joined(separator: "\n\n")
    }
}

extension GatewayReply {
    /// `status 403 permission_denied`: what kind of error it is, without anybody's words.
    fileprivate var reason: String {
        guard status != 200 else { return "an answer that can't be read" }
        let limits = JSONLimits(maximumBytes: 1 << 20, maximumDepth: 32, maximumNodes: 10_000)
        let error = (try? JSONDocument(parsing: body, limits: limits))?.root["error"]
        let word: String = error?["code"]?.string ?? error?["type"]?.string ?? ""
        let isWord = word.utf8.count <= 64 && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        return "status \(status)" + (isWord && !word.isEmpty ? " \(word)" : "")
    }
}
