import Inference

/// Counts what attempts take from limits: the most they may before they leave, and what they took in the end after.
///
/// A value without locks or clock: its owner serialises calls. Nothing is ever promised twice: what is reserved and what is spent together
/// never pass a limit, unless an attempt takes more than its most.
public struct LimitBook: Sendable {
    fileprivate struct Account: Sendable {
        /// Of limits by the minute.
        var bucket: TokenBucket?
        var rate: MinuteRate?
        /// Of money: the number of the period that `spent` is of.
        var period: Int64 = 0
        /// Of money: spent in this period, with what is reserved; elsewhere how many are under way.
        var spent: Int64 = 0
        /// Of `spent`, or of what was taken from the bucket: what those under way hold.
        var open: Int64 = 0
        /// Of money: of `spent`, what was taken for spent because nobody knows better.
        var assumed: Int64 = 0
    }

    private var accounts: [LimitAccount: Account] = [:]
    private var changed: Set<LimitAccount> = []
    private var sweepAt = Self.smallestSweep

    private static let smallestSweep = 4_096

    /// Starts with what was spent before.
    public init(stored: [StoredAmount] = []) {
        for amount in stored {
            accounts[amount.account] = Account(
                period: amount.period, spent: amount.spent.nanoUSD, assumed: amount.assumed.nanoUSD)
        }
    }

    // MARK: - Reserve and settle

    /// Takes the most that an attempt may take, from all limits or from none.
    public mutating func reserve(_ charges: [LimitCharge], now: LimitTime) -> AttemptDecision {
        let moment = PeriodNumbers(at: now.epochSeconds)
        var refusal: LimitExceeded?
        for charge in charges {
            guard let found = ask(charge, moment, now) else { continue }
            if refusal.map({ found.isWorse(than: $0) }) ?? true { refusal = found }
        }
        if let refusal { return .exceeded(refusal) }
        let held = HeldRoom(charges: charges, periods: moment)
        take(held, now)
        sweep(moment, now)
        return .reserved(held)
    }

    /// Takes it though there may be no room: it is spent elsewhere already.
    public mutating func force(_ held: HeldRoom, now: LimitTime) {
        // Brings each account to the moment.
        for charge in held.charges { _ = ask(charge, held.periods, now) }
        take(held, now)
    }

    /// Gives back what an attempt did not take in the end. Once for each reservation.
    public mutating func settle(_ held: HeldRoom, _ use: AttemptUse, now: LimitTime) {
        for charge in held.charges {
            guard var account = accounts[charge.account] else { continue }
            let actual = use.amount(of: charge)
            switch charge.limit {
            case .rate(let rate):
                account.refill(now.monotone)
                account.open = max(0, account.open - charge.amount)
                let taken = actual ?? charge.amount
                if taken < charge.amount {
                    account.bucket?.give(charge.amount - taken, rate: rate)
                } else if taken > charge.amount {
                    account.bucket?.take(taken - charge.amount, rate: rate)
                }
            case .amount:
                guard let period = charge.account.measure.period else {
                    account.spent = max(0, account.spent - charge.amount)
                    break
                }
                // What began in a period belongs to it, whenever it ends.
                guard account.period == held.periods.number(of: period) else { continue }
                account.open = max(0, account.open - charge.amount)
                if let actual {
                    account.spent = account.spent.saturatingAdd(actual - charge.amount)
                } else {
                    account.assumed = account.assumed.saturatingAdd(charge.amount)
                }
                changed.insert(charge.account)
            }
            accounts[charge.account] = account
        }
    }

