/// Which texts are nearest to a question by their words: Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic
/// Relevance Framework") with k₁ = 1.2 and b = 0.75, and the inverse document frequency ln(1 + (N − n + 0.5)/(n +
/// 0.5)), which is never negative.
struct BM25: Sendable {
    private static let saturation = 1.2
    private static let lengthWeight = 0.75

    private let lengths: [Int]
    private let meanLength: Double
    /// Where a word stands: the text and how often.
    private var places: [[UInt8]: [(text: Int32, count: Int32)]] = [:]

    init(_ texts: [String]) {
        var lengths: [Int] = []
        for (number, text) in texts.enumerated() {
            let words = Self.words(text)
            lengths.append(words.count)
            var counts: [[UInt8]: Int32] = [:]
            for word in words { counts[word, default: 0] += 1 }
            for (word, count) in counts { places[word, default: []].append((Int32(number), count)) }
        }
        self.lengths = lengths
        meanLength = lengths.isEmpty ? 0 : Double(lengths.reduce(0, +)) / Double(lengths.count)
    }

    /// The numbers of the nearest texts, nearest first; of two as near the earlier first. Texts without a common word
    /// come last, in their order.
    func nearest(to question: String, count: Int, where isAllowed: (Int) -> Bool = { _ in true }) -> [Int] {
        guard count > 0 else { return [] }
        let scores = scores(for: question)
        // A few of many: the best so far, in order.
        var best: [Int] = []
        for number in lengths.indices {
            if best.count == count, scores[number] <= scores[best[count - 1]] { continue }
            guard isAllowed(number) else { continue }
            let place = best.firstIndex { scores[$0] < scores[number] } ?? best.count
            best.insert(number, at: place)
            if best.count > count { best.removeLast() }
        }
        return best
    }

    /// How near each text is; 0 for those without a common word.
    func scores(for question: String) -> [Double] {
        var scores = [Double](repeating: 0, count: lengths.count)
        // In the order of the question, so that sums are the same in each run.
        for word in Self.words(question) {
            guard let places = places[word] else { continue }
            let (all, with) = (Double(lengths.count), Double(places.count))
            let weight = Logarithm.natural(1 + (all - with + 0.5) / (with + 0.5))
            for place in places {
                let count = Double(place.count)
                let length = Double(lengths[Int(place.text)]) / meanLength
                let damping = Self.saturation * (1 - Self.lengthWeight + Self.lengthWeight * length)
                scores[Int(place.text)] += weight * count * (Self.saturation + 1) / (count + damping)
            }
        }
        return scores
    }

    /// Runs of letters and digits in lower case; of scripts without blanks each character is a word.
    static func words(_ text: String) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        func end() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        for scalar in LowerCase.of(text).unicodeScalars {
            if scalar.isASCII {
                if scalar.isOfWord { word.append(UInt8(scalar.value)) } else { end() }
            } else if scalar.properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value) {
                end()
                words.append(Array(scalar.utf8))
            } else if scalar.isOfWord || scalar.properties.generalCategory == .nonspacingMark {
                word += scalar.utf8
            } else {
                end()
            }
        }
        end()
        return words
    }
}
