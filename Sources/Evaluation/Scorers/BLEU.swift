/// BLEU (Papineni et al. 2002) as `sacrebleu` computes it: tokens of mteval-v13a, four orders, smoothing `exp`.
public enum BLEU {
    /// What a score is made of; sums over a corpus.
    public struct Statistics: Sendable, Hashable {
        /// Tokens of the answers.
        public private(set) var answerLength = 0
        /// Tokens of the expected answers nearest to them in length.
        public private(set) var expectedLength = 0
        private var matches = SIMD4<Int>()
        private var totals = SIMD4<Int>()

        /// Of nothing.
        public init() {}

        /// Of one answer and its expected answers.
        public init(_ answer: String, _ expected: [String]) {
            var table = TokenTable()
            let tokens = table.numbers(of: Tokenizer13a.tokens(answer))
            let references = expected.map { table.numbers(of: Tokenizer13a.tokens($0)) }
            answerLength = tokens.count
            expectedLength =
                references.map(\.count).min {
                    (abs($0 - tokens.count), $0) < (abs($1 - tokens.count), $1)
                } ?? 0
            for order in 1...4 {
                var allowed: [SIMD4<Int32>: Int] = [:]
                for reference in references { allowed.merge(Self.counts(reference, order)) { max($0, $1) } }
                for (gram, count) in Self.counts(tokens, order) {
                    totals[order - 1] += count
                    matches[order - 1] += min(count, allowed[gram] ?? 0)
                }
            }
        }

        /// Both together.
        public static func + (left: Self, right: Self) -> Self {
            var sum = left
            sum.answerLength += right.answerLength
            sum.expectedLength += right.expectedLength
            sum.matches &+= right.matches
            sum.totals &+= right.totals
            return sum
        }

        /// The score in points from 0 to 100. `isSentence`: orders that the answer is too short for don't count, as for
        /// single sentences.
        public func points(isSentence: Bool) -> Double {
            guard matches != SIMD4<Int>() else { return 0 }
            var logarithms = 0.0
            var order = 4
            var smoothing = 1.0
            for index in 0..<4 {
                guard totals[index] > 0 else {
                    // An order of which there is nothing: none of the higher ones has anything, either. It counts as
                    // nothing in a corpus.
                    if !isSentence { return 0 }
                    break
                }
                if isSentence { order = index + 1 }
                var precision = 100 * Double(matches[index]) / Double(totals[index])
                if matches[index] == 0 {
                    smoothing *= 2
                    precision = 100 / (smoothing * Double(totals[index]))
                }
                logarithms += Logarithm.natural(precision)
            }
            let ratio = Double(expectedLength) / Double(answerLength)
            let penalty = answerLength < expectedLength ? Logarithm.exponential(1 - ratio) : 1
            return penalty * Logarithm.exponential(logarithms / Double(order))
        }

        private static func counts(_ tokens: [Int32], _ order: Int) -> [SIMD4<Int32>: Int] {
            var counts: [SIMD4<Int32>: Int] = [:]
            guard tokens.count >= order else { return counts }
            for start in 0...(tokens.count - order) {
                var gram = SIMD4<Int32>(repeating: -1)
                for step in 0..<order { gram[step] = tokens[start + step] }
                counts[gram, default: 0] += 1
            }
            return counts
        }
    }

    /// The score of one answer, in points from 0 to 100.
    public static func sentence(_ answer: String, _ expected: [String]) -> Double {
        Statistics(answer, expected).points(isSentence: true)
    }

    /// The score of a whole corpus, in points from 0 to 100; not the mean of its sentences' scores.
    public static func corpus(_ statistics: some Sequence<Statistics>) -> Double {
        statistics.reduce(Statistics(), +).points(isSentence: false)
    }

    static func score(_ text: String, _ expected: [String]) -> Score {
        let points = sentence(text, expected)
        return Score(points / 100, measure: points, "BLEU of the sentence")
    }
}
