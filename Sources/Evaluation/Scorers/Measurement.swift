internal import Inference

/// What was measured, against a limit where there is one.
enum Measurement {
    static func latency(_ milliseconds: Double?, _ most: Double?) -> Score {
        guard let milliseconds, milliseconds.isFinite else { return Score(nil, "the time is not known") }
        return score(milliseconds, most, "milliseconds")
    }

    static func cost(_ cost: Money?, _ most: Double?) -> Score {
        guard let cost else { return Score(nil, "no price is known") }
        return score(Double(cost.nanoUSD) / 1e9, most, "US dollars")
    }

    private static func score(_ measure: Double, _ most: Double?, _ unit: String) -> Score {
        guard let most else { return Score(nil, measure: measure, unit) }
        let isWithin = measure <= most
        return Score(
            isWithin ? 1 : 0, measure: measure, isWithin ? "within \(most) \(unit)" : "more than \(most) \(unit)")
    }
}
