import Inference
import Limits
import Logging
import RedisClient
import Synchronization

/// Limits that several gateways count together, in Redis or Valkey: every decision is one atomic script, by the server's clock.
///
/// What an attempt reserves has a lease, which this gateway renews while the attempt is under way. When the gateway ends, its places are free
/// again with the end of the lease, and its money stays spent. Where the server can't be asked, attempts are refused, or
/// (`fail: local-share`) take from this gateway's own share of each limit, less what it took itself; what they took is posted later.
final class RedisLimits: LimitBackend {

    fileprivate enum Name: CaseIterable {
        case reserve, settle, post, renew, standing
    }

    private struct Open {
        let charges: [LimitCharge]
        /// The same room in this gateway's own book.
        let own: LimitRoom?
    }

    private struct State {
        var digests: [Name: String] = [:]
        var lastID: Int64 = 0
        var open: [Int64: Open] = [:]
        /// What was taken from the own share and is to be posted: the arguments of `post`.
        var posts: [[String]] = []
        /// What ended while the server could not be asked: the arguments of `settle`, the first of which is the attempt's name.
        var unsettled: [[String]] = []
        var renewedAt: UInt64 = 0
        var isAsking = false
    }

    private static let mostPosts = 100_000
    /// No limit makes anybody wait for longer than to the end of a month, in milliseconds.
    private static let longestWait: Int64 = 40 * 86_400_000

    private let client: RedisClient
    private let settings: LimitStateSettings.Redis
    private let instance: String
    private let own: EmbeddedLimits?
    private let state = Mutex(State())
    private let logger: Logger

    /// `instance` tells this run of this gateway from all others; `own` counts its own share, where `fail` allows that.
    init(
        _ settings: LimitStateSettings.Redis, instance: String, own: EmbeddedLimits?, logger: Logger
    ) throws(RedisClient.Failure) {
        self.settings = settings
        self.instance = instance
        self.own = settings.isClosed ? nil : own
        self.logger = logger
        client = try RedisClient(settings.server.client)
    }

    var isShared: Bool { true }

    var trouble: String? {
        guard own == nil else { return own?.trouble }
        return client.trouble.map { "Redis can't be asked for limits: \($0)" }
    }

    /// Why limits are not shared, though requests go on.
    var degradation: String? {
        own == nil ? nil : client.trouble.map { "limits are not shared, each gateway takes its own share: \($0)" }
    }

    // MARK: - Reserve and settle

    func reserve(_ charges: [LimitCharge], _ attempt: AttemptName) async -> LimitAnswer {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        var arguments = [name(id), String(settings.leaseMilliseconds)]
        for charge in charges {
            let (limit, burst) = charge.numbers
            arguments += [charge.account.kind, charge.account.key, limit, burst, String(charge.amount)]
        }
        let words: String
        switch await run(.reserve, arguments) {
        case .success(.list(let parts)):
            if let answer = answer(parts.map(\.number), charges, id, attempt) { return answer }
            words = "Redis answered what can't be understood"
        case .success(.error(let error)): words = "Redis: \(error.prefix(200))"
        case .success: words = "Redis answered what can't be understood"
        case .failure(let failure):
            words = failure.description
            // The server may have taken the room, or take it yet: nothing will come of it.
            let held = HeldRoom(charges: charges, periods: PeriodNumbers(at: Clock.epochSeconds()))
            _ = settleLater(settlement(of: id, held, .nothing))
        }
        guard let own else { return .unavailable(words) }
        let shares = charges.map { $0.share(of: settings.gateways) }
        switch own.reserve(shares, attempt, now: Clock.limits()) {
        case .reserved(var room):
            room.isOwnShare = true
            return .reserved(room)
        case let other: return other
        }
    }

    private func answer(
        _ numbers: [Int64], _ charges: [LimitCharge], _ id: Int64, _ attempt: AttemptName
    ) -> LimitAnswer? {
        if numbers.count == 6, numbers[0] == 1 {
            let periods = PeriodNumbers(day: numbers[1], month: numbers[2])
            guard periods.areNear(PeriodNumbers(at: Clock.epochSeconds())) else { return nil }
            let mine = own?.force(charges.map { $0.share(of: settings.gateways) }, periods, attempt)
            state.withLock { $0.open[id] = Open(charges: charges, own: mine) }
            return .reserved(
                LimitRoom(held: HeldRoom(charges: charges, periods: periods, tokens: TokensLeft(numbers[3...])), id: id)
            )
        }
        guard numbers.count == 5, numbers[0] == 0, let index = Int(exactly: numbers[1]),
            charges.indices.contains(index), numbers[2] >= 0, (-1...Self.longestWait).contains(numbers[3])
        else { return nil }
        return .exceeded(
            LimitExceeded(
                charge: charges[index], left: numbers[2],
                retryAfterMilliseconds: numbers[3] < 0 ? nil : Int(numbers[3]),
                isHeld: numbers[4] == 1))
    }

