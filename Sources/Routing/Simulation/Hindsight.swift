public import Inference

/// The least cost that anybody could have reached who knew every answer's time, length and failure before it was asked for, with a mean time
/// of no more than `bound` and within the candidates' `maximumConcurrent`.
///
/// Finding the very best plan is hard (jobs of different length on machines of different price), so there are two figures: `plan`, which
/// can be carried out, and `leastCost`, below which no plan can be. Both come of Lagrange's multipliers: a second has a price, and so has a
/// second of a place at a candidate at each time of the day; each request goes where cost and prices are least. For whatever prices, what
/// that costs less the worth of what there is of seconds and places is no more than the best plan costs (weak duality); the prices are
/// moved until it is as much as it can be.
public struct Hindsight: Sendable {
    /// A plan that keeps the bound and the places, as good as was found.
    public let plan: SimulationResult
    /// What the best plan costs at least.
    public let leastCost: Money

    /// Makes a plan for a trace; without any request the plan is empty.
    ///
    /// - Parameters:
    ///   - alias: Its candidates are those of the trace, in that order, with prices.
    ///   - bound: The longest mean time, in nanoseconds. Where even the quickest take longer, the plan is quickest.
    ///   - progress: Told now and then which part is done, 0 to 1.
    public init(
        _ trace: RoutingTrace, _ alias: ModelAlias, bound: UInt64, progress: (Double) -> Void = { _ in }
    ) {
        var planner = Planner(trace, alias)
        // In nano-USD a second: from ten thousand fourfold until it is enough, up to a million dollars; then halved into.
        var (low, high) = (0.0, 10_000.0)
        var best = planner.plan(worth: 0)
        var least = planner.leastCost(worth: 0, bound: bound)
        if best.meanTime > bound {
            best = planner.plan(worth: high)
            while high < 1e15, best.meanTime > bound {
                (low, high) = (high, high * 4)
                best = planner.plan(worth: high)
            }
            for round in 0..<Self.halvings {
                progress(Double(round) / Double(Self.halvings))
                let middle = (low + high) / 2
                let plan = planner.plan(worth: middle)
                least = max(least, planner.leastCost(worth: middle, bound: bound))
                guard plan.meanTime <= bound else {
                    low = middle
                    continue
                }
                high = middle
                if plan.failed <= best.failed, plan.cost <= best.cost || best.meanTime > bound { best = plan }
            }
        }
        plan = best
        leastCost = Money(nanoUSD: Int64(min(max(0, least), Double(best.cost.nanoUSD))))
    }

    private static let halvings = 12
}

/// Plans for a trace by prices.
private struct Planner {
    private struct Choice {
        let candidate: Int
        let cost: Double
        /// In nanoseconds.
        let at: UInt64
        let time: UInt64
        let price: Money?
    }

    /// How long a bin is in which places at a candidate have one price.
    private static let bin = 2_000_000_000.0
    /// Rounds in which prices of places are moved.
    private static let rounds = 20

    private let choices: [[Choice]]
    private let places: [Int?]
    /// Prices of places, in nano-USD a bin, by candidate.
    private var prices: [[Double]]
    private let bins: Int
    private let step: Double

    init(_ trace: RoutingTrace, _ alias: ModelAlias) {
        places = alias.candidates.map(\.maximumConcurrent)
        choices = trace.requests.map { request in
            let usage = TokenUsage(input: request.input, output: request.output)
            return request.timings.enumerated().compactMap { index, timing in
                guard let timing, !timing.fails, alias.candidates.indices.contains(index) else { return nil }
                let price = alias.candidates[index].cost(of: usage)
                return Choice(
                    candidate: index, cost: Double(price?.nanoUSD ?? 1 << 53), at: request.at, time: timing.total,
                    price: price)
            }
        }
        let end = choices.lazy.joined().map { Double($0.at) + Double($0.time) }.max() ?? 0
        bins = min(Int(end / Self.bin) + 1, 100_000)
        prices = places.map { [bins] in $0 == nil ? [] : Array(repeating: 0, count: bins) }
        // A place's price moves by a part of what a choice usually saves a bin.
        let costs = choices.lazy.compactMap { $0.map(\.cost).min() }.reduce(0, +)
        let times = choices.lazy.compactMap { $0.map { Double($0.time) }.min() }.reduce(0, +)
        step = times > 0 ? costs / times * Self.bin : 0
    }

