/// ROUGE-L (Lin 2004): the F-measure over the longest common subsequence of words, as the package `rouge-score`
/// computes it; the best of several expected answers.
public struct RougeL: Sendable, Hashable {
    /// Whether words are stemmed first (Porter, with NLTK's extensions).
    public var isStemmed: Bool

    /// With or without stems.
    public init(isStemmed: Bool = false) { self.isStemmed = isStemmed }

    /// More words than this are not compared: the time is their product.
    static let mostWords = 65_536

    func score(_ text: String, _ expected: [String]) -> Score {
        let answer = words(text)
        guard answer.count <= Self.mostWords else { return Score(0, "more than \(Self.mostWords) words") }
        let best = expected.map { value(answer, words($0)) }.max() ?? 0
        return Score(best, "ROUGE-L against the nearest expected answer")
    }

    /// The F-measure.
    func value(_ answer: [[UInt8]], _ expected: [[UInt8]]) -> Double {
        guard !answer.isEmpty, !expected.isEmpty, expected.count <= Self.mostWords else { return 0 }
        var table = TokenTable()
        let common = CommonSubsequence.length(table.numbers(of: expected), table.numbers(of: answer))
        let precision = Double(common) / Double(answer.count)
        let recall = Double(common) / Double(expected.count)
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }

    /// Runs of ASCII letters and digits, in lower case; those of more than three letters stemmed.
    func words(_ text: String) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        func end() {
            guard !word.isEmpty else { return }
            words.append(isStemmed && word.count > 3 ? PorterStemmer.stem(word) : word)
            word = []
        }
        for byte in LowerCase.of(text).utf8 {
            if (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) { word.append(byte) } else { end() }
        }
        end()
        return words
    }
}

/// The longest common subsequence.
enum CommonSubsequence {
    /// Its length, 64 elements at a time (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").
    static func length(_ left: [Int32], _ right: [Int32]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return 0 }
        let count = (left.count + 63) / 64
        var places: [Int32: [Int32]] = [:]
        for (index, token) in left.enumerated() { places[token, default: []].append(Int32(index)) }
        // A bit is set where the length does not grow.
        var rows = [UInt64](repeating: .max, count: count)
        var match = [UInt64](repeating: 0, count: count)
        for token in right {
            guard let places = places[token] else { continue }
            for place in places { match[Int(place) >> 6] |= 1 << UInt64(place & 63) }
            var carry: UInt64 = 0
            for index in 0..<count {
                let row = rows[index]
                let hit = row & match[index]
                let (sum, over) = row.addingReportingOverflow(hit)
                let (total, overToo) = sum.addingReportingOverflow(carry)
                carry = over || overToo ? 1 : 0
                rows[index] = total | (row & ~match[index])
            }
            for place in places { match[Int(place) >> 6] = 0 }
        }
        var length = 0
        for index in 0..<count {
            let used = index == count - 1 && left.count % 64 != 0 ? UInt64(1) << UInt64(left.count % 64) - 1 : .max
            length += (~rows[index] & used).nonzeroBitCount
        }
        return length
    }
}
