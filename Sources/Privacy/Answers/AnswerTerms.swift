import Inference

/// The words of settings' lists that are taken out of answers, to be found in text that is still coming.
///
/// Made once for an engine; the scanner that finds them in requests wants whole texts.
struct AnswerTerms: Sendable {
    enum Match: Equatable {
        /// The longest, where it ends, and what it says if it is written in disguise.
        case found(end: Int, sensitiveClass: SensitiveClass, plain: [UInt8]? = nil)
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

    /// A word in disguise is no longer.
    private static let longestDisguise = 384

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
        for byte in 0...255 where AnswerLetter.mayBegin(UInt8(byte)) { starts[byte] = true }
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

    /// The longest word that begins at a place and stands for itself, as it is or in disguise. `isEnd`: nothing comes after the text.
    func match(_ text: ScannedText, at start: Int, isEnd: Bool) -> Match {
        // What is invisible belongs to what stands before it.
        if text.base[start] & 0xC0 == 0x80 { return .none }
        if isEnd || start + Self.after <= text.count, !isStart(start, in: text) { return .none }
        let (plain, end) = matchBytes(text, at: start, isEnd: isEnd)
        guard AnswerLetter.mayDiffer(text, start..<end, isEnd: isEnd) else { return plain }
        let decoded = match(text, at: start, as: .decoded, isEnd: isEnd)
        let lookAlike = match(text, at: start, as: .lookAlike, isEnd: isEnd)
        return [decoded, lookAlike].reduce(plain) { Self.longer($0, $1) }
    }

    /// What has still to be waited for comes first.
    private static func longer(_ left: Match, _ right: Match) -> Match {
        switch (left, right) {
        case (.more, _), (_, .none): left
        case (_, .more), (.none, _): right
        case (.found(let leftEnd, _, _), .found(let rightEnd, _, _)): leftEnd >= rightEnd ? left : right
        }
    }

    /// Whether a word may begin at a place; the letter before may be written as an escape.
    private func isStart(_ start: Int, in text: ScannedText) -> Bool {
        if WordBoundary.isStart(start, in: text) { return true }
        guard let before = AnswerLetter.escaped(before: start, in: text) else { return false }
        return !WordBoundary.isWordPart(before)
    }

    /// The longest that stands there as it is, and behind the last byte that was read.
    private func matchBytes(_ text: ScannedText, at start: Int, isEnd: Bool) -> (match: Match, end: Int) {
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
                    if !isEnd, end + Self.after > text.count { return (.more, text.count) }
                    if WordBoundary.isEnd(end, in: text) {
                        best = .found(end: end, sensitiveClass: word.sensitiveClass)
                    }
                }
                continue
            }
            guard start + depth < text.count else { return (isEnd ? best : .more, text.count) }
            narrow(&low, &high, depth, text.base[start + depth])
            depth += 1
        }
        return (best, start + depth)
    }

    /// The longest that stands there in disguise.
    private func match(_ text: ScannedText, at start: Int, as reading: AnswerLetter.Reading, isEnd: Bool) -> Match {
        var low = 0
        var high = words.count
        var best = Match.none
        var depth = 0
        var position = start
        var plain: [UInt8] = []
        var isLatin = false
        while low < high {
            if words[low].folded.count == depth {
                let group = low
                while low < high, words[low].folded.count == depth { low += 1 }
                if let word = words[group..<low].first(where: { $0.exact.map { $0 == plain } ?? true }) {
                    if !isEnd, position + Self.after > text.count { return .more }
                    if WordBoundary.isEnd(position, in: text), reading != .lookAlike || isLatin {
                        best = .found(end: position, sensitiveClass: word.sensitiveClass, plain: plain)
                    }
                }
                continue
            }
            guard position < text.count else { return isEnd ? best : .more }
            guard position - start <= Self.longestDisguise + depth else { return best }
            guard case .letter(let letter) = AnswerLetter.read(text, at: position, as: reading, isEnd: isEnd) else {
                return .more
            }
            // A word begins with what it shows.
            if depth == 0, letter.bytes.isEmpty { return .none }
            isLatin = isLatin || text.has(position, ByteClass.letter)
            plain += letter.bytes
            position = letter.end
            for byte in letter.bytes {
                while low < high, words[low].folded.count == depth { low += 1 }
                narrow(&low, &high, depth, byte)
                depth += 1
            }
        }
        return best
    }

    /// Leaves of a range of words those whose byte at `depth` is one; all are longer than `depth`.
    private func narrow(_ low: inout Int, _ high: inout Int, _ depth: Int, _ byte: UInt8) {
        guard low < high else { return }
        let byte = RestorationLiterals.fold(byte)
        let first = bound(low, high, depth, byte)
        high = byte == 255 ? high : bound(first, high, depth, byte + 1)
        low = first
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