    /// What an attempt of a gateway that is no more took in the end: its most is in the amounts that this book started with.
    public mutating func settleStored(_ charges: [StoredCharge], _ use: AttemptUse) {
        for charge in charges {
            guard var account = accounts[charge.account], account.period == charge.period else { continue }
            let whole = LimitCharge(
                charge.account.scope, charge.account.measure, .amount(0), charge.amount.nanoUSD)
            if let actual = use.amount(of: whole) {
                account.spent = account.spent.saturatingAdd(actual - charge.amount.nanoUSD)
            } else {
                account.assumed = account.assumed.saturatingAdd(charge.amount.nanoUSD)
            }
            accounts[charge.account] = account
            changed.insert(charge.account)
        }
    }

    // MARK: - What is to be kept

    /// The amounts of money that changed since this was last asked.
    public mutating func takeChanges() -> [StoredAmount] {
        guard !changed.isEmpty else { return [] }
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.compactMap { account in
            accounts[account].map {
                StoredAmount(
                    account: account, period: $0.period, spent: Money(nanoUSD: $0.spent),
                    assumed: Money(nanoUSD: $0.assumed))
            }
        }
    }

    /// What each account holds at a moment, in the order of their names.
    public func standing(_ limits: AttemptLimits, now: LimitTime) -> [LimitStanding] {
        let moment = PeriodNumbers(at: now.epochSeconds)
        var scopes: Set<LimitScope> = Set(accounts.keys.map(\.scope))
        scopes.formUnion(limits.keys.keys.map(LimitScope.key))
        scopes.formUnion(limits.principals.keys.map(LimitScope.principal))
        scopes.formUnion(limits.teams.keys.map(LimitScope.team))
        scopes.formUnion(limits.models.keys.map(LimitScope.model))
        scopes.formUnion(limits.providers.keys.map(LimitScope.provider))
        var standing: [LimitStanding] = []
        for scope in scopes.sorted(by: { ($0.kind, $0.name) < ($1.kind, $1.name) }) {
            guard let rule = limits.rule(for: scope) else { continue }
            for measure in LimitMeasure.allCases {
                guard let limit = rule.limit(of: measure) else { continue }
                let account = accounts[LimitAccount(scope: scope, measure: measure)] ?? Account()
                standing.append(account.standing(scope, measure, limit, moment, now))
            }
        }
        return standing
    }

    /// How many accounts are kept.
    var keptAccounts: Int { accounts.count }

    // MARK: - One account

    private mutating func ask(_ charge: LimitCharge, _ moment: PeriodNumbers, _ now: LimitTime) -> LimitExceeded? {
        var account = accounts[charge.account] ?? Account()
        defer { accounts[charge.account] = account }
        switch charge.limit {
        case .rate(let rate):
            account.adopt(rate, now.monotone)
            guard let bucket = account.bucket, !bucket.hasRoom(for: charge.amount) else { return nil }
            guard charge.amount <= Int64(rate.burst) else {
                return LimitExceeded(charge: charge, left: bucket.units)
            }
            let wait = bucket.nanosecondsUntilRoom(rate, for: charge.amount)
            return LimitExceeded(
                charge: charge, left: bucket.units, retryAfterMilliseconds: Int((wait + 999_999) / 1_000_000),
                isHeld: bucket.units + account.open >= charge.amount)
        case .amount(let limit):
            guard let period = charge.account.measure.period else {
                guard account.spent + charge.amount > limit else { return nil }
                guard charge.amount <= limit else { return LimitExceeded(charge: charge, left: 0) }
                return LimitExceeded(
                    charge: charge, left: max(0, limit - account.spent), retryAfterMilliseconds: 1_000, isHeld: true)
            }
            let number = moment.number(of: period)
            // A clock that is put back by a little must not begin an old period anew.
            if number > account.period {
                account.period = number
                account.spent = 0
                account.open = 0
                account.assumed = 0
            }
            let left = limit - min(limit, account.spent)
            guard charge.amount > left else { return nil }
            guard charge.amount <= limit else { return LimitExceeded(charge: charge, left: left) }
            let isHeld = charge.amount <= limit - min(limit, account.spent - account.open)
            let wait = isHeld ? 1 : max(1, period.end(of: account.period) - now.epochSeconds)
            return LimitExceeded(
                charge: charge, left: left, retryAfterMilliseconds: Int(wait) * 1_000, isHeld: isHeld)
        }
    }

