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
        /// Why it stands here.
        public let reason: Reason

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
        /// How soon its answers began of late, in nanoseconds.
        case latency(nanoseconds: UInt64)
        /// It was not measured of late, and this request measures it.
        case exploring
        /// It was not measured of late, and another request is measuring it.
        case unmeasured
        /// The prompt seems longer than its context window.
        case tooLong(contextWindow: Int)
        /// It failed and stands last for so many nanoseconds more.
        case penalised(nanoseconds: UInt64)
    }

    /// The strategy that ordered them.
    public let strategy: ModelAlias.Strategy
    /// The candidates in the order in which they shall be tried; empty if none is permitted.
    public let steps: [Step]

    /// The order and its reasons in one line, for logs and `models explain`.
    public var explanation: String {
        steps.isEmpty
            ? "no candidate is permitted"
            : "\(strategy.rawValue): " + steps.map { "\($0.destination) (\($0.reason))" }.joined(separator: ", ")
    }
}

extension Route.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .listed: "as listed"
        case .cost(let money): "expected cost \(Self.decimal(money.nanoUSD, places: 9)) USD"
        case .unknownPrice: "price unknown"
        case .latency(let nanoseconds): "first byte after \(nanoseconds / 1_000_000) ms"
        case .exploring: "being measured"
        case .unmeasured: "not measured yet"
        case .tooLong(let contextWindow): "prompt seems longer than its \(contextWindow) tokens"
        case .penalised(let nanoseconds): "failed, last for \((nanoseconds + 999_999) / 1_000_000) ms"
        }
    }

    /// A number of 10⁻ⁿ as a decimal fraction without trailing zeros.
    private static func decimal(_ value: Int64, places: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        var fraction = padded.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + padded.dropLast(places) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
