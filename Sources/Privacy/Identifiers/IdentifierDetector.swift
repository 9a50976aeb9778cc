/// Identifiers of every family: a cluster of words is compared with all shapes at once, each match checked once, its context weighed.
enum IdentifierDetector {
    private enum Weight {
        /// A counter-word close before: order, invoice, version…
        static let other = -25
        /// Written in lower case where capitals are the rule.
        static let lowercase = -10
        /// A dash, a point or a slash joins it to more digits: a part of something longer.
        static let joined = -30
        /// Groups of digits go on in the same manner before or after.
        static let continued = -20
    }

    /// Examines the words around the digit at `position`.
    static func examine(around position: Int, in inspection: inout TextInspection) {
        guard position >= inspection.identifiersEnd else { return }
        let index = IdentifierIndex.shared
        guard inspection.enabled.intersects(index.classes) else { return }
        withUnsafeTemporaryAllocation(of: WordCluster.Word.self, capacity: WordCluster.Bounds.words) { memory in
            let cluster = WordCluster(
                around: position, floor: inspection.identifiersEnd, in: inspection.text, memory: memory)
            examine(cluster, index, in: &inspection)
            inspection.identifiersEnd = max(cluster.resumption, position + 1)
        }
    }

    private static func examine(
        _ cluster: borrowing WordCluster, _ index: IdentifierIndex, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        var first = 0
        var readings = Readings()
        while first < cluster.limit {
            let word = cluster.words[first]
            let prefix = gluedPrefix(word, in: text)
            if prefix > 0 || index.mayMatch(cluster, from: first), text.isWordStart(Int(word.start)) {
                match(cluster, index, from: first, isGlued: false, &readings, in: &inspection)
                if prefix > 0 {
                    cluster.words[first] = word.dropping(prefix)
                    match(cluster, index, from: first, isGlued: true, &readings, in: &inspection)
                    cluster.words[first] = word
                }
            }
            first += 1
        }
    }

    private static func match(
        _ cluster: borrowing WordCluster, _ index: IdentifierIndex, from first: Int, isGlued: Bool,
        _ readings: inout Readings, in inspection: inout TextInspection
    ) {
        let start = Int(cluster.words[first].start)
        index.match(cluster, from: first) { entry, words in
            let last = first + words - 1
            weigh(
                entry, index, start..<cluster.words[last].end + Int(entry.closing),
                separator: words > 1 ? cluster.words[first + 1].separator : 0, isGlued: isGlued, &readings,
                in: &inspection
            )
        }
    }

    /// How many small letters stand before the first digit of a word, where they may be a word of their own with the blank forgotten
    /// (`pesel44051401458`): two at least, and enough behind them for an identifier.
    private static func gluedPrefix(_ word: WordCluster.Word, in text: ScannedText) -> Int {
        guard word.letters & 3 == 3 else { return 0 }
        let letters = (~word.letters).trailingZeroBitCount
        guard letters >= 2, Int(word.length) - letters >= 9, word.length <= WordCluster.Bounds.length else { return 0 }
        let start = Int(word.start)
        for index in 0..<letters where text.byte(start + index) < 0x61 { return 0 }
        return letters
    }

    /// What was read last, for all formats of which a range has the shape.
    private struct Readings {
        private var end = -1
        private var classes: UInt128 = 0
        private var range = 0..<0
        private var characters = IdentifierText()

        /// Whether words after a place speak of a class.
        mutating func speaks(of sensitiveClass: SensitiveClass, after position: Int, in text: ScannedText) -> Bool {
            if end != position {
                end = position
                classes = ContextCursor.classes(after: position, in: text)
            }
            return classes &>> UInt128(sensitiveClass.rawValue) & 1 != 0
        }

        /// The letters and digits of a range.
        mutating func characters(_ range: Range<Int>, in text: ScannedText) -> IdentifierText {
            if range != self.range {
                self.range = range
                characters = IdentifierText(
                    UnsafeBufferPointer(start: text.base + range.lowerBound, count: range.count))
            }
            return characters
        }
    }

    private static func weigh(
        _ entry: IdentifierIndex.Entry, _ index: IdentifierIndex, _ range: Range<Int>, separator: UInt8, isGlued: Bool,
        _ readings: inout Readings, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        guard inspection.enabled.contains(entry.sensitiveClass), text.isWordEnd(range.upperBound) else { return }
        let format = index.weighings + Int(entry.format)
        let characters = readings.characters(range, in: text)
        var score: Int
        var grounds = Grounds(check: format.pointee.check(characters))
        switch grounds.check {
        case .reject: return inspection.reject(entry.sensitiveClass, range)
        case .accept: score = format.pointee.accepted
        case .neutral:
            // Without check digits a part of a word is nothing.
            if isGlued { return }
            score = format.pointee.neutral
        }
        if isJoined(range, in: text) {
            score += Weight.joined
        } else if isContinued(range, by: separator, in: text) {
            score += Weight.continued
        }
        // What no word about it can bring over the threshold needs no look around.
        guard max(score, 1) + format.pointee.context >= inspection.threshold || inspection.trace != nil else { return }
        let topic = Topic(entry.sensitiveClass)
        inspection.context.advance(to: range.lowerBound, text.base)
        if inspection.context.speaks(of: topic, before: range.lowerBound)
            || readings.speaks(of: entry.sensitiveClass, after: range.upperBound, in: text)
        {
            score += format.pointee.context
            grounds.context = .supports
        } else {
            if characters.hasLowercase { score += Weight.lowercase }
            if format.pointee.isCountered, inspection.context.speaksOfOthers(than: topic, before: range.lowerBound) {
                score += Weight.other
                grounds.context = .counters
            }
        }
        inspection.propose(
            Candidate(entry.sensitiveClass, range.lowerBound, range.upperBound, score: max(1, score)), grounds)
    }

    /// Whether a dash, point, slash or `+` before, or one of the first three after, joins the range to a word with a digit; a point
    /// and letters after it are a file's or a site's name.
    private static func isJoined(_ range: Range<Int>, in text: ScannedText) -> Bool {
        switch text.byte(range.lowerBound - 1) {
        case UInt8(ascii: "+"), UInt8(ascii: "@"): return true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"):
            var offset = range.lowerBound - 2
            while offset >= range.lowerBound - 10, text.has(offset, ByteClass.alphanumeric) {
                if text.has(offset, ByteClass.digit) { return true }
                offset -= 1
            }
        default: break
        }
        switch text.byte(range.upperBound) {
        case UInt8(ascii: "@"): return true
        case UInt8(ascii: "."): return text.has(range.upperBound + 1, ByteClass.alphanumeric)
        case UInt8(ascii: "-"), UInt8(ascii: "/"):
            for offset in range.upperBound + 1..<range.upperBound + 10 where text.has(offset, ByteClass.alphanumeric) {
                if text.has(offset, ByteClass.digit) { return true }
            }
        default: break
        }
        return false
    }

    /// Whether digits follow or precede in the manner of the range's own groups.
    private static func isContinued(_ range: Range<Int>, by separator: UInt8, in text: ScannedText) -> Bool {
        guard separator == UInt8(ascii: " ") else { return false }
        return text.byte(range.lowerBound - 1) == separator && text.has(range.lowerBound - 2, ByteClass.digit)
            || text.byte(range.upperBound) == separator && text.has(range.upperBound + 1, ByteClass.digit)
    }
}
