/// When a race looks at its candidates: after ever larger numbers of cases, as sequential halving does (Z. Karnin, T. Koren
/// and O. Somekh, "Almost optimal exploration in multi-armed bandits", 2013), so that a round is large where few candidates
/// are left. How often it looks changes no error rate: what drops a candidate holds at all times at once.
public struct RacePlan: Hashable, Sendable, Codable {
    /// The cases after which each round ends, ascending; the last is all of them.
    public let roundEnds: [Int]

    /// The rounds for so many cases; none without cases.
    /// - Parameters:
    ///   - first: the cases of the first round, at least 1.
    ///   - growth: how many times as many cases each round's end has as the one before, at least 1.05.
    public init(cases: Int, first: Int = 16, growth: Double = 1.25) {
        var ends: [Int] = []
        var end = max(first, 1)
        let factor = growth.isFinite ? max(growth, 1.05) : 2
        while end < cases {
            ends.append(end)
            let next = (Double(end) * factor).rounded(.up)
            end = next < 0x1p62 ? max(end + 1, Int(next)) : cases
        }
        roundEnds = cases > 0 ? ends + [cases] : []
    }
}
