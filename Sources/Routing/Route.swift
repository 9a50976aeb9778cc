public import Inference

/// In which order the permitted candidates of an alias are tried for one request, and why.
public struct Route: Hashable, Sendable {
    /// One candidate in the order.
    public struct Step: Hashable, Sendable {
        /// The candidate's index in the alias.
        public let index: Int
        /// The candidate.
        public let candidate: RouteCandidate
        /// What the request would cost there by estimate; `nil`: the price is unknown.
        public let expectedCost: Money?
        /// How long it would take there by what was measured, in nanoseconds; `nil`: not measured.
        public let expectedTime: UInt64?
        /// Why it stands here.
        public internal(set) var reason: Reason
        /// Where the request finds out whether the candidate is well again: how long its first token (of a whole answer: all of it) may be
        /// waited for before the next candidate is asked beside it, in nanoseconds, so that no caller pays for what only the gateway
        /// wants to know. `nil`: as for any other.
        public internal(set) var patience: UInt64?

        /// Where it is.
        public var destination: Destination { candidate.destination }
    }

    /// Why a candidate stands where it stands.
    public enum Reason: Hashable, Sendable {
        /// Its place in the list.
        case listed
        /// Its expected cost.
        case cost(Money)
        /// Its price is unknown, which counts as dearer than any.
        case unknownPrice
        /// How long the answer is expected to take, in nanoseconds.
        case time(nanoseconds: UInt64)
        /// Cost and time, a second being worth what the alias says.
        case balance(cost: Money, nanoseconds: UInt64)
        /// By lot.
        case drawn
        /// It served this conversation before.
        case conversation
        /// It was not measured of late, and this request measures it.
        case exploring
        /// It was not measured of late, and another request is measuring it.
        case unmeasured
        /// This request tries whether it is well again.
        case trial
        /// Its first tokens took longer of late than the alias wants.
        case tooSlow(nanoseconds: UInt64)
        /// The prompt seems longer than its context window.
        case tooLong(contextWindow: Int)
        /// As many requests are under way there as may be.
        case full(Int)
        /// It failed too often and stands last for so many nanoseconds more.
        case ejected(nanoseconds: UInt64)
        /// Its provider asked to be left alone for so many nanoseconds more.
        case resting(nanoseconds: UInt64)

        /// Whether the candidate gets no requests for a while, unless there is nobody else.
        public var isSpared: Bool {
            switch self {
            case .ejected, .resting: true
            default: false
            }
        }

        /// Whether the candidate is well, has room, and is large and quick enough.
        public var isReady: Bool {
            switch self {
            case .listed, .cost, .unknownPrice, .time, .balance, .drawn, .conversation, .exploring, .unmeasured: true
            case .trial, .tooSlow, .tooLong, .full, .ejected, .resting: false
            }
        }
    }

    /// A candidate that is not tried.
    public struct Exclusion: Hashable, Sendable {
        /// Why not.
        public enum Reason: Hashable, Sendable {
            /// Policy does not permit it, or it serves no such operation.
            case notPermitted
            /// It can't do what the request needs.
            case lacks(ModelCapabilities)
            /// It would cost more than the alias lets a request cost.
            case tooDear(Money, maximum: Money)
            /// Its price is unknown, and the alias has a greatest cost.
            case unknownPrice
            /// It computes elsewhere, or nobody knows where.
            case region(String?)
        }

        /// The candidate's index in the alias.
        public let index: Int
        /// Where it is.
        public let destination: Destination
        /// Why not.
        public let reason: Reason
    }

    /// The strategy that ordered them.
    public let strategy: ModelAlias.Strategy
    /// The candidates in the order in which they shall be tried; empty if none can be.
    public let steps: [Step]
    /// The candidates that are not tried.
    public let excluded: [Exclusion]

    /// The order and its reasons in one line, for logs and `models explain`.
    public var explanation: String {
        guard !steps.isEmpty else {
            let why = excluded.filter { $0.reason != .notPermitted }.map { "\($0.destination) \($0.reason)" }
            return why.isEmpty ? "no candidate is permitted" : why.joined(separator: ", ")
        }
        return "\(strategy.rawValue): " + steps.map { "\($0.destination) (\($0.reason))" }.joined(separator: ", ")
    }

    /// How many candidates that policy permits each step leaves aside, be it for another attempt or because they can't serve the request.
    public var passedOver: Int {
        max(0, steps.count - 1) + excluded.lazy.filter { $0.reason != .notPermitted }.count
    }

    /// Where every candidate's provider asked to be left alone: for how many nanoseconds yet, the least of them. One candidate alone is
    /// asked all the same: then its caller hears from the provider itself.
    public var restNanoseconds: UInt64? {
        guard steps.count > 1 else { return nil }
        var least = UInt64.max
        for step in steps {
            guard case .resting(let nanoseconds) = step.reason else { return nil }
            least = min(least, nanoseconds)
        }
        return least
    }
}

extension Route.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .listed: "as listed"
        case .cost(let money): "expected cost \(money.usd) USD"
        case .unknownPrice: "price unknown"
        case .time(let nanoseconds): "expected to take \(nanoseconds / 1_000_000) ms"
        case .balance(let cost, let nanoseconds):
            "expected cost \(cost.usd) USD and \(nanoseconds / 1_000_000) ms"
        case .drawn: "drawn"
        case .conversation: "served this conversation before"
        case .exploring: "being measured"
        case .unmeasured: "not measured yet"
        case .trial: "being tried again"
        case .tooSlow(let nanoseconds): "first token after \(nanoseconds / 1_000_000) ms"
        case .tooLong(let contextWindow): "prompt seems longer than its \(contextWindow) tokens"
        case .full(let limit): "\(limit) requests under way"
        case .ejected(let nanoseconds): "failed, last for \(Self.milliseconds(nanoseconds)) ms"
        case .resting(let nanoseconds): "asks to be left alone for \(Self.milliseconds(nanoseconds)) ms"
        }
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> UInt64 {
        nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }
}

extension Route.Exclusion.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .notPermitted: "is not permitted"
        case .lacks(let capabilities): "lacks \(capabilities.words.joined(separator: ", "))"
        case .tooDear(let cost, let maximum): "would cost \(cost.usd) USD, more than \(maximum.usd)"
        case .unknownPrice: "has no known price, while there is a greatest cost"
        case .region(let region): region.map { "computes in `\($0)`" } ?? "does not say where it computes"
        }
    }
}
