public import Inference

/// The answer to an attempt that asks for room.
public enum AttemptDecision: Hashable, Sendable {
    /// There was room, and it is taken.
    case reserved(HeldRoom)
    /// A limit has no room; nothing is taken from any.
    case exceeded(LimitExceeded)
}

/// Room that an attempt holds until it is settled.
public struct HeldRoom: Hashable, Sendable {
    /// What was taken, from each limit.
    public let charges: [LimitCharge]
    /// In which day and month.
    public let periods: PeriodNumbers
    /// What is left of the scarcest limit on tokens; `nil` where there is none.
    public let tokens: TokensLeft?

    /// Puts it together.
    public init(charges: [LimitCharge], periods: PeriodNumbers, tokens: TokensLeft? = nil) {
        self.charges = charges
        self.periods = periods
        self.tokens = tokens
    }

    /// What of it is money, as it is kept.
    public var stored: [StoredCharge] {
        charges.compactMap { charge in
            charge.account.measure.period.map {
                StoredCharge(
                    account: charge.account, period: periods.number(of: $0), amount: Money(nanoUSD: charge.amount))
            }
        }
    }
}

/// What is left of a limit on tokens.
public struct TokensLeft: Hashable, Sendable {
    /// What it allows a minute.
    public let limit: Int
    /// What could follow at once.
    public let remaining: Int
    /// When all of it will be there again if nothing comes in between, in milliseconds.
    public let fullAfterMilliseconds: Int

    /// Puts it together.
    public init(limit: Int, remaining: Int, fullAfterMilliseconds: Int) {
        self.limit = limit
        self.remaining = remaining
        self.fullAfterMilliseconds = fullAfterMilliseconds
    }
}

/// The numbers of the day and the month in which a moment lies (`CalendarPeriod.number`).
public struct PeriodNumbers: Hashable, Sendable {
    /// The day's.
    public let day: Int64
    /// The month's.
    public let month: Int64

    /// Of a moment in seconds since 1970.
    public init(at epochSeconds: Int64) {
        day = CalendarPeriod.day.number(at: epochSeconds)
        month = CalendarPeriod.month.number(at: epochSeconds)
    }

    /// Takes the numbers.
    public init(day: Int64, month: Int64) {
        self.day = day
        self.month = month
    }

    /// Whether these are of moments that two clocks may show at once: at most one day and one month apart.
    public func areNear(_ other: PeriodNumbers) -> Bool {
        (other.day - 1...other.day + 1).contains(day) && (other.month - 1...other.month + 1).contains(month)
    }

    /// That of a period.
    public func number(of period: CalendarPeriod) -> Int64 { period == .day ? day : month }
}

/// Why an attempt has no room.
public struct LimitExceeded: Hashable, Sendable, CustomStringConvertible {
    /// The limit without room, and the most that the attempt may take of it; of several limits, the one that takes longest.
    public let charge: LimitCharge
    /// What is left of it.
    public let left: Int64
    /// When it will have room if none comes in between, in milliseconds from now, at least 1; `nil`: never for so large an attempt.
    public let retryAfterMilliseconds: Int?
    /// Whether those under way hold so much that it may have room as soon as they end.
    public let isHeld: Bool

    /// Puts it together.
    public init(charge: LimitCharge, left: Int64, retryAfterMilliseconds: Int? = nil, isHeld: Bool = false) {
        self.charge = charge
        self.left = left
        self.retryAfterMilliseconds = retryAfterMilliseconds.map { max(1, $0) }
        self.isHeld = isHeld
    }

    /// Whether it takes longer than another.
    func isWorse(than other: LimitExceeded) -> Bool {
        (retryAfterMilliseconds ?? .max) > (other.retryAfterMilliseconds ?? .max)
    }

    /// Which limit, and what it allows, such as ``the limit of 25 USD a day is reached for team `support` ``.
    public var description: String {
        let scope = charge.account.scope
        let allowed: String
        switch (charge.limit, charge.account.measure) {
        case (.rate(let rate), .tokensPerMinute): allowed = "\(rate.perMinute) tokens a minute"
        case (.rate(let rate), _): allowed = "\(rate.perMinute) requests a minute"
        case (.amount(let limit), .concurrent): allowed = "\(limit) requests at a time"
        case (.amount(let limit), .usdPerMonth): allowed = "\(Money(nanoUSD: limit).usd) USD a month"
        case (.amount(let limit), _): allowed = "\(Money(nanoUSD: limit).usd) USD a day"
        }
        guard retryAfterMilliseconds == nil else { return "the limit of \(allowed) is reached for \(scope)" }
        let most =
            charge.account.measure.period == nil
            ? "\(charge.amount) tokens" : "\(Money(nanoUSD: charge.amount).usd) USD"
        return "the request may take \(most), more than the limit of \(allowed) for \(scope) ever allows: "
            + "ask for fewer answer tokens"
    }
}

/// What was spent of a limit, as it is kept between two runs: money of a period, or what a bucket by the minute lacks.
public struct StoredAmount: Hashable, Sendable {
    /// Whose, and of which kind.
    public let account: LimitAccount
    /// The number of the period; by the minute, the second since 1970 that `spent` is of.
    public let period: Int64
    /// Spent, with what was reserved; by the minute, so many requests or tokens in the place of nano-USD.
    public let spent: Money
    /// Of that, what was taken for spent because nobody knows better.
    public let assumed: Money

    /// Puts it together.
    public init(account: LimitAccount, period: Int64, spent: Money, assumed: Money) {
        self.account = account
        self.period = period
        self.spent = spent
        self.assumed = assumed
    }
}

/// Money that an attempt reserved, as it is kept until it is settled.
public struct StoredCharge: Hashable, Sendable {
    /// From whose, and of which kind of period.
    public let account: LimitAccount
    /// The number of the period.
    public let period: Int64
    /// How much.
    public let amount: Money

    /// Puts it together.
    public init(account: LimitAccount, period: Int64, amount: Money) {
        self.account = account
        self.period = period
        self.amount = amount
    }
}

/// How one limit stands.
public struct LimitStanding: Hashable, Sendable {
    /// Whom it binds.
    public let scope: LimitScope
    /// What it counts.
    public let measure: LimitMeasure
    /// What it allows: requests or tokens a minute, requests at a time, or nano-USD in the period.
    public let limit: Int64
    /// What is spent of it, with what is reserved: nano-USD; `nil` for what is no money.
    public var spent: Int64?
    /// What is left.
    public let left: Int64
    /// What requests under way hold.
    public let open: Int64
    /// Of `spent`, what was taken for spent because nobody knows better.
    public let assumed: Int64
    /// The day or month; `nil` for what is no money.
    public let period: String?

    /// Puts it together.
    public init(
        scope: LimitScope, measure: LimitMeasure, limit: Int64, spent: Int64? = nil, left: Int64, open: Int64,
        assumed: Int64, period: String?
    ) {
        self.scope = scope
        self.measure = measure
        self.limit = limit
        self.spent = spent
        self.left = left
        self.open = open
        self.assumed = assumed
        self.period = period
    }
}
