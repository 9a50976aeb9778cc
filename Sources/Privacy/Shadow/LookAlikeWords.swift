/// Letters of other scripts that stand for Latin ones (UTS #39, confusables), decided word by word.
///
/// `раураl` in mixed letters is a disguise; `сор` in a Russian sentence is a word. A word is read as Latin if it also has ASCII
/// letters; if its only other characters are ASCII digits; or if all its letters are look-alikes and it stands beside an `@`, a word
/// read as Latin, or a number. All other words stay, so that names and context words of their languages are read as they are.
struct LookAlikeWords {
    private enum Bounds {
        /// How far a word's surroundings are looked at, in bytes.
        static let surroundings = 64
        /// So many words of look-alikes may stand before what shows that they are Latin: the letters of a number plate.
        static let chain = 4
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let table = FoldTable.storage
    private let classes = ByteClass.table
    private var builder: ShadowLayerBuilder
    /// The end of the last word that was read as Latin.
    private var latinEnd = -1

    static func rewrite(_ text: UnsafeBufferPointer<UInt8>, _ disguises: inout Disguises) -> ShadowLayer? {
        var words = LookAlikeWords(text)
        words.run()
        disguises.formUnion(words.builder.disguises)
        return words.builder.finish()
    }

    private init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        builder = ShadowLayerBuilder(text)
    }

    /// What a word is made of.
    private struct Word {
        var range: Range<Int>
        var hasLetters = false
        var hasDigits = false
        var lookAlikes = 0
        /// All look-alikes are capitals.
        var isCapital = true
        /// All look-alikes may be digits.
        var isDigitLike = true
        var hasOthers = false
        /// There may be letters that are look-alikes only in a word with ASCII letters.
        var hasLoose = false
    }

    private mutating func run() {
        var end = 0
        var position = text.nextOutsideASCII(from: 0)
        while position < text.count {
            let scalar = UTF8Scalar.decode(text, position)
            if isLetter(scalar) {
                var start = position
                while start > end, isAlphanumeric(start &- 1) { start &-= 1 }
                let word = word(from: start)
                end = word.range.upperBound
                if word.lookAlikes > 0 || word.hasLoose { rewrite(word) }
            } else {
                end = position &+ scalar.length
            }
            position = end
            if position < text.count, text[position] < 0x80 { position &+= 1 }
            if position < text.count, text[position] < 0x80 { position = text.nextOutsideASCII(from: position) }
        }
    }

    private func word(from start: Int) -> Word {
        var word = Word(range: start..<start)
        var position = start
        while position < text.count {
            let byte = text[position]
            if byte < 0x80 {
                let byteClass = classes[Int(byte)]
                guard byteClass & ByteClass.alphanumeric != 0 else { break }
                if byteClass & ByteClass.letter != 0 { word.hasLetters = true } else { word.hasDigits = true }
                position &+= 1
                continue
            }
            let scalar = UTF8Scalar.decode(text, position)
            guard isLetter(scalar) else { break }
            let entry = table.entry(scalar.value)
            if entry.isPlain {
                word.hasOthers = true
                position = skipLetters(from: position &+ scalar.length, of: &word)
                continue
            } else if entry.kind == .looseLookAlike {
                word.hasLoose = true
            } else if entry.kind == .lookAlike {
                word.lookAlikes &+= 1
                if table.digit(entry) == nil { word.isDigitLike = false }
                if table.first(entry) &- UInt8(ascii: "A") >= 26 { word.isCapital = false }
            }
            position &+= scalar.length
        }
        word.range = start..<position
        return word
    }

    /// Passes Greek and Cyrillic letters: in a word with others, they matter only if there are ASCII letters too.
    private func skipLetters(from start: Int, of word: inout Word) -> Int {
        var position = start
        while position &+ 1 < text.count, text[position] &- 0xCE < 4, text[position &+ 1] & 0xC0 == 0x80 {
            position &+= 2
        }
        if position > start { word.hasLoose = true }
        return position
    }

    private mutating func rewrite(_ word: Word) {
        if word.hasLetters { return replace(word, asDigits: false) }
        guard !word.hasOthers, !word.hasLoose else { return }
        let before = word.range.lowerBound &- 1
        let after = word.range.upperBound
        if word.hasDigits {
            let isInToken = isLetter(before &- 1) && isJoint(before) || isLetter(after &+ 1) && isJoint(after)
            return replace(word, asDigits: word.isDigitLike && !isInToken)
        }
        if isTouchedByASCII(word.range) {
            replace(word, asDigits: word.isDigitLike && isDigit(before &- 1) && isDigit(after &+ 1))
        } else if word.lookAlikes > 1 || word.isCapital {
            // One small letter is a preposition in Russian.
            let last = skippingSeparators(before: word.range.lowerBound)
            let next = skippingSeparators(from: after)
            let isAfterNumber = last < before && isDigit(last)
            let isBeforeNumber = next > after && isDigit(next)
            let isAfterLatin = last < before && (isLetter(last) || last &+ 1 == latinEnd)
            let isBeforeLatin = next > after && isLetter(next)
            let isBesideNumber = isAfterNumber || isBeforeNumber
            guard isAfterLatin || isBeforeLatin || isBesideNumber || word.isCapital && leadsToASCII(after) else {
                return
            }
            replace(word, asDigits: word.isDigitLike && isAfterNumber && isBeforeNumber)
        }
    }

