/// A metric that a gate names.
struct GateMetric: Sendable, Hashable {
    var name: String
    var scorer: String?
    var tag: String?

    var text: String { (scorer.map { "scorer.\($0)" } ?? name) + (tag.map { "[\($0)]" } ?? "") }
}

/// A number that a gate computes.
indirect enum GateTerm: Sendable {
    case number(Double)
    case metric(GateMetric)
    case baseline(GateMetric)
    case negative(GateTerm)
    case operation(GateTerm, Character, GateTerm)

    /// The value; `nil` where it is not known or no number.
    func value(_ candidate: GateFigures, _ baseline: GateFigures?) -> Double? {
        switch self {
        case .number(let value): return value
        case .metric(let metric): return candidate.value(of: metric)
        case .baseline(let metric): return baseline?.value(of: metric)
        case .negative(let term): return term.value(candidate, baseline).map { -$0 }
        case .operation(let left, let sign, let right):
            guard let left = left.value(candidate, baseline), let right = right.value(candidate, baseline) else {
                return nil
            }
            let value =
                switch sign {
                case "+": left + right
                case "-": left - right
                case "*": left * right
                default: left / right
                }
            return value.isFinite ? value : nil
        }
    }

    /// The metrics that it names, those of the baseline left out.
    var metrics: [GateMetric] {
        switch self {
        case .number, .baseline: []
        case .metric(let metric): [metric]
        case .negative(let term): term.metrics
        case .operation(let left, _, let right): left.metrics + right.metrics
        }
    }
}

/// What a gate asks.
indirect enum GateCondition: Sendable {
    enum Comparison: String, Sendable {
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="
        case equal = "=="
        case notEqual = "!="

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .greater: left > right
            case .atLeast: left >= right
            case .equal: left == right
            case .notEqual: left != right
            }
        }
    }

    case comparison(GateTerm, Comparison, GateTerm, text: String)
    case not(GateCondition)
    case and(GateCondition, GateCondition)
    case or(GateCondition, GateCondition)

    /// Whether it holds; `nil`: not known (Kleene's logic). Every comparison is made, so that all of them can be shown.
    func holds(_ candidate: GateFigures, _ baseline: GateFigures?, _ lines: inout [String]) -> Bool? {
        switch self {
        case .comparison(let left, let comparison, let right, let text):
            guard let left = left.value(candidate, baseline), let right = right.value(candidate, baseline) else {
                lines.append("\(text): not known")
                return nil
            }
            let holds = comparison.holds(left, right)
            lines.append("\(text): \(holds ? "yes" : "no") (\(left) \(comparison.rawValue) \(right))")
            return holds
        case .not(let condition): return condition.holds(candidate, baseline, &lines).map { !$0 }
        case .and(let left, let right):
            let (left, right) = (left.holds(candidate, baseline, &lines), right.holds(candidate, baseline, &lines))
            if left == false || right == false { return false }
            return left == nil || right == nil ? nil : true
        case .or(let left, let right):
            let (left, right) = (left.holds(candidate, baseline, &lines), right.holds(candidate, baseline, &lines))
            if left == true || right == true { return true }
            return left == nil || right == nil ? nil : false
        }
    }
}
