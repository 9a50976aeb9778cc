internal import Suggestions

/// How much each dimension counts in a choice: `score=1,usd=0.3,latency=0.1`.
///
/// Each dimension is scaled so that the best of the candidates that may be picked has 1 and the worst 0; the weights' sizes
/// matter only against each other.
public struct DimensionWeights: Sendable, Hashable {
    /// Why a text is no weights.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// The weights that are above 0; at least one.
    public let values: [Dimension: Double]

    /// Only the score counts.
    public static let score = DimensionWeights(values: [.score: 1])

    private init(values: [Dimension: Double]) { self.values = values }

    /// Reads pairs of a dimension and a number from 0 to 10⁶, parted by commas; each dimension once, one above 0.
    public init(_ text: String) throws(Failure) {
        var values: [Dimension: Double] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map { Self.trimmed($0) }
            guard parts.count == 2 else {
                throw Failure(description: "weights: expected pairs such as `score=1,usd=0.3`, found `\(text)`")
            }
            guard let dimension = Dimension(rawValue: parts[0]) else {
                let names = Dimension.allCases.map(\.rawValue)
                throw Failure(
                    description: "weights: unknown dimension `\(parts[0])`" + Spelling.question(parts[0], among: names))
            }
            guard let value = Double(parts[1]), value >= 0, value <= 1e6 else {
                throw Failure(
                    description: "weights: expected a number from 0 to 1000000 for `\(parts[0])`, found `\(parts[1])`")
            }
            guard values.updateValue(value, forKey: dimension) == nil else {
                throw Failure(description: "weights: `\(parts[0])` stands there twice")
            }
        }
        values = values.filter { $0.value > 0 }
        guard !values.isEmpty else { throw Failure(description: "weights: one has to be above 0") }
        self.values = values
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }

    /// As it is written: `score=1,usd=0.3`.
    public var text: String {
        Dimension.allCases.compactMap { dimension in
            values[dimension].map { "\(dimension.rawValue)=\($0 == $0.rounded() ? "\(Int($0))" : "\($0)")" }
        }.joined(separator: ",")
    }

    /// The dimensions that count, in a fixed order.
    var dimensions: [Dimension] { Dimension.allCases.filter { values[$0] != nil } }
}
