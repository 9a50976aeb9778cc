/// A bound that the tried candidate has to keep, such as `error_rate<=control+0.02`, `p95_ms<=1.2*control`,
/// `feedback>=control-0.05` or `p95_ms<=900`.
public struct RolloutGuard: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What is bounded.
    public let metric: RolloutMetric
    /// Of a time, which share of requests is at most as slow as the bound: 0.95 for `p95_ms`; `nil`: the mean.
    public let quantile: Double?
    /// The bound is this times the control's value, plus `offset`; `nil`: `offset` alone.
    public let ratio: Double?
    /// In the metric's unit.
    public let offset: Double
    /// As it was written.
    public let description: String

    /// Why a text is no guard, in words.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    private static let quantiles: [(String, Double)] = [("p50_", 0.5), ("p90_", 0.9), ("p95_", 0.95), ("p99_", 0.99)]

    /// The names of what can be guarded.
    public static var names: [String] {
        RolloutMetric.allCases.flatMap { metric in
            metric.isTime ? quantiles.map { $0.0 + metric.rawValue } : [metric.rawValue]
        }
    }

    /// Reads a guard; blanks don't count.
    public init(_ text: String) throws(Fault) {
        let written = String(text.filter { $0 != " " })
        guard let sign = written.firstIndex(where: { $0 == "<" || $0 == ">" }),
            written[sign...].dropFirst().first == "="
        else { throw Fault(description: "`\(text)`: expected a bound such as `error_rate<=control+0.02`") }
        let name = String(written[..<sign])
        guard let (metric, quantile) = Self.metric(name) else {
            throw Fault(
                description: "`\(text)`: unknown measure `\(name)`: there are \(Self.names.joined(separator: ", "))")
        }
        guard (written[sign] == ">") == metric.isScore else {
            throw Fault(description: "`\(text)`: `\(name)` is bounded by `\(metric.isScore ? ">=" : "<=")`")
        }
        guard let (ratio, offset) = Self.bound(written[written.index(sign, offsetBy: 2)...]) else {
            throw Fault(
                description: "`\(text)`: expected a number, or `control` with a factor before and a number behind it, "
                    + "as in `1.2*control+5`")
        }
        self.metric = metric
        self.quantile = quantile
        self.ratio = ratio
        self.offset = offset
        description = written
        try check(text)
    }

    /// Bounds that can be neither kept nor broken guard nothing.
    private func check(_ text: String) throws(Fault) {
        let isStrict = metric.isScore ? offset <= 0 : offset >= 0
        if ratio != nil, !isStrict {
            throw Fault(
                description: "`\(text)`: would ask for more than the control has: the number has the wrong sign")
        }
        if let ratio, metric.isScore ? ratio > 1 : ratio < 1 {
            throw Fault(
                description: "`\(text)`: would ask for more than the control has: the factor is on the wrong side of 1")
        }
        guard metric.isBounded else {
            if ratio == nil, offset <= 0 { throw Fault(description: "`\(text)`: expected a bound above 0") }
            return
        }
        if ratio == nil ? !(offset > 0 && offset < 1) : abs(offset) >= 1 {
            throw Fault(description: "`\(text)`: expected a number between 0 and 1")
        }
    }

    /// What a name of `names` stands for; `nil` for another word.
    static func metric(_ name: String) -> (RolloutMetric, Double?)? {
        if let metric = RolloutMetric(rawValue: name) { return metric.isTime ? nil : (metric, nil) }
        for (prefix, quantile) in quantiles where name.hasPrefix(prefix) {
            if let metric = RolloutMetric(rawValue: String(name.dropFirst(prefix.count))), metric.isTime {
                return (metric, quantile)
            }
        }
        return nil
    }

    /// `NUMBER`, or `[NUMBER*]control[(+|-)NUMBER]`.
    private static func bound(_ text: Substring) -> (ratio: Double?, offset: Double)? {
        guard let word = text.firstIndex(of: "c") else { return number(text).map { (nil, $0) } }
        var ratio = 1.0
        let before = text[..<word]
        if !before.isEmpty {
            guard before.last == "*", let factor = number(before.dropLast()), factor > 0, factor <= 1_000 else {
                return nil
            }
            ratio = factor
        }
        guard text[word...].hasPrefix("control") else { return nil }
        let rest = text[word...].dropFirst(7)
        guard let sign = rest.first else { return (ratio, 0) }
        guard sign == "+" || sign == "-", let amount = number(rest.dropFirst()) else { return nil }
        return (ratio, sign == "-" ? -amount : amount)
    }

    /// A plain decimal number: digits with at most one point.
    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
        else { return nil }
        return Double(text)
    }
}
