public import Evaluation
internal import Statistics

/// Which candidate to take: the best under stated weights among those that fulfil a constraint, how sure that is, and how
/// many more cases would settle it.
public struct Recommendation: Sendable {
    /// Why there is none.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// One candidate in the choice.
    public struct Choice: Sendable {
        /// Its place in the record.
        public let candidate: Int
        /// Its name.
        public let name: String
        /// Whether no other that fulfils the constraint is at least as good in all that is known, and better in something; `false` for
        /// one that may not be picked.
        public let isPareto: Bool
        /// Whether it fulfils the constraint; `true` where there is none.
        public let isPermitted: Bool
        /// Each comparison of the constraint in words.
        public let comparisons: [String]
        /// Its weighted mean, from 0 to 1; `nil` where it may not be picked.
        public let utility: Double?
        /// In which part of the resamples it came first: how sure it is that it is the best.
        public internal(set) var probability = 0.0
        /// In which part of the resamples it fulfils the constraint.
        public internal(set) var permittedProbability = 1.0
    }

    /// How sure a pick has to be, to be settled.
    public static let certainty = 0.95

    /// The analysis that it comes from.
    public let analysis: RunAnalysis
    /// What counts how much.
    public let weights: DimensionWeights
    /// The constraint as it was written; `nil`: none.
    public let constraint: String?
    /// All candidates that have a score: the pick first, then by utility, those that may not be picked last.
    public private(set) var choices: [Choice]
    /// How many resamples the probabilities are of.
    public let resamples: Int
    /// Whom more cases would have to tell from the pick; `nil` where there is nobody.
    public private(set) var rival: Int?
    /// About how many more cases would settle the pick against all others, with a power of 80 %: 0 if it is settled, `nil`
    /// if nothing would, because the best are equal.
    public private(set) var furtherCases: Int? = 0

    /// The candidate to take; `nil` if none fulfils the constraint.
    public var pick: Choice? { choices.first.flatMap { $0.isPermitted ? $0 : nil } }

    /// Whether the pick is sure enough.
    public var isSettled: Bool { pick.map { $0.probability >= Self.certainty } ?? false }

    /// Chooses. The failure is a dimension with a weight that is not known of all, or a run without scores. `resamples`: the
    /// most, of large runs fewer are drawn, down to 200.
    public init(
        _ analysis: RunAnalysis, weights: DimensionWeights = .score, constraint: Gate? = nil, resamples: Int = 2_000
    ) throws(Failure) {
        self.analysis = analysis
        self.weights = weights
        self.constraint = constraint?.source
        let scored = analysis.candidates.indices.filter { analysis.candidates[$0].score != nil }
        guard !scored.isEmpty else { throw Failure(description: "the run has no scores yet") }
        for dimension in weights.dimensions {
            let lacking = scored.filter { dimension.value(of: analysis.candidates[$0]) == nil }
            guard let first = lacking.first else { continue }
            throw Failure(
                description: "\(dimension.title) is not known of `\(analysis.candidates[first].name)`: "
                    + "leave `\(dimension.rawValue)` out of the weights")
        }
        let count = max(analysis.record.cases.count * scored.count, 1)
        self.resamples = min(max(30_000_000 / count, 200), max(resamples, 1))
        let constraints = constraint.map { Constraints($0, analysis) }
        choices = Self.choices(scored, analysis, weights, constraints)
        let permitted = choices.filter(\.isPermitted).map(\.candidate)
        guard !permitted.isEmpty else { return }
        resample(Utility(permitted, weights, analysis), constraints)
    }

    /// The scale that utilities are measured on: from the worst to the best of those that may be picked.
    private struct Utility {
        var terms: [(dimension: Dimension, weight: Double, worst: Double, best: Double)] = []

        init(_ permitted: [Int], _ weights: DimensionWeights, _ analysis: RunAnalysis) {
            let sum = weights.values.values.reduce(0, +)
            for dimension in weights.dimensions {
                let values = permitted.compactMap { dimension.value(of: analysis.candidates[$0]) }
                guard let least = values.min(), let greatest = values.max() else { continue }
                let isHigh = dimension.preference == .high
                terms.append(
                    (
                        dimension, (weights.values[dimension] ?? 0) / sum, isHigh ? least : greatest,
                        isHigh ? greatest : least
                    ))
            }
        }

        func callAsFunction(_ value: (Dimension) -> Double) -> Double {
            terms.reduce(0) { sum, term in
                let range = term.best - term.worst
                return sum + term.weight * (range != 0 ? (value(term.dimension) - term.worst) / range : 1)
            }
        }
    }

    private static func choices(
        _ scored: [Int], _ analysis: RunAnalysis, _ weights: DimensionWeights, _ constraints: Constraints?
    ) -> [Choice] {
        let verdicts = scored.map { constraints?.verdict(of: $0) }
        let permitted = zip(scored, verdicts).filter { $1?.isOpen ?? true }.map(\.0)
        let dimensions = weights.dimensions
        let points = permitted.map { place in dimensions.map { $0.value(of: analysis.candidates[place]) ?? .nan } }
        let ranking = WeightedPick.ranking(
            of: points, preferences: dimensions.map(\.preference), weights: dimensions.map { weights.values[$0] ?? 0 })
        let utilities = Dictionary(uniqueKeysWithValues: ranking.map { (permitted[$0.index], $0.score) })
        let pareto = pareto(permitted, analysis)
        let ranked = ranking.map { permitted[$0.index] }.sorted { left, right in
            let (first, second) = (utilities[left] ?? 0, utilities[right] ?? 0)
            return first == second ? isBefore(left, right, analysis) : first > second
        }
        let order = ranked + scored.filter { utilities[$0] == nil }
        let words = Dictionary(uniqueKeysWithValues: zip(scored, verdicts.map { $0?.comparisons ?? [] }))
        return order.map { place in
            Choice(
                candidate: place, name: analysis.candidates[place].name, isPareto: pareto.contains(place),
                isPermitted: utilities[place] != nil, comparisons: words[place] ?? [], utility: utilities[place])
        }
    }

