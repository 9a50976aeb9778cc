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
        /// Of money: the number of the period that `spent` is of. By the minute: the second since 1970 that the bucket is of.
        var period: Int64 = 0
        /// Of money: spent in this period, with what is reserved. By the minute: what an earlier bucket lacked, until there is a new one.
        /// Elsewhere: how many are under way.
        var spent: Int64 = 0
        /// Of `spent`, or of what was taken from the bucket: what those under way hold.
        var open: Int64 = 0
        /// Of money: of `spent`, what was taken for spent because nobody knows better.
        var assumed: Int64 = 0
    }

    private struct Entry: Sendable {
        let name: LimitAccount
        var account = Account()
        /// Whether its place is in `changed`.
        var isChanged = false
    }

    /// All accounts, and where each stands: a name is looked up once for each reservation and once for its end.
    private var entries: [Entry] = []
    private var places: [LimitAccount: Int] = [:]
    private var changed: [Int] = []
    private var sweepAt = Self.smallestSweep

    private static let smallestSweep = 4_096

    /// Starts with what was spent before.
    public init(stored: [StoredAmount] = []) {
        for amount in stored {
            entries[place(of: amount.account)].account = Account(
                period: max(0, amount.period), spent: amount.spent.nanoUSD, assumed: amount.assumed.nanoUSD)
        }
    }

    // MARK: - Reserve and settle

    /// Takes the most that an attempt may take, from all limits or from none.
    public mutating func reserve(_ charges: [LimitCharge], now: LimitTime) -> AttemptDecision {
        let moment = PeriodNumbers(at: now.epochSeconds)
        var refusal: LimitExceeded?
        let places = charges.map { place(of: $0.account) }
        for (charge, place) in zip(charges, places) {
            guard let found = entries[place].account.ask(charge, moment, now) else { continue }
            if refusal.map({ found.isWorse(than: $0) }) ?? true { refusal = found }
        }
        if let refusal { return .exceeded(refusal) }
        var tokens: TokensLeft?
        for (charge, place) in zip(charges, places) {
            take(charge, place)
            guard case .rate(let rate) = charge.limit, charge.account.measure == .tokensPerMinute,
                let left = entries[place].account.left(rate), left.remaining < tokens?.remaining ?? .max
            else { continue }
            tokens = left
        }
        sweep(moment, now)
        return .reserved(HeldRoom(charges: charges, periods: moment, tokens: tokens))
    }

    /// Takes it though there may be no room: it is spent elsewhere already.
    public mutating func force(_ held: HeldRoom, now: LimitTime) {
        for charge in held.charges {
            let place = place(of: charge.account)
            // Brings the account to the moment.
            _ = entries[place].account.ask(charge, held.periods, now)
            take(charge, place)
        }
    }

    /// Gives back what an attempt did not take in the end. Once for each reservation.
    public mutating func settle(_ held: HeldRoom, _ use: AttemptUse, now: LimitTime) {
        for charge in held.charges {
            guard let place = places[charge.account] else { continue }
            let isKept = entries[place].account.settle(charge, use.amount(of: charge), held.periods, now)
            if isKept { noteChange(place) }
        }
    }

    /// What an attempt of a gateway that is no more took in the end: its most is in the amounts that this book started with.
    public mutating func settleStored(_ charges: [StoredCharge], _ use: AttemptUse) {
        for charge in charges {
            guard let place = places[charge.account], entries[place].account.period == charge.period else { continue }
            let whole = LimitCharge(
                charge.account.scope, charge.account.measure, .amount(0), charge.amount.nanoUSD)
            if let actual = use.amount(of: whole) {
                entries[place].account.spent.saturatingAdd(actual - charge.amount.nanoUSD)
            } else {
                entries[place].account.assumed.saturatingAdd(charge.amount.nanoUSD)
            }
            noteChange(place)
        }
    }

    // MARK: - What is to be kept

    /// The amounts of money, and the buckets by the minute, that changed since this was last asked.
    public mutating func takeChanges() -> [StoredAmount] {
        guard !changed.isEmpty else { return [] }
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.map { place in
            entries[place].isChanged = false
            let account = entries[place].account
            if let rate = account.rate, let bucket = account.bucket {
                return StoredAmount(
                    account: entries[place].name, period: account.period,
                    spent: Money(nanoUSD: bucket.missingUnits(rate)), assumed: Money(nanoUSD: 0))
            }
            return StoredAmount(
                account: entries[place].name, period: account.period, spent: Money(nanoUSD: account.spent),
                assumed: Money(nanoUSD: account.assumed))
        }
    }

    /// What each account holds at a moment, in the order of their names: those that are kept, each rule's in no tenant, and each rule's in
    /// these tenants.
    public func standing(_ limits: AttemptLimits, tenants: [String] = [], now: LimitTime) -> [LimitStanding] {
        let moment = PeriodNumbers(at: now.epochSeconds)
        var scopes: Set<LimitScope> = Set(entries.map(\.name.scope))
        scopes.formUnion(limits.scopes(tenants: tenants))
        var standing: [LimitStanding] = []
        for scope in scopes.sorted() {
            guard let rule = limits.rule(for: scope) else { continue }
            for measure in LimitMeasure.allCases {
                guard let limit = rule.limit(of: measure) else { continue }
                let place = places[LimitAccount(scope: scope, measure: measure)]
                let account = place.map { entries[$0].account } ?? Account()
                standing.append(account.standing(scope, measure, limit, moment, now))
            }
        }
        return standing
    }

    /// How many accounts are kept.
    var keptAccounts: Int { entries.count }

    // MARK: - Accounts

    /// Where an account stands; a new one is made where there is none.
    private mutating func place(of name: LimitAccount) -> Int {
        if let place = places[name] { return place }
        places[name] = entries.count
        entries.append(Entry(name: name, account: inheritance(of: name)))
        return entries.count - 1
    }

    /// What a tenant's account begins with: nothing, or what was spent while all tenants' were one, as in files from before they were told
    /// apart. Nobody knows whose that was, so it counts against each of them, until the period ends.
    private func inheritance(of name: LimitAccount) -> Account {
        guard name.scope.tenant != nil, name.measure.isStored,
            let shared = places[LimitAccount(scope: name.scope.withoutTenant, measure: name.measure)]
        else { return Account() }
        var account = entries[shared].account
        if name.measure.period != nil { account.assumed.saturatingAdd(account.open) }
        account.open = 0
        return account
    }

    private mutating func take(_ charge: LimitCharge, _ place: Int) {
        entries[place].account.take(charge)
        if charge.account.measure.isStored { noteChange(place) }
    }

    private mutating func noteChange(_ place: Int) {
        guard !entries[place].isChanged else { return }
        entries[place].isChanged = true
        changed.append(place)
    }

    /// Drops accounts that say no more than new ones would.
    private mutating func sweep(_ moment: PeriodNumbers, _ now: LimitTime) {
        guard entries.count >= sweepAt else { return }
        entries.removeAll { entry in
            let account = entry.account
            if let period = entry.name.measure.period { return account.period < moment.number(of: period) }
            guard let rate = account.rate, let bucket = account.bucket else { return account.spent <= 0 }
            return account.open <= 0 && bucket.isFull(rate: rate, at: now.monotone)
        }
        places.removeAll(keepingCapacity: true)
        for (place, entry) in entries.enumerated() { places[entry.name] = place }
        changed = entries.indices.filter { entries[$0].isChanged }
        sweepAt = max(Self.smallestSweep, entries.count * 2)
    }
}

