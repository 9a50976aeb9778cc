public import Inference

/// What attempts may take: one entry of `policies/limits.yaml`, but for the requests a minute of callers and models, which are counted
/// once for a request (`RequestLimits`).
public struct AttemptRule: Hashable, Sendable {
    /// The most money that a limit may name: nine million dollars, so that nano-USD are exact wherever they are counted, in the doubles of
    /// a Redis script too.
    public static let mostMoney = Money(nanoUSD: 9_000_000_000_000_000)

    /// Attempts a minute; for providers only.
    public var requests: MinuteRate?
    /// Tokens a minute, of prompts and answers together.
    public var tokens: MinuteRate?
    /// Attempts at the same time.
    public var concurrent: Int?
    /// Money a calendar day (UTC).
    public var perDay: Money?
    /// Money a calendar month (UTC).
    public var perMonth: Money?
    /// How long an attempt may wait for room that others hold; `nil`: it is refused at once.
    public var queue: QueueRule?
    /// Whether each tenant has as much for itself; for models and providers, which are everybody's otherwise.
    public var isPerTenant: Bool

    /// Puts a rule together; without anything it limits nothing.
    public init(
        requests: MinuteRate? = nil, tokens: MinuteRate? = nil, concurrent: Int? = nil, perDay: Money? = nil,
        perMonth: Money? = nil, queue: QueueRule? = nil, isPerTenant: Bool = false
    ) {
        self.requests = requests
        self.tokens = tokens
        self.concurrent = concurrent
        self.perDay = perDay
        self.perMonth = perMonth
        self.queue = queue
        self.isPerTenant = isPerTenant
    }

    /// Whether it limits nothing.
    public var isEmpty: Bool {
        requests == nil && tokens == nil && concurrent == nil && perDay == nil && perMonth == nil
    }
}

/// How attempts wait for room that others hold.
public struct QueueRule: Hashable, Sendable {
    /// How long one waits at most, in milliseconds.
    public let milliseconds: Int
    /// How many may wait.
    public let length: Int

    /// Puts it together.
    public init(milliseconds: Int, length: Int) {
        self.milliseconds = milliseconds
        self.length = length
    }
}

/// The rules for attempts of `policies/limits.yaml`. All that apply to an attempt must have room for it.
public struct AttemptLimits: Hashable, Sendable {
    /// For each key that has no rule of its own.
    public var eachKey: AttemptRule?
    /// For single keys, by the key's public name; instead of `eachKey`.
    public var keys: [String: AttemptRule]
    /// For a principal with all its keys, by its name; one in each tenant that has the name.
    public var principals: [String: AttemptRule]
    /// For a team's members together; one in each tenant whose members it has.
    public var teams: [String: AttemptRule]
    /// For all callers of a model together, by its alias.
    public var models: [String: AttemptRule]
    /// For all attempts at a provider.
    public var providers: [String: AttemptRule]
    /// For what rollouts ask of their own accord. They stand in `policies/rollouts.yaml`, and bind no caller's attempts.
    public var rollouts: [String: AttemptRule] = [:]

    /// Puts the rules together.
    public init(
        eachKey: AttemptRule? = nil, keys: [String: AttemptRule] = [:], principals: [String: AttemptRule] = [:],
        teams: [String: AttemptRule] = [:], models: [String: AttemptRule] = [:], providers: [String: AttemptRule] = [:]
    ) {
        self.eachKey = eachKey
        self.keys = keys
        self.principals = principals
        self.teams = teams
        self.models = models
        self.providers = providers
    }

    /// Whether nothing is limited.
    public var isEmpty: Bool {
        eachKey == nil && keys.isEmpty && principals.isEmpty && teams.isEmpty && models.isEmpty && providers.isEmpty
    }

    /// The rule of a scope; `nil` where nothing limits it.
    public func rule(for scope: LimitScope) -> AttemptRule? {
        switch scope.kind {
        case .key: keys[scope.name] ?? eachKey
        case .principal: principals[scope.name]
        case .team: teams[scope.name]
        case .model: models[scope.name].flatMap { scope.tenant == nil || $0.isPerTenant ? $0 : nil }
        case .provider: providers[scope.name].flatMap { scope.tenant == nil || $0.isPerTenant ? $0 : nil }
        case .rollout: rollouts[scope.name]
        }
    }

