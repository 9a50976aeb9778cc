public import Inference

/// The answer to a request for room.
public enum RateDecision: Hashable, Sendable {
    /// There was room, and it is taken.
    case reserved(Reservation)
    /// A limit has no room; nothing is taken from any.
    case exceeded(RateExceeded)
}

/// Room that a request took, and what is left after it in the scarcest of the limits that apply.
public struct Reservation: Hashable, Sendable {
    /// That limit's requests a minute; `nil` where no limit applies.
    public let limit: Int?
    /// Requests that could follow at once; `nil` where no limit applies.
    public let remaining: Int?
    /// When the limit will be whole again if no request comes in between, in milliseconds from now, rounded up.
    public let fullAfterMilliseconds: Int

    init(limit: Int?, remaining: Int?, fullAfterMilliseconds: Int = 0) {
        self.limit = limit
        self.remaining = remaining
        self.fullAfterMilliseconds = fullAfterMilliseconds
    }
}

/// Why a request has no room.
public struct RateExceeded: Hashable, Sendable {
    /// The limit without room; of several, the one that takes longest.
    public let limit: LimitScope
    /// What it allows.
    public let rate: MinuteRate
    /// When a request will have room if none comes in between, in milliseconds from now, rounded up; at least 1.
    public let retryAfterMilliseconds: Int
}

/// Counts requests against the limits that apply to them: of their key, their principal and its teams, and the model.
///
/// A value without locks or clock: its owner serialises calls and passes a monotone clock in nanoseconds. Limits of single keys,
/// principals and teams have one bucket each, principals and teams one in each tenant, made as they come: there are no more than rules
/// times tenants. The buckets that all other keys get are made as keys come, too; a full one is as good as
/// none and is dropped in sweeps, so that at most twice as many are kept as keys were active within the time in which a bucket fills
/// (or 1,024, if that is more).
public struct RequestRateLimiter: Sendable {
    private struct Ruled: Sendable {
        let limit: LimitScope
        var rate: MinuteRate
        var bucket: TokenBucket
    }

    /// The limits in force.
    public private(set) var limits: RequestLimits
    private var ruled: [Ruled] = []
    private var places: [LimitScope: Int] = [:]
    private var keyBuckets: [LimitScope: TokenBucket] = [:]
    private var sweepAt = Self.smallestSweep

    private static let smallestSweep = 1024

    /// Starts with every bucket full.
    public init(limits: RequestLimits) { self.limits = limits }

    /// How many buckets are kept for keys that have no limit of their own.
    var keptBuckets: Int { keyBuckets.count }

    /// Takes room for one request of a principal for the model of an alias, at a time in nanoseconds of a monotone clock.
    public mutating func reserve(for principal: Principal, model: ModelID? = nil, now: UInt64) -> RateDecision {
        // A request that a rule refuses must take nothing from the others: so first all are asked, then all are taken from.
        var refusal: RateExceeded?
        var scarcest: Reservation?
        let own = limits.keys.isEmpty ? nil : place(of: .key(principal.credential), now)
        let ofPrincipal =
            limits.principals.isEmpty ? nil : place(of: .principal(principal.name, tenant: principal.tenant), now)
        var ofModel: Int?
        if let model, !limits.models.isEmpty { ofModel = place(of: limits.scope(of: model, for: principal), now) }
        var ofTeams: [Int?] = []
        if !limits.teams.isEmpty {
            ofTeams = principal.teams.map { place(of: .team($0, tenant: principal.tenant), now) }
        }
        ask(own, now, &refusal, &scarcest)
        ask(ofPrincipal, now, &refusal, &scarcest)
        ask(ofModel, now, &refusal, &scarcest)
        for team in ofTeams { ask(team, now, &refusal, &scarcest) }
        if own == nil, let rate = limits.eachKey {
            let key = Self.keyScope(principal)
            Self.reserve(
                &keyBuckets[key, default: TokenBucket(rate: rate, now: now)], rate, .key(principal.credential), now,
                &refusal, &scarcest)
            sweep(rate, now: now)
        }
        if let refusal { return .exceeded(refusal) }
        take(own)
        take(ofPrincipal)
        take(ofModel)
        for team in ofTeams { take(team) }
        return .reserved(scarcest ?? Reservation(limit: nil, remaining: nil))
    }