extension LimitBook.Account {
    /// Why it has no room for a charge; `nil` where it has. Brings the account to the moment.
    fileprivate mutating func ask(
        _ charge: LimitCharge, _ moment: PeriodNumbers, _ now: LimitTime
    ) -> LimitExceeded? {
        switch charge.limit {
        case .rate(let rate):
            adopt(rate, now)
            guard let bucket, !bucket.hasRoom(for: charge.amount) else { return nil }
            guard charge.amount <= Int64(rate.burst) else {
                return LimitExceeded(charge: charge, left: bucket.units)
            }
            let wait = bucket.nanosecondsUntilRoom(rate, for: charge.amount)
            return LimitExceeded(
                charge: charge, left: bucket.units, retryAfterMilliseconds: Int((wait + 999_999) / 1_000_000),
                isHeld: bucket.units + open >= charge.amount)
        case .amount(let limit):
            guard let calendar = charge.account.measure.period else {
                guard spent + charge.amount > limit else { return nil }
                guard charge.amount <= limit else { return LimitExceeded(charge: charge, left: 0) }
                return LimitExceeded(
                    charge: charge, left: max(0, limit - spent), retryAfterMilliseconds: 1_000, isHeld: true)
            }
            let number = moment.number(of: calendar)
            // A clock that is put back by a little must not begin an old period anew.
            if number > period {
                period = number
                spent = 0
                open = 0
                assumed = 0
            }
            let left = limit - min(limit, spent)
            guard charge.amount > left else { return nil }
            guard charge.amount <= limit else { return LimitExceeded(charge: charge, left: left) }
            let isHeld = charge.amount <= limit - min(limit, spent - open)
            let wait = isHeld ? 1 : max(1, calendar.end(of: period) - now.epochSeconds)
            return LimitExceeded(
                charge: charge, left: left, retryAfterMilliseconds: Int(wait) * 1_000, isHeld: isHeld)
        }
    }

