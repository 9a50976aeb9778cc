import Inference

/// The words of settings' lists that are taken out of answers, to be found in text that is still coming.
///
/// Made once for an engine; the scanner that finds them in requests wants whole texts.
struct AnswerTerms: Sendable {
    enum Match: Equatable {
        /// The longest, and where it ends.
        case found(end: Int, sensitiveClass: SensitiveClass)
        /// The text ends in what may become one, or a longer one.
        case more
        case none
    }

    private struct Word: Sendable {
        /// ASCII letters in lower case: the order of the table, and what texts are compared with.
        let folded: [UInt8]
        /// As it must be written; `nil` where ASCII case does not matter.
        let exact: [UInt8]?
        let sensitiveClass: SensitiveClass
    }

    /// Bytes behind a word that decide whether it ends there: a character and more.
    private static let after = 4

    private let words: [Word]
    /// By byte: whether a word begins with it.
    private let starts: [Bool]

    /// The words of lists whose class is taken out of answers; `nil` if there are none.
    init?(_ settings: PrivacySettings) throws(TermDictionaryError) {
        let lists = settings.terms.map { terms in
            settings.redactedInAnswers.contains(terms.dataClass)
                ? SensitiveClass.named(terms.dataClass) ?? .custom : nil
        }
        guard lists.contains(where: { $0 != nil }) else { return nil }
        var words: [Word] = []
        for spelling in try TermDictionary(settings.terms).spellings {
            guard let sensitiveClass = lists[spelling.list] else { continue }
            let bytes = Array(spelling.text.utf8)
            words.append(
                Word(
                    folded: bytes.map { RestorationLiterals.fold($0) }, exact: spelling.isCaseless ? nil : bytes,
                    sensitiveClass: sensitiveClass))
        }
        words.sort { $0.folded.lexicographicallyPrecedes($1.folded) }
        self.words = words
        var starts = [Bool](repeating: false, count: 256)
        for first in words.compactMap(\.folded.first) {
            starts[Int(first)] = true
            if first >= 0x61 && first <= 0x7A { starts[Int(first & 0xDF)] = true }
        }
        self.starts = starts
    }

    /// Whether a class can be taken out of answers because it is a list of words and nothing else.
    static func isListOnly(_ dataClass: DataClass, in settings: PrivacySettings) -> Bool {
        (SensitiveClass.named(dataClass) ?? .custom) == .custom
            && settings.terms.contains { $0.dataClass == dataClass }
            && !settings.patterns.contains { $0.dataClass == dataClass }
    }

    /// The next place where a word may begin.
    func next(_ text: ScannedText, from start: Int) -> Int {
        starts.withUnsafeBufferPointer { starts in
            var position = start
            while position < text.count, !starts[Int(text.base[position])] { position &+= 1 }
            return position
        }
    }

    /// The longest word that begins at a place and stands for itself. `isEnd`: nothing comes after the text.
    func match(_ text: ScannedText, at start: Int, isEnd: Bool) -> Match {
        if isEnd || start + Self.after <= text.count, !WordBoundary.isStart(start, in: text) { return .none }
        var low = 0
        var high = words.count
        var best = Match.none
        var depth = 0
        while low < high {
            if words[low].folded.count == depth {
                let group = low
                while low < high, words[low].folded.count == depth { low += 1 }
                let end = start + depth
                if let word = words[group..<low].first(where: { stands($0, text, start) }) {
                    if !isEnd, end + Self.after > text.count { return .more }
                    if WordBoundary.isEnd(end, in: text) {
                        best = .found(end: end, sensitiveClass: word.sensitiveClass)
                    }
                }
                continue
            }
            guard start + depth < text.count else { return isEnd ? best : .more }
            let byte = RestorationLiterals.fold(text.base[start + depth])
            let first = bound(low, high, depth, byte)
            high = byte == 255 ? high : bound(first, high, depth, byte + 1)
            low = first
            depth += 1
        }
        return best
    }

    private func stands(_ word: Word, _ text: ScannedText, _ start: Int) -> Bool {
        guard let exact = word.exact else { return true }
        return exact.indices.allSatisfy { exact[$0] == text.base[start + $0] }
    }

    /// The first word of a range whose byte at `depth` is `byte` or more; all are longer than `depth`.
    private func bound(_ low: Int, _ high: Int, _ depth: Int, _ byte: UInt8) -> Int {
        var low = low
        var high = high
        while low < high {
            let middle = (low + high) / 2
            if words[middle].folded[depth] < byte { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
