import Cryptography
import Inference
import JSONText
import LimitStore
import Limits
import Logging
import NIOCore

/// The limits on attempts as the pipeline uses them: takes room before anything leaves, waits for it where `queue_ms` allows that, and
/// gives back what was not taken.
final class GatewayLimits: Sendable {
    private let backend: any LimitBackend
    /// The same, where it is Redis.
    private let redis: RedisLimits?
    private let lines = LimitLines()

    /// How often one at the door looks for room that others than this gateway may have given back.
    private static let look = TimeAmount.milliseconds(20)

    init(_ backend: any LimitBackend) {
        self.backend = backend
        redis = backend as? RedisLimits
    }

    /// Who asks for room.
    struct Asking {
        let name: AttemptName
        let principal: Principal
        let rules: AttemptLimits
        /// Whether no other candidate comes after this one, so that it is worth waiting for a provider's room.
        let isLast: Bool
        /// Whether it may wait at all: not beside another attempt of the same request, which may hold what it would wait for.
        var mayWait = true
        let exchange: Exchange
    }

    /// Takes the most that an attempt may take; `nil` where the caller has gone.
    func reserve(_ charges: [LimitCharge], _ asking: Asking) async -> LimitAnswer? {
        // Who comes while others wait, waits behind them.
        if let scope = lines.busy(among: charges), let rule = asking.queue(of: scope) {
            return await wait(for: charges, at: scope, rule, asking, nil)
        }
        let answer = await backend.reserve(charges, asking.name)
        guard case .exceeded(let exceeded) = answer, exceeded.isHeld,
            let rule = asking.queue(of: exceeded.charge.account.scope)
        else { return answer }
        return await wait(for: charges, at: exceeded.charge.account.scope, rule, asking, exceeded)
    }

    private func wait(
        for charges: [LimitCharge], at scope: LimitScope, _ rule: QueueRule, _ asking: Asking, _ first: LimitExceeded?
    ) async -> LimitAnswer? {
        let turn = LimitLines.Turn(tenant: asking.principal.tenant, name: asking.principal.name)
        guard let ticket = lines.join(scope, turn: turn, length: rule.length) else {
            if let first { return .exceeded(first) }
            return await backend.reserve(charges, asking.name)
        }
        let (exchange, lines) = (asking.exchange, lines)
        exchange.callerLeft = { lines.wake(scope, ticket, .left) }
        let cancelTimers = timers(scope, ticket, rule, on: exchange.loop)
        defer {
            exchange.callerLeft = nil
            cancelTimers()
            lines.leave(scope, ticket)
        }
        if exchange.isOver { return nil }
        var seen: UInt64?
        var last = first
        while true {
            switch await lines.sleep(scope, ticket, seen: seen) {
            case .left: return nil
            case .late:
                if let last { return .exceeded(last) }
                return await backend.reserve(charges, asking.name)
            case .goOn: break
            }
            seen = lines.returns(scope)
            let answer = await backend.reserve(charges, asking.name)
            guard case .exceeded(let exceeded) = answer, exceeded.isHeld else { return answer }
            // Held by another limit that has no queue: that one decides.
            guard asking.queue(of: exceeded.charge.account.scope) != nil else { return answer }
            last = exceeded
        }
    }

    /// Wakes one that waits when its time is up and, where others give room back too, now and then to look.
    private func timers(
        _ scope: LimitScope, _ ticket: UInt64, _ rule: QueueRule, on loop: any EventLoop
    ) -> () -> Void {
        let lines = lines
        let deadline = loop.scheduleTask(in: .milliseconds(Int64(rule.milliseconds))) {
            lines.wake(scope, ticket, .late)
        }
        guard backend.isShared else { return { deadline.cancel() } }
        let looking = loop.scheduleRepeatedTask(initialDelay: Self.look, delay: Self.look) { _ in
            lines.wake(scope, ticket, .goOn)
        }
        return {
            deadline.cancel()
            looking.cancel()
        }
    }