    /// The Pareto set of those that may be picked: who beats them all but breaks the constraint takes nobody's place.
    private static func pareto(_ permitted: [Int], _ analysis: RunAnalysis) -> Set<Int> {
        let points = permitted.map { place in
            analysis.dimensions.map { $0.value(of: analysis.candidates[place]) ?? .nan }
        }
        return Set(
            ParetoSet.indices(of: points, preferences: analysis.dimensions.map(\.preference)).map { permitted[$0] })
    }

    /// Of two that are equal by the weights: who is better in the first dimension in which they differ, also in one that has no weight,
    /// so that nobody is picked whom another beats; of equals in everything the earlier one.
    private static func isBefore(_ left: Int, _ right: Int, _ analysis: RunAnalysis) -> Bool {
        for dimension in analysis.dimensions {
            guard let first = dimension.value(of: analysis.candidates[left]),
                let second = dimension.value(of: analysis.candidates[right]), first != second
            else { continue }
            return (first > second) == (dimension.preference == .high)
        }
        return left < right
    }

    /// Others that the weights say nothing against, and what the pick is better in than they are; `nil`: in nothing.
    var equals: [(name: String, advantage: Dimension?)] {
        guard let pick, let utility = pick.utility else { return [] }
        return choices.dropFirst().filter { $0.utility == utility }.map { other in
            let advantage = analysis.dimensions.first { dimension in
                dimension.value(of: analysis.candidates[pick.candidate])
                    != dimension.value(of: analysis.candidates[other.candidate])
            }
            return (other.name, advantage)
        }
    }

    private mutating func resample(_ utility: Utility, _ constraints: Constraints?) {
        var sample = MetricResampling(analysis.record)
        var generator = SeededGenerator(seed: analysis.options.seed)
        var differences = Array(repeating: SampleMoments(), count: choices.count)
        var firsts = Array(repeating: 0.0, count: choices.count)
        var permitted = Array(repeating: 0, count: choices.count)
        for _ in 0..<self.resamples {
            sample.draw(&generator)
            let values = choices.map { choice in utility { sample.value($0, of: choice.candidate) } }
            let isOpen = choices.map { constraints?.isOpen($0.candidate, in: sample) ?? true }
            for place in choices.indices {
                if isOpen[place] { permitted[place] += 1 }
                differences[place].add(values[0] - values[place])
            }
            let best = choices.indices.filter { isOpen[$0] && !values[$0].isNaN }.map { values[$0] }.max()
            guard let best else { continue }
            // Equals share the first place.
            let tied = choices.indices.filter { isOpen[$0] && values[$0] == best }
            for place in tied { firsts[place] += 1 / Double(tied.count) }
        }
        for place in choices.indices {
            choices[place].probability = firsts[place] / Double(resamples)
            choices[place].permittedProbability = Double(permitted[place]) / Double(resamples)
        }
        estimateFurther(differences)
    }

    /// The cases that tell the pick from each rival, by the normal approximation: the spread of the resampled differences
    /// shrinks with the root of the cases.
    private mutating func estimateFurther(_ differences: [SampleMoments]) {
        guard !isSettled else { return }
        let rivals = choices.indices.dropFirst().filter { choices[$0].isPermitted }
        guard let mine = choices.first?.utility, !rivals.isEmpty else { return }
        let cases = Double(analysis.record.cases.count)
        let alpha = (1 - Self.certainty) / Double(rivals.count)
        let z = NormalDistribution.quantile(1 - alpha) + NormalDistribution.quantile(0.8)
        var most = 0.0
        for place in rivals {
            let distance = mine - (choices[place].utility ?? 0)
            let spread = differences[place].standardDeviation ?? 0
            let needed = distance > 0 ? cases * (z * spread / distance) * (z * spread / distance) : .infinity
            guard needed > most || rival == nil else { continue }
            (most, rival) = (needed, choices[place].candidate)
        }
        furtherCases = most < 1e9 ? max(Int((most - cases).rounded(.up)), 0) : nil
    }
}

/// A constraint, and the figures that it asks for.
private struct Constraints {
    let gate: Gate
    let figures: [GateFigures]
    let baseline: Int

    init(_ gate: Gate, _ analysis: RunAnalysis) {
        self.gate = gate
        figures = analysis.record.contestants.map { GateFigures($0.results.compactMap { $0 }) }
        baseline = analysis.record.baseline
    }

    func verdict(of candidate: Int) -> Gate.Verdict { gate.verdict(figures[candidate], baseline: figures[baseline]) }

    func isOpen(_ candidate: Int, in sample: MetricResampling) -> Bool {
        gate.verdict(
            figures[candidate].replacing(sample.metrics(of: candidate)),
            baseline: figures[baseline].replacing(sample.metrics(of: baseline))
        ).isOpen
    }
}
