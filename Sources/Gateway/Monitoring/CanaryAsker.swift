import Drift
import Inference
import JSONText
import Logging
import NIOCore
import NIOHTTP1
import Routing
import Synchronization

/// Asks models a fixed set of questions at a stated time, one after the other, within a stated spend (`monitoring.canaries`).
struct CanaryAsker {
    private struct Question {
        let alias: ResolvedAlias
        let candidate: RouteCandidate
        let number: Int
    }

    private let pipeline: RequestPipeline
    private let service: GatewayService
    private let monitor: TrafficMonitor
    private let logger: Logger
    private var waiting: [Question] = []
    private var hasToldOfSpend = false
    /// Whether one is under way.
    private let isBusy = Busy()

    private final class Busy: Sendable { let flag = Atomic<Bool>(false) }

    init(_ pipeline: RequestPipeline, _ service: GatewayService, logger: Logger) {
        self.pipeline = pipeline
        self.service = service
        self.logger = logger
        monitor = pipeline.monitor
    }

    /// Asks the next question where one is due. Call it about once a second.
    mutating func tick() {
        guard monitor.settings.isOn, let settings = monitor.settings.canaries else { return }
        let now = Clock.epochMilliseconds()
        let asked = monitor.withCanaries { $0.asked }
        if waiting.isEmpty, Self.isDue(settings, asked: asked, now: now) {
            monitor.withCanaries { $0.asked = now }
            waiting = questions(settings)
            hasToldOfSpend = false
        }
        guard !isBusy.flag.load(ordering: .acquiring), let next = waiting.first else { return }
        waiting.removeFirst()
        guard let worst = worstCost(next, settings) else {
            logger.warning(
                "a model without a price is asked nothing of what is asked every day: its cost is not known",
                metadata: ["candidate": "\(next.candidate.destination)"])
            return waiting.removeAll { $0.candidate.destination == next.candidate.destination }
        }
        guard worst <= settings.dailyNanoUSD,
            monitor.withCanaries({ $0.spent(at: now) }) <= settings.dailyNanoUSD - worst
        else {
            if !hasToldOfSpend { logger.warning("what is asked every day stops: its spend of the day is reached") }
            hasToldOfSpend = true
            return waiting.removeAll()
        }
        let busy = isBusy
        busy.flag.store(true, ordering: .releasing)
        let request = CanaryRequest(
            next.alias.alias, settings.questions[next.number % settings.questions.count], settings,
            tenant: pipeline.activeSet.configuration.principals.defaultTenant)
        service.ask(request, next.candidate.destination, of: next.alias, number: next.number) {
            busy.flag.store(false, ordering: .releasing)
        }
    }

    /// Whether they are to be asked now: for the first time at once, and then at the time of day, or after the interval.
    static func isDue(_ settings: CanarySettings, asked: Int64, now: Int64) -> Bool {
        guard asked > 0 else { return true }
        if let interval = settings.interval { return now - asked >= interval }
        let moment = now / 86_400_000 * 86_400_000 + Int64(settings.minuteOfDay) * 60_000
        return now >= moment && asked < moment
    }

    private func questions(_ settings: CanarySettings) -> [Question] {
        pipeline.activeSet.routing.listed.filter { settings.aliases.contains($0.alias.rawValue) }.flatMap { alias in
            alias.candidates.flatMap { candidate in
                (0..<settings.repeats).flatMap { _ in
                    settings.questions.indices.map { Question(alias: alias, candidate: candidate, number: $0) }
                }
            }
        }
    }

    /// What the answer costs at most; `nil` where that is unknown and somebody may be paid.
    private func worstCost(_ question: Question, _ settings: CanarySettings) -> Int64? {
        let usage = TokenUsage(input: 256, output: settings.answerTokens)
        if let cost = question.candidate.cost(of: usage) { return cost.nanoUSD }
        let provider = pipeline.activeSet.providers[question.candidate.destination.provider]
        return provider?.isInternal == true ? 0 : nil
    }
}

/// One question of the gateway's own, which says nothing of anybody.
struct CanaryRequest: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    let principal: Principal

    init(_ model: ModelID, _ question: String, _ settings: CanarySettings, tenant: String) {
        var fields = HTTPHeaders()
        fields.add(name: "x-sallyport-purpose", value: "canary")
        fields.add(name: "cache-control", value: "no-store")
        head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/chat/completions", headers: fields)
        var json = JSONWriter()
        json.beginObject()
        json.key("model")
        json.string(model.rawValue)
        json.key("messages")
        json.beginArray()
        json.beginObject()
        json.key("role")
        json.string("user")
        json.key("content")
        json.string(question)
        json.endObject()
        json.endArray()
        json.key("temperature")
        json.int(0)
        json.key("max_completion_tokens")
        json.int(settings.answerTokens)
        json.endObject()
        body = ByteBuffer(bytes: json.bytes)
        principal = Principal(
            kind: .service, name: "sallyport", teams: [], tenant: tenant, method: .gateway, credential: "canary")
    }
}
