/// The choice among candidates under stated weights.
public enum WeightedPick {
    /// A candidate and how good it is.
    public struct Ranked: Hashable, Sendable, Codable {
        /// Its place among the points.
        public let index: Int
        /// The weighted mean of its dimensions, each scaled so that the best of all has 1 and the worst 0.
        public let score: Double
    }

    /// All candidates, the best first, the earlier first of equals. A dimension in which all are equal counts 1 for each. A
    /// point is left out if it is not finite in a dimension or has fewer of them than there are preferences; weights that are
    /// negative, missing or not finite count 0, and if all do, all dimensions weigh the same.
    public static func ranking(of points: [[Double]], preferences: [Preference], weights: [Double]) -> [Ranked] {
        let usable = points.indices.filter { index in
            points[index].count >= preferences.count && points[index].prefix(preferences.count).allSatisfy(\.isFinite)
        }
        let shares = shares(of: weights, count: preferences.count)
        let ranges = preferences.indices.map { place in
            let column = usable.map { points[$0][place] }
            return (least: column.min() ?? 0, greatest: column.max() ?? 0)
        }
        let ranked = usable.map { index in
            let score = preferences.indices.reduce(0.0) { sum, place in
                let (least, greatest) = ranges[place]
                // Halved first: the distance of two finite numbers may be beyond every number.
                let range = greatest / 2 - least / 2
                let value = points[index][place]
                let distance = preferences[place] == .high ? value / 2 - least / 2 : greatest / 2 - value / 2
                return sum + shares[place] * (range > 0 ? distance / range : 1)
            }
            return Ranked(index: index, score: score)
        }
        return ranked.sorted { ($1.score, $0.index) < ($0.score, $1.index) }
    }

    private static func shares(of weights: [Double], count: Int) -> [Double] {
        let usable = (0..<count).map { place in
            place < weights.count && weights[place] > 0 && weights[place].isFinite ? weights[place] : 0
        }
        guard let greatest = usable.max(), greatest > 0 else {
            return Array(repeating: 1 / Double(max(count, 1)), count: count)
        }
        let sum = usable.reduce(0) { $0 + $1 / greatest }
        return usable.map { $0 / greatest / sum }
    }
}
