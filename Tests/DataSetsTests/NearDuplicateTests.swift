import DataSets
import Testing

/// A text of words that are drawn by a seed.
private func prose(_ seed: UInt64, words: Int) -> [String] {
    var state = seed
    return (0..<words).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return "word\(state >> 40 & 0xFFFF)"
    }
}

/// The similarity of two texts' shingles of three words, by definition.
private func jaccard(_ first: [String], _ second: [String]) -> Double {
    func shingles(_ words: [String]) -> Set<[String]> {
        Set((0...words.count - 3).map { Array(words[$0..<$0 + 3]) })
    }
    let (left, right) = (shingles(first), shingles(second))
    return Double(left.intersection(right).count) / Double(left.union(right).count)
}

struct NearDuplicateTests {
    @Test func `the estimate is near the similarity of the shingles`() {
        let duplicates = NearDuplicates(seed: 1)
        var squares = 0.0
        for seed in 0..<60 as Range<UInt64> {
            let text = prose(seed, words: 120)
            var other = text
            for index in 0..<Int(seed) { other[index * 2] = "changed\(index)" }
            let estimate = duplicates.similarity(of: text.joined(separator: " "), and: other.joined(separator: ", "))
            let error = estimate - jaccard(text, other)
            squares += error * error
        }
        // The standard error of 128 hashes is at most 0.5 / √128.
        #expect((squares / 60).squareRoot() < 0.06)
    }

    @Test func `a text with a word changed is a duplicate and another text is none`() {
        let texts = (0..<300 as Range<UInt64>).map { prose($0, words: 100) }
        let changed = texts.map { $0[..<50] + ["changed"] + $0[51...] }
        let verdicts = duplicates(texts.map { $0.joined(separator: " ") } + changed.map { $0.joined(separator: "  ") })
        #expect(!verdicts.prefix(300).contains(true))
        #expect(!verdicts.suffix(300).contains(false))
    }

    @Test(arguments: ["", "one", "Hello there", "今日は天気がいいですね"]) func `short texts are told apart`(_ text: String) {
        #expect(duplicates(["something else", text, text]) == [false, false, true])
    }

    private func duplicates(_ texts: [String]) -> [Bool] {
        var duplicates = NearDuplicates(threshold: 0.8, seed: 1)
        return texts.map { duplicates.isDuplicate($0) }
    }
}
