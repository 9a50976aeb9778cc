public import Inference

/// What a limit counts, as `limits.yaml` spells it.
public enum LimitMeasure: String, Hashable, Sendable, CaseIterable {
    /// Requests a minute.
    case requestsPerMinute = "requests_per_minute"
    /// Tokens a minute.
    case tokensPerMinute = "tokens_per_minute"
    /// Requests at the same time.
    case concurrent
    /// Money a day.
    case usdPerDay = "usd_per_day"
    /// Money a month.
    case usdPerMonth = "usd_per_month"

    /// Over which calendar it counts; `nil` for what is no money.
    public var period: CalendarPeriod? {
        switch self {
        case .usdPerDay: .day
        case .usdPerMonth: .month
        case .requestsPerMinute, .tokensPerMinute, .concurrent: nil
        }
    }

    /// Whether it outlives the gateway; who is under way does not.
    public var isStored: Bool { self != .concurrent }

    /// A number for each, quicker to hash than a name.
    var place: UInt8 {
        switch self {
        case .requestsPerMinute: 0
        case .tokensPerMinute: 1
        case .concurrent: 2
        case .usdPerDay: 3
        case .usdPerMonth: 4
        }
    }
}

/// One thing that is counted: whose, and what.
public struct LimitAccount: Hashable, Sendable {
    /// Whose.
    public let scope: LimitScope
    /// What.
    public let measure: LimitMeasure

    /// Names an account.
    public init(scope: LimitScope, measure: LimitMeasure) {
        self.scope = scope
        self.measure = measure
    }

    /// By whose it is and what: all accounts of a request are looked up by this.
    public func hash(into hasher: inout Hasher) {
        scope.hash(into: &hasher)
        hasher.combine(measure.place)
    }
}

/// What one limit allows, and how much of it an attempt may take at most.
public struct LimitCharge: Hashable, Sendable {
    /// How much a limit allows.
    public enum Limit: Hashable, Sendable {
        /// So much a minute.
        case rate(MinuteRate)
        /// So many at a time, or so much money (nano-USD) in a period.
        case amount(Int64)
    }

    /// Where it is counted.
    public let account: LimitAccount
    /// What is allowed.
    public let limit: Limit
    /// The most that the attempt may take: requests, tokens, or nano-USD.
    public let amount: Int64

    /// Puts a charge together.
    public init(_ scope: LimitScope, _ measure: LimitMeasure, _ limit: Limit, _ amount: Int64) {
        account = LimitAccount(scope: scope, measure: measure)
        self.limit = limit
        self.amount = amount
    }
}

extension LimitCharge {
    /// The same charge against the limit of one of so many gateways that can't ask each other: its share, rounded down.
    public func share(of gateways: Int) -> LimitCharge {
        let part: Limit
        switch limit {
        case .amount(let amount): part = .amount(amount / Int64(max(1, gateways)))
        case .rate(let rate):
            // A burst of fewer than there are gateways can't be shared out: then nothing passes rather than more than the whole.
            let share = MinuteRate(
                perMinute: rate.perMinute / max(1, gateways), burst: rate.burst / max(1, gateways),
                maximum: MinuteRate.mostTokens)
            part = share.map { .rate($0) } ?? .amount(0)
        }
        return LimitCharge(account.scope, account.measure, part, amount)
    }
}

/// The two clocks by which limits count.
public struct LimitTime: Hashable, Sendable {
    /// Nanoseconds of a monotone clock, for what is counted by the minute.
    public let monotone: UInt64
    /// Seconds since 1970, for days and months.
    public let epochSeconds: Int64

    /// Puts them together.
    public init(monotone: UInt64, epochSeconds: Int64) {
        self.monotone = monotone
        self.epochSeconds = epochSeconds
    }
}

/// What an attempt took in the end.
public enum AttemptUse: Hashable, Sendable {
    /// So many tokens (`nil`: unknown, so the most that it might have been), for so much money (`nil` likewise).
    case actual(tokens: Int?, cost: Money?)
    /// It may have taken something, and nobody knows what: so it took the most.
    case unknown
    /// It never left, or was refused: nothing.
    case nothing

    /// How much of a charge was taken in the end; `nil` where only the most is known.
    public func amount(of charge: LimitCharge) -> Int64? {
        switch (self, charge.account.measure) {
        case (.nothing, .requestsPerMinute): charge.amount
        case (.nothing, _), (_, .concurrent): 0
        case (_, .requestsPerMinute): charge.amount
        case (.unknown, _): nil
        case (.actual(let tokens, _), .tokensPerMinute): tokens.map { Int64(clamping: $0) }
        case (.actual(_, let cost), .usdPerDay), (.actual(_, let cost), .usdPerMonth): cost?.nanoUSD
        }
    }
}
