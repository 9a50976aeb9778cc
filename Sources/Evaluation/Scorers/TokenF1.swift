/// How many words an answer has in common with the expected one: the harmonic mean of precision and recall over the
/// normalised words, as SQuAD 2.0's own script computes it; the best of several expected answers.
enum TokenF1 {
    static func score(_ text: String, _ expected: [String]) -> Score {
        let words = NormalizedMatch.words(text)
        let best = expected.map { value(words, NormalizedMatch.words($0)) }.max() ?? 0
        return Score(best, "token F1 against the nearest expected answer")
    }

    static func value(_ answer: [[UInt8]], _ expected: [[UInt8]]) -> Double {
        // Where there is nothing to find, finding nothing is right.
        if answer.isEmpty || expected.isEmpty { return answer.isEmpty && expected.isEmpty ? 1 : 0 }
        var counts: [[UInt8]: Int] = [:]
        for word in expected { counts[word, default: 0] += 1 }
        var common = 0
        for word in answer {
            guard let count = counts[word], count > 0 else { continue }
            counts[word] = count - 1
            common += 1
        }
        guard common > 0 else { return 0 }
        let precision = Double(common) / Double(answer.count)
        let recall = Double(common) / Double(expected.count)
        return 2 * precision * recall / (precision + recall)
    }
}