    /// What an attempt has to reserve: each limit that applies to it, with the most that it may take.
    ///
    /// - Parameters:
    ///   - principal: Who asks.
    ///   - model: The alias.
    ///   - provider: Who is asked.
    ///   - worst: The most it may take.
    /// - Throws: `UnboundedAttempt` where a limit applies to something of which nobody knows how much it may become.
    public func charges(
        for principal: Principal, model: ModelID, provider: ProviderID, worst: WorstCase
    ) throws(UnboundedAttempt) -> [LimitCharge] {
        var charges: [LimitCharge] = []
        charges.reserveCapacity(16)
        if let rule = keys[principal.credential] {
            try add(rule, .key(principal.credential), worst, &charges)
        } else if let rule = eachKey {
            try add(rule, RequestRateLimiter.keyScope(principal), worst, &charges)
        }
        if let rule = principals[principal.name] {
            try add(rule, .principal(principal.name, tenant: principal.tenant), worst, &charges)
        }
        if !teams.isEmpty {
            for (index, team) in principal.teams.enumerated() {
                // Who is in a team twice takes from it once.
                guard let rule = teams[team], !principal.teams[..<index].contains(team) else { continue }
                try add(rule, .team(team, tenant: principal.tenant), worst, &charges)
            }
        }
        if let rule = models[model.rawValue] {
            let tenant = rule.isPerTenant ? principal.tenant : nil
            try add(rule, .model(model.rawValue, tenant: tenant), worst, &charges)
        }
        if let rule = providers[provider.rawValue] {
            let tenant = rule.isPerTenant ? principal.tenant : nil
            try add(rule, .provider(provider.rawValue, tenant: tenant), worst, &charges)
        }
        return charges
    }

    private func add(
        _ rule: AttemptRule, _ scope: LimitScope, _ worst: WorstCase, _ charges: inout [LimitCharge]
    ) throws(UnboundedAttempt) {
        if let rate = rule.requests {
            charges.append(LimitCharge(scope, .requestsPerMinute, .rate(rate), 1))
        }
        if let rate = rule.tokens {
            guard let tokens = worst.tokens else {
                throw UnboundedAttempt(scope: scope, measure: .tokensPerMinute, missing: worst.missing)
            }
            charges.append(LimitCharge(scope, .tokensPerMinute, .rate(rate), Int64(clamping: tokens)))
        }
        if let limit = rule.concurrent {
            charges.append(LimitCharge(scope, .concurrent, .amount(Int64(clamping: limit)), 1))
        }
        if let limit = rule.perDay { charges.append(try Self.charge(scope, .usdPerDay, limit, worst)) }
        if let limit = rule.perMonth { charges.append(try Self.charge(scope, .usdPerMonth, limit, worst)) }
    }

    private static func charge(
        _ scope: LimitScope, _ measure: LimitMeasure, _ limit: Money, _ worst: WorstCase
    ) throws(UnboundedAttempt) -> LimitCharge {
        guard let cost = worst.cost, cost.nanoUSD < .max else {
            throw UnboundedAttempt(scope: scope, measure: measure, missing: worst.missing)
        }
        return LimitCharge(scope, measure, .amount(limit.nanoUSD), cost.nanoUSD)
    }
}

/// The most that an attempt may take.
public struct WorstCase: Hashable, Sendable {
    /// Tokens of prompt and answer together; `nil`: nobody knows.
    public let tokens: Int?
    /// Money; `nil`: nobody knows.
    public let cost: Money?
    /// What would have to be known, in words for the operator; empty where all is.
    public let missing: [String]

    /// Puts it together.
    public init(tokens: Int?, cost: Money?, missing: [String] = []) {
        self.tokens = tokens
        self.cost = cost
        self.missing = missing
    }
}

/// Why an attempt under a limit is refused: nobody knows how much it may take.
public struct UnboundedAttempt: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whom the limit binds.
    public let scope: LimitScope
    /// What it counts.
    public let measure: LimitMeasure
    /// What would have to be known.
    public let missing: [String]

    /// In words, such as ``under the limit `usd_per_day` of team `support` a request must have a bound: …``.
    public var description: String {
        "under the limit `\(measure.rawValue)` of \(scope) a request must have a bound: "
            + (missing.isEmpty ? "its cost is not known" : missing.joined(separator: "; "))
    }
}
