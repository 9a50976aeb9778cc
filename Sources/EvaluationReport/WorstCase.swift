/// A case to look at first.
public struct WorstCase: Sendable, Hashable {
    /// Why.
    public enum Reason: Sendable, Hashable {
        /// A candidate, by its place, scores so much less than the baseline.
        case belowBaseline(candidate: Int, by: Double)
        /// No candidate scores more than this.
        case low(best: Double)
    }

    /// The case's place in the record.
    public let test: Int
    /// Why it is here.
    public let reason: Reason

    /// First the cases in which a candidate falls behind the baseline most; then, a third of all where there are so many, those
    /// that even the best candidate answers worst, below a full score. Equals in the suite's order.
    static func choose(_ columns: ScoreColumns, baseline: Int, most: Int) -> [WorstCase] {
        guard let count = columns.scores.first?.count, most > 0 else { return [] }
        var falls: [WorstCase] = []
        var lows: [WorstCase] = []
        for test in 0..<count {
            if let fall = fall(columns, baseline, test) { falls.append(fall) }
            let best = columns.scores.map { $0[test] }.filter { !$0.isNaN }.max()
            if let best, best < 1 { lows.append(WorstCase(test: test, reason: .low(best: best))) }
        }
        falls.sort { ($1.size, $0.test) < ($0.size, $1.test) }
        lows.sort { ($0.size, $0.test) < ($1.size, $1.test) }
        let first = falls.prefix(most - min(lows.count, most / 3))
        let places = Set(first.map(\.test))
        return Array(first) + lows.filter { !places.contains($0.test) }.prefix(most - first.count)
    }

    private static func fall(_ columns: ScoreColumns, _ baseline: Int, _ test: Int) -> WorstCase? {
        var (worst, greatest) = (-1, 0.0)
        for candidate in columns.scores.indices where candidate != baseline {
            // NaN is not greater than anything.
            let fall = columns.scores[baseline][test] - columns.scores[candidate][test]
            if fall > greatest { (worst, greatest) = (candidate, fall) }
        }
        return worst < 0 ? nil : WorstCase(test: test, reason: .belowBaseline(candidate: worst, by: greatest))
    }

    private var size: Double {
        switch reason {
        case .belowBaseline(_, let fall): fall
        case .low(let best): best
        }
    }
}