    /// Whether it is kept that the room is taken.
    func isKept(_ room: LimitRoom) async -> Bool { await backend.isKept(room) }

    /// Gives back what the attempt did not take.
    func settle(_ room: LimitRoom, _ use: AttemptUse) {
        backend.settle(room, use)
        lines.gaveBack(room.held.charges)
    }

    /// Whether several gateways count together.
    var isShared: Bool { backend.isShared }

    /// Why limits are not counted together as they should be, though requests go on; `nil` while all is well.
    var degradation: String? { redis?.degradation }

    /// Does what is due. Call it about once a second.
    func tick() { redis?.tick() }

    /// Why attempts under limits are refused; `nil` while all is well.
    var trouble: String? { backend.trouble }

    /// How the limits stand, for `sallyport limits`: `limits`, a list of `scope`, `name`, `tenant` (where names are a tenant's and
    /// somebody has used it), `measure`, `limit`, `left`, `open` and, for money (in nano-USD), `spent`, `assumed` and `period`. May block.
    func standing(_ limits: AttemptLimits, tenants: [String]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("limits")
        json.beginArray()
        for line in backend.standing(limits, tenants: tenants) {
            json.beginObject()
            json.key("scope")
            json.string(line.scope.kind.word)
            json.key("name")
            json.string(line.scope.name)
            if let tenant = line.scope.tenant {
                json.key("tenant")
                json.string(tenant)
            }
            json.key("measure")
            json.string(line.measure.rawValue)
            json.key("limit")
            json.int(Int(line.limit))
            json.key("left")
            json.int(Int(line.left))
            json.key("open")
            json.int(Int(line.open))
            if let spent = line.spent, let period = line.period {
                json.key("spent")
                json.int(Int(spent))
                json.key("assumed")
                json.int(Int(line.assumed))
                json.key("period")
                json.string(period)
            }
            json.endObject()
        }
        json.endArray()
        if let trouble {
            json.key("trouble")
            json.string(trouble)
        }
        json.endObject()
        return json.bytes
    }

    /// The same as values, of what no tenant has for itself; may block.
    func lines(_ limits: AttemptLimits) -> [LimitStanding] { backend.standing(limits, tenants: []) }

    /// Keeps what is to be kept and ends. Blocks.
    func close() { backend.close() }
}

extension GatewayLimits.Asking {
    /// How one may wait for room of this scope; `nil`: not at all.
    fileprivate func queue(of scope: LimitScope) -> QueueRule? {
        guard mayWait else { return nil }
        // Before the last candidate a provider without room is passed over: the next one may have some.
        if scope.kind == .provider, !isLast { return nil }
        return rules.rule(for: scope)?.queue
    }
}

extension GatewayLimits {
    /// Begins to count where a configuration says. Blocks.
    static func begin(_ configuration: GatewayConfiguration, logger: Logger) throws -> GatewayLimits {
        func own() throws -> EmbeddedLimits {
            let path = configuration.limitState.file
            try KeyFile.makeFolder(of: path)
            let (store, content) = try LimitStore.open(
                path: path, durability: configuration.limitState.durability == .power ? .power : .process)
            let results = content.open.isEmpty ? [:] : RecordedResults.last(in: configuration.ledger.directory)
            return EmbeddedLimits(store, content) { results[$0.request]?[$0.attempt] ?? .unknown }
        }
        guard let settings = configuration.limitState.redis else { return GatewayLimits(try own()) }
        let instance = try SecureRandom.bytes(9).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
        let redis = try RedisLimits(
            settings, instance: instance.joined(), own: settings.isClosed ? nil : try own(), logger: logger)
        redis.tick()
        return GatewayLimits(redis)
    }
}

extension RequestPipeline {
    /// Why requests under limits are refused; `nil` while they are not, or there are none.
    var limitTrouble: String? { activeSet.configuration.attemptLimits.isEmpty ? nil : limits.trouble }
}