    func isKept(_ room: LimitRoom) async -> Bool { room.isOwnShare ? await own?.isKept(room) ?? false : true }

    func settle(_ room: LimitRoom, _ use: AttemptUse) {
        if room.isOwnShare {
            own?.settle(room, use)
            return postpone(room, use)
        }
        let open = state.withLock { $0.open.removeValue(forKey: room.id) }
        if let mine = open?.own { own?.settle(mine, use) }
        settle(settlement(of: room.id, room.held, use))
    }

    /// The arguments of `settle`.
    private func settlement(of id: Int64, _ held: HeldRoom, _ use: AttemptUse) -> [String] {
        var arguments = [name(id)]
        for charge in held.charges {
            let (limit, burst) = charge.numbers
            let number = charge.account.measure.period.map { String(held.periods.number(of: $0)) } ?? limit
            arguments += [
                charge.account.kind, charge.account.key, number, burst, String(charge.amount),
                String(use.amount(of: charge) ?? -1),
            ]
        }
        return arguments
    }

    /// Settled once however often it is sent. What can't be sent is sent again later, and its lease renewed until then; what can't be kept
    /// for that stays at its most.
    private func settle(_ arguments: [String]) {
        send(.settle, arguments) { [self] result in
            guard case .failure(let failure) = result else { return }
            if settleLater(arguments) { return }
            logger.warning("an attempt stays at its most under the limits", metadata: ["reason": "\(failure)"])
        }
    }

    // MARK: - What comes later

    /// Keeps a settlement for the next tick; `false` where there are too many.
    private func settleLater(_ arguments: [String]) -> Bool {
        state.withLock { state in
            guard state.unsettled.count < Self.mostPosts else { return false }
            state.unsettled.append(arguments)
            return true
        }
    }

    private func postpone(_ room: LimitRoom, _ use: AttemptUse) {
        var arguments = ["\(name(room.id))-own"]
        for charge in room.held.charges {
            guard let period = charge.account.measure.period else { continue }
            arguments += [
                charge.account.key, String(room.held.periods.number(of: period)),
                String(use.amount(of: charge) ?? charge.amount),
            ]
        }
        guard arguments.count > 1 else { return }
        state.withLock { if $0.posts.count < Self.mostPosts { $0.posts.append(arguments) } }
    }

    /// Renews leases, posts and settles what waits, and looks whether the server is there. Call it about once a second.
    func tick() {
        let now = Clock.monotone()
        let due: (renewals: [String]?, posts: [[String]], unsettled: [[String]])? = state.withLock { state in
            guard !state.isAsking else { return nil }
            state.isAsking = true
            var renewals: [String]?
            if now - state.renewedAt > UInt64(settings.leaseMilliseconds) * 1_000_000 / 4 {
                state.renewedAt = now
                renewals = []
                for (id, open) in state.open {
                    let places = open.charges.filter { $0.account.measure == .concurrent }.map(\.account.key)
                    renewals = (renewals ?? []) + [name(id), String(places.count)] + places
                }
                // Their places are free already, as far as anybody can tell; what money they hold is not.
                for arguments in state.unsettled { renewals = (renewals ?? []) + [arguments[0], "0"] }
            }
            defer { (state.posts, state.unsettled) = ([], []) }
            return (renewals, state.posts, state.unsettled)
        }
        guard let due else { return }
        for post in due.posts {
            send(.post, post) { [self] result in
                if case .failure = result { state.withLock { $0.posts.append(post) } }
            }
        }
        for arguments in due.unsettled { settle(arguments) }
        let done: @Sendable (Result<RedisClient.Reply, RedisClient.Failure>) -> Void = { [self] _ in
            state.withLock { $0.isAsking = false }
        }
        guard let renewals = due.renewals else { return client.send(["PING"], done) }
        send(.renew, [String(settings.leaseMilliseconds)] + renewals, done)
    }