    fileprivate mutating func take(_ charge: LimitCharge) {
        switch charge.limit {
        case .rate(let rate):
            bucket?.take(charge.amount, rate: rate)
            open.saturatingAdd(charge.amount)
        case .amount:
            spent.saturatingAdd(charge.amount)
            if charge.account.measure.period != nil { open.saturatingAdd(charge.amount) }
        }
    }

    /// Gives back what was not taken in the end; `actual` is `nil` where nobody knows. True where that is to be kept.
    fileprivate mutating func settle(
        _ charge: LimitCharge, _ actual: Int64?, _ periods: PeriodNumbers, _ now: LimitTime
    ) -> Bool {
        switch charge.limit {
        case .rate(let rate):
            refill(now)
            open = max(0, open - charge.amount)
            let taken = actual ?? charge.amount
            if taken < charge.amount {
                bucket?.give(charge.amount - taken, rate: rate)
            } else if taken > charge.amount {
                bucket?.take(taken - charge.amount, rate: rate)
            }
            return true
        case .amount:
            guard let calendar = charge.account.measure.period else {
                spent = max(0, spent - charge.amount)
                return false
            }
            // What began in a period belongs to it, whenever it ends.
            guard period == periods.number(of: calendar) else { return false }
            open = max(0, open - charge.amount)
            if let actual {
                spent.saturatingAdd(actual - charge.amount)
            } else {
                assumed.saturatingAdd(charge.amount)
            }
            return true
        }
    }

    /// Goes on under this rate.
    fileprivate mutating func adopt(_ new: MinuteRate, _ now: LimitTime) {
        guard let rate, var bucket else {
            var fresh = TokenBucket(rate: new, now: now.monotone)
            // What an earlier run's bucket lacked, less what has come since; the moment may be any of its second.
            let elapsed = min(max(0, now.epochSeconds - period - 1), Self.longest)
            fresh.take(max(0, spent - elapsed * Int64(new.perMinute) / 60), rate: new)
            (bucket, rate, period, spent) = (fresh, new, now.epochSeconds, 0)
            return
        }
        if rate == new {
            bucket.refill(rate: new, now: now.monotone)
        } else {
            bucket.adopt(new, replacing: rate, now: now.monotone)
            self.rate = new
        }
        self.bucket = bucket
        period = now.epochSeconds
    }

    /// Forty days in seconds: no bucket is looked back at for longer.
    private static let longest: Int64 = 3_456_000

    fileprivate mutating func refill(_ now: LimitTime) {
        guard let rate else { return }
        bucket?.refill(rate: rate, now: now.monotone)
        period = now.epochSeconds
    }

    /// What is left of a limit by the minute.
    fileprivate func left(_ rate: MinuteRate) -> TokensLeft? {
        bucket.map {
            TokensLeft(
                limit: rate.perMinute, remaining: Int(max(0, $0.units)),
                fullAfterMilliseconds: Int(clamping: $0.nanosecondsUntilFull(rate) / 1_000_000 + 1))
        }
    }

    fileprivate func standing(
        _ scope: LimitScope, _ measure: LimitMeasure, _ limit: LimitCharge.Limit, _ moment: PeriodNumbers,
        _ now: LimitTime
    ) -> LimitStanding {
        switch limit {
        case .rate(let rate):
            var current = self
            current.adopt(rate, now)
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
    fileprivate mutating func saturatingAdd(_ other: Int64) {
        let (sum, over) = addingReportingOverflow(other)
        self = over ? (other < 0 ? .min : .max) : sum
    }
}