    /// Whether words of capital look-alikes follow, and behind them letters or digits of ASCII: `НН АВ 1234`.
    private func leadsToASCII(_ end: Int) -> Bool {
        var position = end
        for _ in 0..<Bounds.chain {
            let next = skippingSeparators(from: position)
            guard next > position, next < text.count else { return false }
            if isAlphanumeric(next) { return true }
            guard text[next] >= 0x80, isLetter(UTF8Scalar.decode(text, next)) else { return false }
            let word = word(from: next)
            if word.hasLetters || word.hasDigits { return true }
            guard word.isCapital, !word.hasOthers, !word.hasLoose else { return false }
            position = word.range.upperBound
        }
        return false
    }

    private mutating func replace(_ word: Word, asDigits: Bool) {
        latinEnd = word.range.upperBound
        var position = word.range.lowerBound
        while position < word.range.upperBound {
            let scalar = UTF8Scalar.decode(text, position)
            let range = position..<(position &+ scalar.length)
            let entry = table.entry(scalar.value)
            if entry.kind == .lookAlike || entry.kind == .looseLookAlike {
                builder.replace(
                    range, with: asDigits ? table.digit(entry) ?? table.first(entry) : table.first(entry), .lookAlikes)
            }
            position = range.upperBound
        }
    }

    /// Whether ASCII letters, digits or an `@` are written together with the word, without a space.
    private func isTouchedByASCII(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound &- 1
        let lowest = max(0, range.lowerBound &- Bounds.surroundings)
        while offset >= lowest, text[offset] > UInt8(ascii: " ") {
            if isAlphanumeric(offset) || text[offset] == UInt8(ascii: "@") { return true }
            offset &-= 1
        }
        offset = range.upperBound
        let highest = min(text.count, range.upperBound &+ Bounds.surroundings)
        while offset < highest, text[offset] > UInt8(ascii: " ") {
            if isAlphanumeric(offset) || text[offset] == UInt8(ascii: "@") { return true }
            offset &+= 1
        }
        return false
    }

    private func isDigit(_ offset: Int) -> Bool { text.byte(offset) &- UInt8(ascii: "0") < 10 }

    private func isAlphanumeric(_ offset: Int) -> Bool {
        classes[Int(text.byte(offset))] & ByteClass.alphanumeric != 0
    }

    private func isLetter(_ offset: Int) -> Bool { classes[Int(text.byte(offset))] & ByteClass.letter != 0 }

    private func isJoint(_ offset: Int) -> Bool {
        text.byte(offset) == UInt8(ascii: "-") || text.byte(offset) == UInt8(ascii: "_")
    }

    /// The place behind at most two separators: `: `.
    private func skippingSeparators(from start: Int) -> Int {
        guard isSeparator(start) else { return start }
        return isSeparator(start &+ 1) ? start &+ 2 : start &+ 1
    }

    /// The last place before at most two separators.
    private func skippingSeparators(before end: Int) -> Int {
        guard isSeparator(end &- 1) else { return end &- 1 }
        return isSeparator(end &- 2) ? end &- 3 : end &- 2
    }

    private func isSeparator(_ offset: Int) -> Bool {
        switch text.byte(offset) {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: ":"):
            return true
        default: return false
        }
    }

    /// Whether the character may belong to a word: not punctuation, spaces, signs, pictures, and not what is written without spaces
    /// between words or joins endings to words of other scripts (Chinese, Japanese, Korean, Thai). By blocks, which is enough here.
    private func isLetter(_ scalar: UTF8Scalar) -> Bool {
        // Greek, Cyrillic, Armenian first: they are what passes here.
        if scalar.value &- 0x370 < 0x220 { return true }
        switch scalar.value {
        case 0xE00...0xE7F, 0x1100...0x11FF, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF,
            0xFF65...0xFFDC, 0x20000...0x3FFFF:
            return false
        case 0..<0xC0, 0xD7, 0xF7, 0x2000...0x2069, 0x20A0...0x20CF, 0x2190...0x2335, 0x237B...0x2BFF,
            0xFE10...0xFE6F, 0xFF00...0xFF0F, 0x1F000...0x1FFFF, UInt32.max:
            return false
        default: return true
        }
    }
}