    /// Whose bucket a request takes from where no rule names its key. A key lasts, but tokens and certificates are renewed every few
    /// minutes, and must not bring a full bucket along each time: so all those of a principal have one.
    static func keyScope(_ principal: Principal) -> LimitScope {
        principal.method == .apiKey
            ? .key(principal.credential)
            : .key("\(principal.kind.rawValue) \(principal.name)", tenant: principal.tenant)
    }

    /// Goes on under other limits, at a time in nanoseconds. What was taken stays taken where a limit of the same name remains.
    public mutating func adopt(_ new: RequestLimits, now: UInt64) {
        let oldRate = limits.eachKey
        limits = new
        ruled = ruled.compactMap { old in
            guard let rate = new.rate(for: old.limit) else { return nil }
            var rule = old
            rule.bucket.adopt(rate, replacing: old.rate, now: now)
            rule.rate = rate
            return rule
        }
        places = [:]
        for (place, rule) in ruled.enumerated() { places[rule.limit] = place }
        guard let oldRate, let newRate = new.eachKey else {
            keyBuckets = [:]
            return
        }
        for key in keyBuckets.keys { keyBuckets[key]?.adopt(newRate, replacing: oldRate, now: now) }
    }

    /// Where the bucket of a scope stands; a full one is made where there is none. `nil` where no rule limits it.
    private mutating func place(of scope: LimitScope, _ now: UInt64) -> Int? {
        if let place = places[scope] { return place }
        guard let rate = limits.rate(for: scope) else { return nil }
        places[scope] = ruled.count
        ruled.append(Ruled(limit: scope, rate: rate, bucket: TokenBucket(rate: rate, now: now)))
        return ruled.count - 1
    }

    private mutating func ask(
        _ rule: Int?, _ now: UInt64, _ refusal: inout RateExceeded?, _ scarcest: inout Reservation?
    ) {
        guard let rule else { return }
        ruled[rule].bucket.refill(rate: ruled[rule].rate, now: now)
        Self.weigh(ruled[rule].bucket, ruled[rule].rate, ruled[rule].limit, &refusal, &scarcest)
    }

    private mutating func take(_ rule: Int?) {
        guard let rule else { return }
        ruled[rule].bucket.take()
    }

    private static func weigh(
        _ bucket: TokenBucket, _ rate: MinuteRate, _ limit: @autoclosure () -> LimitScope,
        _ refusal: inout RateExceeded?, _ scarcest: inout Reservation?
    ) {
        guard bucket.hasRoom else {
            let milliseconds = Int((bucket.nanosecondsUntilRoom(rate) + 999_999) / 1_000_000)
            guard milliseconds > refusal?.retryAfterMilliseconds ?? 0 else { return }
            refusal = RateExceeded(limit: limit(), rate: rate, retryAfterMilliseconds: milliseconds)
            return
        }
        let remaining = Int(bucket.level / TokenBucket.cost) - 1
        guard remaining < scarcest?.remaining ?? .max else { return }
        var after = bucket
        after.take()
        scarcest = Reservation(
            limit: rate.perMinute, remaining: remaining,
            fullAfterMilliseconds: Int((after.nanosecondsUntilFull(rate) + 999_999) / 1_000_000))
    }

    /// Asks the last bucket and takes from it at once, in place.
    private static func reserve(
        _ bucket: inout TokenBucket, _ rate: MinuteRate, _ limit: @autoclosure () -> LimitScope, _ now: UInt64,
        _ refusal: inout RateExceeded?, _ scarcest: inout Reservation?
    ) {
        bucket.refill(rate: rate, now: now)
        weigh(bucket, rate, limit(), &refusal, &scarcest)
        if refusal == nil { bucket.take() }
    }

    private mutating func sweep(_ rate: MinuteRate, now: UInt64) {
        guard keyBuckets.count >= sweepAt else { return }
        keyBuckets = keyBuckets.filter { !$0.value.isFull(rate: rate, at: now) }
        // Twice what is left: a sweep costs as much as was added since the last one.
        sweepAt = max(Self.smallestSweep, keyBuckets.count * 2)
    }
}
