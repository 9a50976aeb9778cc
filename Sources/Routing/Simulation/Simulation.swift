public import Inference

/// What came of a trace under one way to choose.
public struct SimulationResult: Hashable, Sendable {
    /// How many requests got an answer.
    public var answered = 0
    /// How many got none.
    public var failed = 0
    /// What the answers cost, and what was given up for another answer.
    public var cost = Money(nanoUSD: 0)
    /// How many requests were sent to a second candidate while the first was slow.
    public var hedges = 0
    /// How often the second one answered.
    public var hedgesWon = 0
    /// What of `cost` was for attempts that were given up, their prompts being charged.
    public var hedgeCost = Money(nanoUSD: 0)
    /// How many requests were sent to providers.
    public var attempts = 0
    /// How many requests each candidate answered, in the order of the trace.
    public var answeredBy: [Int]
    /// How long each answer took, in nanoseconds, shortest first.
    public var times: [UInt64] = []

    /// The mean time of an answer, in nanoseconds.
    public var meanTime: UInt64 {
        times.isEmpty ? 0 : times.reduce(0, &+) / UInt64(times.count)
    }

    /// A percentile of the times, in nanoseconds; `part` from 0 to 1.
    public func time(percentile part: Double) -> UInt64 {
        guard !times.isEmpty else { return 0 }
        return times[min(times.count - 1, Int(Double(times.count) * part))]
    }
}

/// Runs the router over a trace.
public enum Simulation {
    /// What comes of a trace when the router chooses by a strategy, learning from answers when they begin and end as a gateway does.
    ///
    /// - Parameters:
    ///   - alias: Its candidates are those of the trace, in that order, with prices.
    ///   - seed: For lots.
    ///   - progress: Told now and then which part of the requests has come, 0 to 1.
    public static func run(
        _ trace: RoutingTrace, _ alias: ModelAlias, strategy: ModelAlias.Strategy, seed: UInt64 = 1,
        progress: (Double) -> Void = { _ in }
    ) -> SimulationResult {
        var gateway = SimulatedGateway(trace, alias, strategy, seed)
        for index in trace.requests.indices {
            if index.isMultiple(of: 256) { progress(Double(index) / Double(trace.requests.count)) }
            gateway.takeRequest(index)
        }
        return gateway.finish()
    }
}

extension SimulationResult {
    /// Takes an answer.
    mutating func add(_ cost: Money?, time: UInt64) {
        answered += 1
        times.append(time)
        pay(cost)
    }

    /// Takes an attempt that was given up.
    mutating func add(lost cost: Money?) {
        pay(cost)
        hedgeCost = Self.sum(hedgeCost, cost)
    }

    private mutating func pay(_ cost: Money?) { self.cost = Self.sum(self.cost, cost) }

    private static func sum(_ left: Money, _ right: Money?) -> Money {
        let (sum, over) = left.nanoUSD.addingReportingOverflow(right?.nanoUSD ?? 0)
        return Money(nanoUSD: over ? .max : sum)
    }
}