    /// The plan where a second is worth so many nano-USD: as prices of places have it, in the order of time, within the places.
    mutating func plan(worth: Double) -> SimulationResult {
        movePrices(worth)
        var result = SimulationResult(answeredBy: Array(repeating: 0, count: prices.count))
        let sums = prices.map(Self.sums)
        var ends = prices.map { _ in [UInt64]() }
        for request in choices {
            result.attempts += 1
            let free = request.filter { choice in
                ends[choice.candidate].removeAll { $0 <= choice.at }
                return places[choice.candidate].map { ends[choice.candidate].count < $0 } ?? true
            }
            guard let best = best(of: free, worth, sums) else {
                result.failed += 1
                continue
            }
            ends[best.candidate].append(best.at &+ best.time)
            result.answeredBy[best.candidate] += 1
            result.add(best.price, time: best.time)
        }
        result.times.sort()
        return result
    }

    /// What any plan costs at least, by the prices of the last plan.
    func leastCost(worth: Double, bound: UInt64) -> Double {
        let sums = prices.map(Self.sums)
        var (total, answered) = (0.0, 0.0)
        for request in choices {
            guard let best = best(of: request, worth, sums) else { continue }
            total += price(best, worth, sums)
            answered += 1
        }
        let ofPlaces = zip(prices, places).reduce(0.0) { $0 + $1.0.reduce(0, +) * Double($1.1 ?? 0) }
        return total - worth * Double(bound) / 1e9 * answered - ofPlaces
    }

    private mutating func movePrices(_ worth: Double) {
        guard places.contains(where: { $0 != nil }) else { return }
        // Prices are the dearer the more time is worth.
        let scale = step + worth * Self.bin / 1e9
        for round in 1...Self.rounds {
            let sums = prices.map(Self.sums)
            var used = prices.map { Array(repeating: 0.0, count: $0.count + 1) }
            for request in choices {
                guard let best = best(of: request, worth, sums), places[best.candidate] != nil else { continue }
                let (from, to) = (Double(best.at) / Self.bin, (Double(best.at) + Double(best.time)) / Self.bin)
                Self.add(from, to, &used[best.candidate])
            }
            for (candidate, count) in places.enumerated() {
                guard let count else { continue }
                for bin in prices[candidate].indices {
                    let excess = (used[candidate][bin] - Double(count)) / Double(count)
                    prices[candidate][bin] = max(
                        0, prices[candidate][bin] + scale * 0.3 * excess / Double(round).squareRoot())
                }
            }
        }
    }

    private static func add(_ from: Double, _ to: Double, _ use: inout [Double]) {
        var bin = Int(from)
        while bin < use.count, Double(bin) < to {
            use[bin] += min(Double(bin + 1), to) - max(Double(bin), from)
            bin += 1
        }
    }

    private static func sums(_ prices: [Double]) -> [Double] {
        var sum = 0.0
        return [0]
            + prices.map { price in
                sum += price
                return sum
            }
    }

    private func best(of choices: [Choice], _ worth: Double, _ sums: [[Double]]) -> Choice? {
        choices.min { price($0, worth, sums) < price($1, worth, sums) }
    }

    private func price(_ choice: Choice, _ worth: Double, _ sums: [[Double]]) -> Double {
        var price = choice.cost + worth * Double(choice.time) / 1e9
        guard places[choice.candidate] != nil else { return price }
        let (from, to) = (Double(choice.at) / Self.bin, (Double(choice.at) + Double(choice.time)) / Self.bin)
        price += Self.value(at: to, sums[choice.candidate]) - Self.value(at: from, sums[choice.candidate])
        return price
    }

    /// The integral of prices up to a time in bins.
    private static func value(at time: Double, _ sums: [Double]) -> Double {
        let bin = Int(time)
        guard bin + 1 < sums.count else { return sums.last ?? 0 }
        return sums[bin] + (sums[bin + 1] - sums[bin]) * (time - Double(bin))
    }
}