    private mutating func take(_ held: HeldRoom, _ now: LimitTime) {
        for charge in held.charges {
            guard var account = accounts[charge.account] else { continue }
            switch charge.limit {
            case .rate(let rate):
                account.bucket?.take(charge.amount, rate: rate)
                account.open = account.open.saturatingAdd(charge.amount)
            case .amount:
                account.spent = account.spent.saturatingAdd(charge.amount)
                guard charge.account.measure.period != nil else { break }
                account.open = account.open.saturatingAdd(charge.amount)
                changed.insert(charge.account)
            }
            accounts[charge.account] = account
        }
    }

    /// Drops accounts that say no more than new ones would.
    private mutating func sweep(_ moment: PeriodNumbers, _ now: LimitTime) {
        guard accounts.count >= sweepAt else { return }
        accounts = accounts.filter { name, account in
            if let period = name.measure.period { return account.period >= moment.number(of: period) }
            guard let rate = account.rate, let bucket = account.bucket else { return account.spent > 0 }
            return account.open > 0 || !bucket.isFull(rate: rate, at: now.monotone)
        }
        sweepAt = max(Self.smallestSweep, accounts.count * 2)
    }
}

extension LimitBook.Account {
    /// Goes on under this rate, at a time in nanoseconds.
    fileprivate mutating func adopt(_ new: MinuteRate, _ now: UInt64) {
        guard let rate, var bucket else {
            bucket = TokenBucket(rate: new, now: now)
            rate = new
            return
        }
        if rate == new {
            bucket.refill(rate: new, now: now)
        } else {
            bucket.adopt(new, replacing: rate, now: now)
            self.rate = new
        }
        self.bucket = bucket
    }

    fileprivate mutating func refill(_ now: UInt64) {
        guard let rate else { return }
        bucket?.refill(rate: rate, now: now)
    }

    fileprivate func standing(
        _ scope: LimitScope, _ measure: LimitMeasure, _ limit: LimitCharge.Limit, _ moment: PeriodNumbers,
        _ now: LimitTime
    ) -> LimitStanding {
        switch limit {
        case .rate(let rate):
            var current = self
            current.adopt(rate, now.monotone)
            return LimitStanding(
                scope: scope, measure: measure, limit: Int64(rate.perMinute),
                left: max(0, current.bucket?.units ?? 0), open: open, assumed: 0, period: nil)
        case .amount(let limit):
            guard let period = measure.period else {
                return LimitStanding(
                    scope: scope, measure: measure, limit: limit, left: max(0, limit - spent), open: spent, assumed: 0,
                    period: nil)
            }
            let number = max(self.period, moment.number(of: period))
            let isOver = number > self.period
            let spent = isOver ? 0 : self.spent
            return LimitStanding(
                scope: scope, measure: measure, limit: limit, spent: spent, left: limit - min(limit, spent),
                open: isOver ? 0 : open, assumed: isOver ? 0 : assumed, period: period.text(number))
        }
    }
}

extension AttemptRule {
    /// What this rule allows of a measure; `nil` where it does not limit it.
    public func limit(of measure: LimitMeasure) -> LimitCharge.Limit? {
        switch measure {
        case .requestsPerMinute: requests.map { .rate($0) }
        case .tokensPerMinute: tokens.map { .rate($0) }
        case .concurrent: concurrent.map { .amount(Int64($0)) }
        case .usdPerDay: perDay.map { .amount($0.nanoUSD) }
        case .usdPerMonth: perMonth.map { .amount($0.nanoUSD) }
        }
    }
}

extension Int64 {
    fileprivate func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, over) = addingReportingOverflow(other)
        return over ? (other < 0 ? .min : .max) : sum
    }
}
