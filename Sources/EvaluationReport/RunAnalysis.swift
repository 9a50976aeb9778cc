internal import Evaluation
public import Statistics

/// What a run says: of each candidate, against the baseline, by tag, and where it went worst.
///
/// Same record, same options: same figures, whoever computes them.
public struct RunAnalysis: Sendable {
    /// How it is computed.
    public struct Options: Sendable, Hashable {
        /// The confidence of intervals, between 0 and 1.
        public var confidence = 0.95
        /// Resamples of each bootstrap; of samples of more than 10,000 values at most 4,000 are drawn, whose bounds are within a
        /// fortieth of an interval's width.
        public var resamples = 10_000
        /// What the resamples follow from.
        public var seed: UInt64 = 1
        /// The most cases that are shown in full.
        public var worstCases = 20
        /// The most tags that are shown by themselves, the most frequent first.
        public var tags = 50

        /// The usual ones.
        public init() {}

        /// The probability of any wrong verdict.
        public var alpha: Double { 1 - confidence }

        /// Resamples of a sample of so many values.
        func resamples(of count: Int) -> Int { count > 10_000 ? min(resamples, 4_000) : resamples }
    }

    /// A tag's scores.
    public struct Tag: Sendable, Hashable {
        /// The tag.
        public let name: String
        /// Cases that have it.
        public let cases: Int
        /// The mean score of each candidate on those cases, with its interval (Wilson's, or Student's where scores are not 0
        /// or 1); `nil` where there is none.
        public let scores: [ConfidenceInterval?]
    }

    /// The run.
    public let record: RunRecord
    /// How it was computed.
    public let options: Options
    /// Whether all scores are 0 or 1.
    public let isBinary: Bool
    /// The candidates, in the record's order.
    public let candidates: [CandidateFigures]
    /// The tags, the most frequent first, equals by name.
    public let tags: [Tag]
    /// How many tags there are in all.
    public let tagCount: Int
    /// The cases to look at first.
    public let worst: [WorstCase]
    /// What the Pareto set weighs; a dimension that is not known of all candidates is left out.
    public let dimensions: [Dimension]

    /// Computes it.
    public init(_ record: RunRecord, _ options: Options = Options()) {
        self.record = record
        self.options = options
        let columns = ScoreColumns(record)
        isBinary = columns.isBinary
        var figures = record.contestants.map { [isBinary] in
            CandidateFigures($0, cases: record.cases.count, isBinary: isBinary, options)
        }
        Self.compare(&figures, columns, record, options)
        dimensions = Dimension.known(of: figures)
        let points = figures.map { [dimensions] candidate in dimensions.map { $0.value(of: candidate) ?? .nan } }
        for place in ParetoSet.indices(of: points, preferences: dimensions.map(\.preference)) {
            figures[place].isPareto = true
        }
        candidates = figures
        (tags, tagCount) = Self.tags(record, columns, options)
        worst = WorstCase.choose(columns, baseline: record.baseline, most: options.worstCases)
    }

    /// The baseline's figures; `nil` where there are no candidates.
    public var baseline: CandidateFigures? {
        candidates.indices.contains(record.baseline) ? candidates[record.baseline] : nil
    }

    private static func compare(
        _ figures: inout [CandidateFigures], _ columns: ScoreColumns, _ record: RunRecord, _ options: Options
    ) {
        for place in figures.indices where place != record.baseline {
            figures[place].scoreComparison = PairedComparison(
                columns.pairs(place, record.baseline), isBinary: columns.isBinary, options)
            figures[place].passComparison = PairedComparison(
                passes(record, place), isBinary: true, options)
        }
        let scores = HolmCorrection.adjusted(figures.compactMap(\.scoreComparison?.pValue))
        let passes = HolmCorrection.adjusted(figures.compactMap(\.passComparison?.pValue))
        var (nextScore, nextPass) = (scores.makeIterator(), passes.makeIterator())
        for place in figures.indices {
            if figures[place].scoreComparison != nil, let value = nextScore.next() {
                figures[place].scoreComparison?.adjustedPValue = value
            }
            if figures[place].passComparison != nil, let value = nextPass.next() {
                figures[place].passComparison?.adjustedPValue = value
            }
        }
    }

    private static func passes(_ record: RunRecord, _ place: Int) -> [(Double, Double)] {
        zip(record.contestants[place].results, record.contestants[record.baseline].results).compactMap {
            first, second in
            guard let first, let second else { return nil }
            return (first.passes ? 1 : 0, second.passes ? 1 : 0)
        }
    }

    private static func tags(
        _ record: RunRecord, _ columns: ScoreColumns, _ options: Options
    ) -> ([Tag], count: Int) {
        var places: [String: [Int]] = [:]
        for (place, test) in record.cases.enumerated() {
            for tag in test.tags.count > 1 ? Array(Set(test.tags)) : test.tags {
                places[tag, default: []].append(place)
            }
        }
        let chosen = places.sorted { (-$0.value.count, $0.key) < (-$1.value.count, $1.key) }.prefix(options.tags)
        let tags = chosen.map { name, cases in
            Tag(
                name: name, cases: cases.count,
                scores: record.contestants.indices.map { candidate in
                    let scores = cases.map { columns.scores[candidate][$0] }.filter { !$0.isNaN }
                    guard !columns.isBinary else {
                        return ProportionInterval.wilson(
                            successes: scores.count { $0 == 1 }, trials: scores.count, confidence: options.confidence)
                    }
                    let moments = SampleMoments(scores)
                    if moments.count == 1 {
                        return ConfidenceInterval(estimate: moments.mean, lower: 0, upper: 1)
                    }
                    guard var interval = MeanInterval.student(moments, confidence: options.confidence) else {
                        return nil
                    }
                    interval.lower = max(interval.lower, 0)
                    interval.upper = min(interval.upper, 1)
                    return interval
                })
        }
        return (tags, places.count)
    }
}

/// The scores of all candidates side by side, NaN where there is none.
struct ScoreColumns {
    let scores: [[Double]]
    let isBinary: Bool

    init(_ record: RunRecord) {
        let count = record.cases.count
        var isBinary = true
        scores = record.contestants.map { contestant in
            var column = [Double](repeating: .nan, count: count)
            for (place, result) in contestant.results.prefix(count).enumerated() {
                guard let score = result?.score, score.isFinite else { continue }
                column[place] = score
                if score != 0, score != 1 { isBinary = false }
            }
            return column
        }
        self.isBinary = isBinary
    }

    /// The scores of the cases that both have.
    func pairs(_ first: Int, _ second: Int) -> [(Double, Double)] {
        zip(scores[first], scores[second]).filter { !$0.isNaN && !$1.isNaN }
    }
}