    func standing(_ limits: AttemptLimits, tenants: [String]) -> [LimitStanding] {
        let known = LimitBook().standing(limits, tenants: tenants, now: Clock.limits())
        var arguments: [String] = []
        for line in known {
            guard let limit = limits.rule(for: line.scope)?.limit(of: line.measure) else { return known }
            let charge = LimitCharge(line.scope, line.measure, limit, 0)
            arguments += [charge.account.kind, charge.account.key, charge.numbers.limit, charge.numbers.burst]
        }
        guard !known.isEmpty, case .success(.list(let rows)) = runBlocking(.standing, arguments),
            rows.count == known.count
        else { return own?.standing(limits, tenants: tenants) ?? [] }
        let told = zip(known, rows).map { line, row in
            guard case .list(let parts) = row, parts.count == 5 else { return line }
            let numbers = parts.map(\.number)
            let period = line.measure.period
            let now = PeriodNumbers(at: Clock.epochSeconds())
            // An account that was not used of late may stand at a period of before; what is to come is none.
            if let period, !(0...now.number(of: period) + 1).contains(numbers[4]) { return line }
            return LimitStanding(
                scope: line.scope, measure: line.measure, limit: line.limit, spent: period == nil ? nil : numbers[0],
                left: numbers[1], open: numbers[2], assumed: numbers[3], period: period?.text(numbers[4]))
        }
        // Whether a tenant has the name at all is not known: of those that could, those are told that have taken something.
        return zip(told, known).filter { $0.scope.tenant == nil || $0.left < $1.left || $0.open > 0 }
            .map(\.0).withoutSharedNames()
    }

    func close() {
        tick()
        client.close()
        own?.close()
    }

    // MARK: - Scripts

    private func name(_ id: Int64) -> String { "\(instance)-\(id)" }

    private func run(_ name: Name, _ arguments: [String]) async -> Result<RedisClient.Reply, RedisClient.Failure> {
        await withCheckedContinuation { continuation in
            send(name, arguments) { continuation.resume(returning: $0) }
        }
    }

    private func runBlocking(_ name: Name, _ arguments: [String]) -> Result<RedisClient.Reply, RedisClient.Failure> {
        RedisClient.waiting { done in send(name, arguments, done) }
    }

    /// Runs a script; one that the server does not know (any more) is loaded first.
    private func send(
        _ name: Name, _ arguments: [String], isRetry: Bool = false,
        _ done: @escaping @Sendable (Result<RedisClient.Reply, RedisClient.Failure>) -> Void
    ) {
        guard let digest = state.withLock({ $0.digests[name] }) else {
            return client.send(["SCRIPT", "LOAD", name.text]) { [self] result in
                guard case .success(.text(let digest)) = result, !isRetry else { return done(result) }
                state.withLock { $0.digests[name] = String(decoding: digest, as: UTF8.self) }
                send(name, arguments, isRetry: false, done)
            }
        }
        client.send(["EVALSHA", digest, "1", settings.server.prefix] + arguments) { [self] result in
            guard case .success(.error(let words)) = result, words.hasPrefix("NOSCRIPT"), !isRetry else {
                return done(result)
            }
            client.send(["SCRIPT", "LOAD", name.text]) { _ in }
            send(name, arguments, isRetry: true, done)
        }
    }
}

extension RedisLimits.Name {
    fileprivate var text: String {
        switch self {
        case .reserve: RedisLimitScripts.reserve
        case .settle: RedisLimitScripts.settle
        case .post: RedisLimitScripts.post
        case .renew: RedisLimitScripts.renew
        case .standing: RedisLimitScripts.standing
        }
    }
}

extension LimitAccount {
    /// The kind of the account, as the scripts have it.
    fileprivate var kind: String {
        switch measure {
        case .usdPerDay: "d"
        case .usdPerMonth: "m"
        case .concurrent: "c"
        case .requestsPerMinute, .tokensPerMinute: "r"
        }
    }

    /// Its name in keys.
    ///
    /// `MEASURE:KIND:NAME`, or `MEASURE:KIND@TENANT:NAME` for what is a tenant's; `%` and `:` of a tenant's name are written `%25` and `%3A`,
    /// so that no two accounts have the same.
    fileprivate var key: String {
        guard let tenant = scope.tenant else { return "\(measure.rawValue):\(scope.kind.word):\(scope.name)" }
        let written =
            tenant.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: ":") }
            ? tenant.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
                .split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
            : tenant
        return "\(measure.rawValue):\(scope.kind.word)@\(written):\(scope.name)"
    }
}

extension LimitCharge {
    /// The limit or rate, and the burst, as the scripts take them.
    fileprivate var numbers: (limit: String, burst: String) {
        switch limit {
        case .rate(let rate): (String(rate.perMinute), String(rate.burst))
        case .amount(let amount): (String(amount), "0")
        }
    }
}

extension RedisClient.Reply {
    /// A whole number; -1 for all else.
    fileprivate var number: Int64 {
        if case .integer(let value) = self { return value }
        return -1
    }
}

extension TokensLeft {
    /// Of what the script answers: limit, rest, milliseconds; `nil` where there is no limit.
    fileprivate init?(_ numbers: ArraySlice<Int64>) {
        let numbers = numbers.map { Int(clamping: $0) }
        guard numbers.count == 3, numbers[0] >= 0, numbers[1] >= 0 else { return nil }
        self.init(limit: numbers[0], remaining: numbers[1], fullAfterMilliseconds: max(0, numbers[2]))
    }
}
