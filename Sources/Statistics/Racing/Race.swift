/// Candidates that answer the same cases in the same random order, of which the losers are dropped as soon as it is certain
/// enough that they are losers.
///
/// **Error rate**: with a probability of at least 1 − alpha, however often it is looked at, some candidate that is at most
/// `indifference` below the best of all (in true mean score) is never dropped. So where one remains, it is that; where
/// several remain at the end, the pick among them is the best so far, and ``isSettled`` is false.
///
/// A candidate is dropped by another when a ``BettingTest`` of their paired differences shows the other to be better, at a
/// share of alpha (Bonferroni): alpha / (K − 1) with no indifference, as only the best one's K − 1 rivals can wrong it. With
/// an indifference it suffices to be shown no more than that much worse; whoever dropped a rival so can itself only be
/// dropped by one shown to be truly better, lest the indifferences add up, and the share is alpha / (K² − 1).
public struct Race: Hashable, Sendable, Codable {
    /// One candidate left the race.
    public struct Drop: Hashable, Sendable, Codable {
        /// Which one.
        public let candidate: Int
        /// Which one is better, or not worse by more than the indifference.
        public let rival: Int
        /// After how many cases.
        public let cases: Int
        /// The mean difference of the candidate's scores less the rival's, over all those cases.
        public let difference: Double
        /// The logarithm of the evidence.
        public let logEvidence: Double
    }

    /// How many candidates began; their names are 0..<count.
    public let candidates: Int
    /// The probability with which all that are good enough are dropped.
    public let alpha: Double
    /// The difference of mean scores that does not matter, at least 0.
    public let indifference: Double
    /// The scores' bounds.
    public let lowerBound: Double
    /// The scores' bounds.
    public let upperBound: Double
    /// Those still in the race, ascending.
    public private(set) var remaining: [Int]
    /// Those that left it, in order.
    public private(set) var drops: [Drop] = []
    /// How many cases came.
    public private(set) var cases = 0
    /// How many scores came in all: what the race costs, where a full comparison costs candidates × cases.
    public private(set) var spent = 0
    /// The scores of each candidate.
    public private(set) var scores: [SampleMoments]

    private var pairs: [Pair]
    private var cannotYield: Set<Int> = []

    /// What is known of one candidate's scores less another's.
    private struct Pair: Hashable, Codable {
        var differences = SampleMoments()
        var isBetter: BettingTest
        var isNotWorse: BettingTest?
    }

    /// A race without cases; `nil` unless there are 1 to 1,000 candidates, the bounds are finite and apart, alpha is between 0
    /// and 1, and the indifference at least 0 and less than the bounds' distance.
    public init?(
        candidates: Int, alpha: Double = 0.05, indifference: Double = 0, in bounds: ClosedRange<Double> = 0...1
    ) {
        let range = bounds.upperBound - bounds.lowerBound
        guard (1...1000).contains(candidates), isLevel(alpha), range > 0, range.isFinite, indifference >= 0,
            indifference < range, let isBetter = BettingTest(hypothesis: 0, in: -range...range)
        else { return nil }
        let isNotWorse = indifference > 0 ? BettingTest(hypothesis: -indifference, in: -range...range) : nil
        self.candidates = candidates
        self.alpha = alpha
        self.indifference = indifference
        lowerBound = bounds.lowerBound
        upperBound = bounds.upperBound
        remaining = Array(0..<candidates)
        scores = Array(repeating: SampleMoments(), count: candidates)
        pairs = Array(
            repeating: Pair(isBetter: isBetter, isNotWorse: isNotWorse), count: candidates * candidates)
    }

    /// The share of alpha at which one candidate drops another.
    public var share: Double {
        let count = Double(candidates)
        guard candidates > 1 else { return alpha }
        return indifference > 0 ? alpha / (count * count - 1) : alpha / (count - 1)
    }

    /// Whether one candidate remains.
    public var isSettled: Bool { remaining.count == 1 }

    /// The remaining candidate with the best mean score, the first of equals.
    public var pick: Int? { remaining.max { (scores[$0].mean, $1) < (scores[$1].mean, $0) } }

    /// Takes in one case: the score of each candidate in its place. Places of candidates that were dropped are ignored; a
    /// missing score (`nil`, NaN, or beyond the end) leaves its candidate's pairs without this case. Scores outside the
    /// bounds count as the nearer bound.
    public mutating func add(_ row: [Double?]) {
        func score(_ candidate: Int) -> Double? {
            guard row.indices.contains(candidate), let score = row[candidate], !score.isNaN else { return nil }
            return min(max(score, lowerBound), upperBound)
        }
        cases &+= 1
        for first in remaining {
            guard let mine = score(first) else { continue }
            spent &+= 1
            scores[first].add(mine)
            for second in remaining where second != first {
                guard let other = score(second) else { continue }
                let place = first * candidates + second
                pairs[place].differences.add(mine - other)
                pairs[place].isBetter.add(mine - other)
                pairs[place].isNotWorse?.add(mine - other)
            }
        }
    }

    /// Drops those that are shown to be losers, the most certain first, and says whom. May be called at any time.
    @discardableResult
    public mutating func drop() -> [Drop] {
        var dropped: [Drop] = []
        let threshold = AlphaBudget.logThreshold(share)
        while let drop = strongest(above: threshold) {
            remaining.removeAll { $0 == drop.candidate }
            if indifference > 0 { cannotYield.insert(drop.rival) }
            dropped.append(drop)
        }
        drops += dropped
        return dropped
    }

    private func strongest(above threshold: Double) -> Drop? {
        var strongest: Drop?
        for rival in remaining {
            for candidate in remaining where candidate != rival {
                let pair = pairs[rival * candidates + candidate]
                let test = cannotYield.contains(candidate) ? pair.isBetter : pair.isNotWorse ?? pair.isBetter
                guard test.logEvidence >= threshold, test.logEvidence > strongest?.logEvidence ?? -.infinity else {
                    continue
                }
                strongest = Drop(
                    candidate: candidate, rival: rival, cases: cases, difference: -pair.differences.mean,
                    logEvidence: test.logEvidence)
            }
        }
        return strongest
    }
}
