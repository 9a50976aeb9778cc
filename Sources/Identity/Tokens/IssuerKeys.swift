private import Synchronization

/// The keys of one issuer and how old they are, shared by all who verify its tokens: from one configuration to the next, too.
///
/// Keys from a file are good until they are replaced. Keys from the network are fetched by someone else, whom this tells when:
///
/// | keys are | a token whose key is here | a token whose key is not |
/// |---|---|---|
/// | fresh | is verified | waits for a fetch, at most one in `refetchSeconds` |
/// | past nine tenths of their lifetime | is verified, and they are fetched in the background | the same |
/// | past their lifetime, since the issuer can't be reached | is verified, for `staleSeconds` | the same |
/// | past that, or never fetched | waits for a fetch, as on the right; then is refused | the same |
///
/// Times are seconds since 1970, told by the caller.
public final class IssuerKeys: Sendable {
    /// How often keys are fetched, and for how long they serve.
    public struct Schedule: Hashable, Sendable {
        /// The least time between two fetches, in seconds: so often, at most, strangers can make us ask.
        public var refetchSeconds: Int64 = 30
        /// The lifetime of keys whose issuer names none.
        public var lifetimeSeconds: Int64 = 3_600
        /// For how long keys serve past their lifetime while their issuer can't be reached.
        public var staleSeconds: Int64 = 86_400

        /// The bounds of what an issuer may say, in seconds: 5 minutes to a day.
        static let lifetimes: ClosedRange<Int64> = 300...86_400

        /// The defaults.
        public init() {}
    }

    fileprivate struct State {
        var set: JSONWebKeySet?
        /// Changes with the set.
        var version: UInt64 = 0
        /// When a fetch in the background is due.
        var refreshAt: Int64 = .min
        /// When the keys serve no longer.
        var usableUntil: Int64 = .min
        var lastAttempt: Int64?
        var isFetching = false
    }

    /// The issuer, as in `iss`.
    public let issuer: String
    private let schedule: Schedule?
    private let state: Mutex<State>

    /// Keys that come from the network; there are none yet.
    public init(issuer: String, schedule: Schedule = Schedule()) {
        self.issuer = issuer
        self.schedule = schedule
        state = Mutex(State())
    }

    /// Keys that are known already, from a file.
    public init(issuer: String, fixed set: JSONWebKeySet) {
        self.issuer = issuer
        schedule = nil
        state = Mutex(State(set: set, version: 1, refreshAt: .max, usableUntil: .max))
    }

    /// Puts keys from a file in the place of others; `false` where they are the same.
    @discardableResult
    public func replace(_ set: JSONWebKeySet) -> Bool {
        state.withLock { $0.take(set) }
    }

    /// How many keys there are, usable or not.
    public var count: Int { state.withLock { $0.set?.count ?? 0 } }

    /// Whether a fetch in the background is due.
    public func isDue(now: Int64) -> Bool {
        state.withLock { now >= $0.refreshAt && $0.mayAttempt(schedule, now) }
    }

    /// Whether a request may wait for other keys: a fetch is under way, or one may begin.
    public func mayWait(now: Int64) -> Bool {
        state.withLock { $0.isFetching || $0.mayAttempt(schedule, now) }
    }

    /// Leave to fetch; `false` where a fetch is under way or the last one was just now. Report its end by `fetched` or `failed`.
    public func beginFetch(now: Int64) -> Bool {
        state.withLock { state in
            guard state.mayAttempt(schedule, now) else { return false }
            state.isFetching = true
            state.lastAttempt = now
            return true
        }
    }

    /// Takes what was fetched.
    ///
    /// - Parameter maximumAge: how long the issuer says that it may be kept, in seconds; `nil`: it does not say.
    /// - Returns: Whether the keys are others than before.
    @discardableResult
    public func fetched(_ set: JSONWebKeySet, maximumAge: Int64?, now: Int64) -> Bool {
        guard let schedule else { return false }
        let lifetime = min(
            max(maximumAge ?? schedule.lifetimeSeconds, Schedule.lifetimes.lowerBound), Schedule.lifetimes.upperBound)
        return state.withLock { state in
            state.ended(now)
            state.refreshAt = now + lifetime / 10 * 9
            state.usableUntil = now + lifetime + schedule.staleSeconds
            return state.take(set)
        }
    }

    /// Takes note that a fetch failed: what is here stays, as long as it may.
    public func failed(now: Int64) {
        state.withLock { $0.ended(now) }
    }

    /// The keys that may be used now, and a number that changes with them.
    func usable(now: Int64) -> (set: JSONWebKeySet, version: UInt64)? {
        state.withLock { state in
            guard let set = state.set, now < state.usableUntil else { return nil }
            return (set, state.version)
        }
    }

    /// The number alone.
    func usableVersion(now: Int64) -> UInt64? {
        state.withLock { $0.set != nil && now < $0.usableUntil ? $0.version : nil }
    }
}

extension IssuerKeys.State {
    fileprivate func mayAttempt(_ schedule: IssuerKeys.Schedule?, _ now: Int64) -> Bool {
        guard let schedule, !isFetching else { return false }
        // A clock that was set back must not forbid fetches for as long.
        guard let lastAttempt, now >= lastAttempt else { return true }
        return now - lastAttempt >= schedule.refetchSeconds
    }

    /// The time between two fetches counts from the end of the first, which may be long.
    fileprivate mutating func ended(_ now: Int64) {
        isFetching = false
        lastAttempt = now
    }

    @discardableResult
    fileprivate mutating func take(_ new: JSONWebKeySet) -> Bool {
        guard set?.digest != new.digest else { return false }
        set = new
        version += 1
        return true
    }
}
