/// Characters outside ASCII as a reader sees them: the compatibility mappings of Unicode (UAX #15, NFKC, as far as they lead to
/// ASCII), digits of all scripts, spaces, dashes, stops; what shows nothing is taken out.
///
/// Ordinary prose of any language must cost little. So a text is rewritten only if something in it is a disguise where it stands: a
/// dash between words, a no-break space before `!`, a joiner in Persian or in a picture are none. Once it is rewritten, it is
/// rewritten throughout, so that the words beside a value are read as well.
struct CharacterFolding {
    /// What a text needs.
    struct Need {
        var isFolding = false
        /// There are letters that `LookAlikeWords` must judge.
        var hasLookAlikes = false
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let table = FoldTable.storage
    private let classes = ByteClass.table

    private init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Looks until the first disguise.
    static func need(of text: UnsafeBufferPointer<UInt8>) -> Need { CharacterFolding(text).need() }

    /// Rewrites the text throughout.
    static func rewrite(_ text: UnsafeBufferPointer<UInt8>, _ disguises: inout Disguises) -> ShadowLayer? {
        var folding = Rewriting(text: text, builder: ShadowLayerBuilder(text))
        folding.run()
        disguises.formUnion(folding.builder.disguises)
        return folding.builder.finish()
    }

    private func need() -> Need {
        var need = Need()
        var joint = Joint()
        var position = text.nextOutsideASCII(from: 0)
        while position < text.count {
            let scalar = UTF8Scalar.decode(text, position)
            let next = position &+ scalar.length
            let entry = table.entry(scalar.value)
            if !entry.isPlain {
                let kind = entry.kind
                if kind == .lookAlike || kind == .looseLookAlike {
                    need.hasLookAlikes = true
                    position = skipCyrillic(from: next)
                    continue
                } else if isDisguise(kind, entry, position, next) {
                    need.isFolding = true
                    return need
                } else {
                    if joint.end != position { joint = self.joint(at: position, kind) }
                    joint.add(kind, next)
                    if joint.isDisguise(before: text.byte(next), isValue: isValue(next)) {
                        need.isFolding = true
                        return need
                    }
                }
            }
            position = next
            if position < text.count, text[position] < 0x80 { position = text.nextOutsideASCII(from: position) }
        }
        return need
    }

    /// Where to look on: nothing but look-alikes is among the letters of Cyrillic.
    private func skipCyrillic(from start: Int) -> Int {
        var position = start
        while position &+ 1 < text.count {
            if text[position] & 0xFE == 0xD0, text[position &+ 1] & 0xC0 == 0x80 {
                position &+= 2
            } else if text[position] < 0x80 {
                position &+= 1
            } else {
                return position
            }
        }
        return text.nextOutsideASCII(from: min(position, text.count))
    }

    private func joint(at position: Int, _ kind: FoldTable.Kind) -> Joint {
        let isAfterASCII = text.byte(position &- 1) < 0x80
        let isAfterLetter = isLetter(before: position)
        return Joint(
            followsText: isAfterASCII || isAfterLetter,
            followsValue: isAfterASCII && kind == .space || isValue(position &- 1) || isAfterLetter)
    }

    /// Characters in a row that alone would be ordinary: between two parts of a value mixtures are not, and joiners nowhere in text of
    /// scripts that do without.
    private struct Joint {
        var end = -1
        /// Whether text of ASCII, Latin, Greek, Cyrillic stands before, or nothing.
        var followsText = false
        var followsValue = false
        var count = 0
        var hasJoiner = false

        init() {}

        init(followsText: Bool, followsValue: Bool) {
            self.followsText = followsText
            self.followsValue = followsValue
        }

        /// Takes the byte that follows; zero at the end.
        func isDisguise(before next: UInt8, isValue: Bool) -> Bool {
            let isBeforeLetter = (0xC3...0xD4).contains(next)
            if hasJoiner, followsText, next < 0x80 || isBeforeLetter { return true }
            return followsValue && count > 1 && (isValue || isBeforeLetter)
        }

        mutating func add(_ kind: FoldTable.Kind, _ end: Int) {
            self.end = end
            count &+= 1
            if kind == .joiner { hasJoiner = true }
        }
    }

    /// Whether the character is a disguise where it stands.
    private func isDisguise(_ kind: FoldTable.Kind, _ entry: FoldTable.Entry, _ position: Int, _ next: Int) -> Bool {
        switch kind {
        case .plain, .joiner, .lookAlike, .looseLookAlike: return false
        case .compatibility, .digit, .tag, .overlay: return true
        case .invisible: return position > 0  // a byte order mark is none
        case .ornament: return isDisguisingOrnament(entry, position, next)
        case .mark: return isDisguisingMark(position, next)
        case .middleDot: return isDigit(position &- 1) && isDigit(next)
        case .accent: return isDigit(position &- 1) || text.byte(position &- 1) == UInt8(ascii: "@")
        case .space:
            return (text.byte(position &- 1) < 0x80 || isLatin(before: position))
                && (isAfterSpace(next) || (0xC3...0xCA).contains(text.byte(next)))
        case .dash:
            if isValue(position &- 1), isValue(next) {
                // U+2014 and U+2015 join words in prose; in a word with digits they are a hyphen.
                return !isLongDash(position) || isCode(before: position) || isCode(after: next)
            }
            return isDigit(skippingSpace(position &- 1, -1)) && isDigit(skippingSpace(next, 1))
        }
    }

    /// Full-width marks are a disguise in what is ASCII otherwise, and where two of them are a part of an address (`：：1`).
    private func isDisguisingMark(_ position: Int, _ next: Int) -> Bool {
        if isAlphanumeric(position &- 1) {
            if isAlphanumeric(next) || text.byte(next) == UInt8(ascii: " ") { return true }
        } else if text.byte(position &- 1) >= 0x80 {
            return false
        }
        if text.byte(position &- 1) == UInt8(ascii: ":") || text.byte(next) == UInt8(ascii: ":") { return true }
        guard next < text.count, text[next] >= 0xE2 else { return false }
        return table.entry(UTF8Scalar.decode(text, next).value).kind == .mark
    }

    /// Whether the word of letters, digits, dashes that ends here has a digit or a further long dash.
    private func isCode(before end: Int) -> Bool {
        var offset = end &- 1
        let lowest = max(0, end &- Bounds.word)
        while offset >= lowest, isCodePart(offset) {
            if isDigit(offset) || isLongDash(offset) { return true }
            offset &-= 1
        }
        return false
    }

    private func isCode(after start: Int) -> Bool {
        var offset = start
        let highest = min(text.count, start &+ Bounds.word)
        while offset < highest, isCodePart(offset) {
            if isDigit(offset) || isLongDash(offset) { return true }
            offset &+= 1
        }
        return false
    }

    private func isLongDash(_ offset: Int) -> Bool {
        text[offset] == 0xE2 && text.byte(offset &+ 1) == 0x80 && text.byte(offset &+ 2) & 0xFE == 0x94
    }

    /// Letters, digits, what joins them in a token, and characters outside ASCII: dashes among them.
    private func isCodePart(_ offset: Int) -> Bool {
        let byte = text[offset]
        return byte >= 0x80 || byte == UInt8(ascii: ".") || classes[Int(byte)] & ByteClass.token != 0
    }

    private enum Bounds {
        /// How far a digit is looked for in a word, in bytes.
        static let word = 64
    }

    /// `m²`, `1ª` and `Brand™` are ordinary; beside characters of its own kind, before letters, and as a digit after digits it is not.
    private func isDisguisingOrnament(_ entry: FoldTable.Entry, _ position: Int, _ next: Int) -> Bool {
        if isAlphanumeric(next) || text.byte(next) == UInt8(ascii: "@") { return true }
        if text.byte(position &- 1) == UInt8(ascii: "@") { return true }
        if isDigit(position &- 1), table.first(entry) &- UInt8(ascii: "0") < 10 { return true }
        if isEnclosed(position) {
            // Numbers of two digits.
            let output = table.output(entry)
            if output.count > 1, output.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) { return true }
            if isAlphanumeric(position &- 1) || isJoint(position &- 1) && isAlphanumeric(position &- 2) { return true }
            if text.byte(position &- 1) == UInt8(ascii: " "), isDigit(position &- 2) { return true }
            if text.byte(next) == UInt8(ascii: " "), isDigit(next &+ 1) { return true }
        }
        // `①.②`, as in an address of numbers.
        let isDivided = ".:-/".utf8.contains(text.byte(next))
        let place = isDivided ? next &+ 1 : next
        guard place < text.count else { return false }
        let following = table.entry(UTF8Scalar.decode(text, place).value).kind
        return following == .ornament || following == .joiner && !isDivided
    }

    /// Whether the ornament is a letter or a number in a circle, square or brackets: U+2460 and up, without the units of U+33xx.
    private func isEnclosed(_ position: Int) -> Bool {
        switch text[position] {
        case 0xE2: text.byte(position &+ 1) >= 0x91
        case 0xE3: text.byte(position &+ 1) < 0x8C
        default: text[position] == 0xF0
        }
    }

    /// Whether the byte stands between the parts of dates and addresses of numbers.
    private func isJoint(_ offset: Int) -> Bool {
        switch text.byte(offset) {
        case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "/"): true
        default: false
        }
    }

    private func isDigit(_ offset: Int) -> Bool { text.byte(offset) &- UInt8(ascii: "0") < 10 }

    private func isAlphanumeric(_ offset: Int) -> Bool {
        classes[Int(text.byte(offset))] & ByteClass.alphanumeric != 0
    }

    /// Whether the byte may belong to a value and stand beside a space in it.
    private func isValue(_ offset: Int) -> Bool {
        switch text.byte(offset) {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "="), UInt8(ascii: "_"):
            return true
        default: return isAlphanumeric(offset)
        }
    }

    /// Whether an accented Latin letter stands before.
    private func isLatin(before offset: Int) -> Bool {
        offset >= 2 && text[offset &- 1] & 0xC0 == 0x80 && (0xC3...0xCA).contains(text[offset &- 2])
    }

    /// Whether a letter beyond ASCII of Latin, Greek, Cyrillic stands before: scripts without joiners.
    private func isLetter(before offset: Int) -> Bool {
        offset >= 2 && text[offset &- 1] & 0xC0 == 0x80 && (0xC3...0xD4).contains(text[offset &- 2])
    }

    /// Whether the byte may stand after a space in other than French, which sets one before `!`, `?`, `;`, `:` and `%`.
    private func isAfterSpace(_ offset: Int) -> Bool {
        let byte = text.byte(offset)
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ";"), UInt8(ascii: "%"): return false
        case UInt8(ascii: ":"):
            return text.byte(offset &+ 1) == UInt8(ascii: "=") || text.byte(offset &+ 1) == UInt8(ascii: ":")
        default: return byte > UInt8(ascii: " ") && byte < 0x7F
        }
    }

    private func skippingSpace(_ offset: Int, _ step: Int) -> Int {
        text.byte(offset) == UInt8(ascii: " ") ? offset &+ step : offset
    }
}

/// The rewriting itself.
private struct Rewriting {
    let text: UnsafeBufferPointer<UInt8>
    var builder: ShadowLayerBuilder
    let table = FoldTable.storage
    /// The end of the last letter that looks like a Latin one.
    var lookAlikeEnd = -1
    var pictureEnd = -1

    private enum Bounds {
        /// So many tags in a row are text; fewer are noise between letters.
        static let tags = 2
        /// Invisible characters passed when looking for what comes next.
        static let lookAhead = 4
    }

    init(text: UnsafeBufferPointer<UInt8>, builder: ShadowLayerBuilder) {
        self.text = text
        self.builder = builder
    }

    mutating func run() {
        var position = text.nextOutsideASCII(from: 0)
        while position < text.count {
            let scalar = UTF8Scalar.decode(text, position)
            let entry = table.entry(scalar.value)
            var next = position &+ scalar.length
            if entry.isPlain {
                if scalar.value == 0x1F3F4 { pictureEnd = next }  // a black flag: tags after it name a region
            } else if entry.kind == .tag {
                next = rewriteTags(from: position)
            } else {
                rewrite(position..<next, entry)
            }
            position = next
            if position < text.count, text[position] < 0x80 { position = text.nextOutsideASCII(from: position) }
        }
    }

    private mutating func rewrite(_ range: Range<Int>, _ entry: FoldTable.Entry) {
        switch entry.kind {
        case .plain, .tag: break
        case .compatibility, .ornament: builder.replace(range, with: table.output(entry), .compatibility)
        case .digit: builder.replace(range, with: table.first(entry), .digits)
        case .space, .dash: builder.replace(range, with: table.first(entry), .punctuation)
        case .invisible: builder.strip(range, .invisible)
        case .overlay: builder.absorb(range, .compatibility)
        case .accent:
            if isDigit(last(before: range)) || last(before: range) == UInt8(ascii: "@") {
                builder.absorb(range, .compatibility)
            }
        case .joiner: rewriteJoiner(range)
        case .mark:
            // Between words of other scripts it is their punctuation.
            let isBeforeASCII = range.upperBound == text.count || following(range.upperBound) > 0
            if isBeforeASCII, last(before: range) < 0x80 || isAfterLookAlike(range) {
                builder.replace(range, with: table.first(entry), .punctuation)
            }
        case .middleDot:
            if isDigit(last(before: range)), isDigit(following(range.upperBound)) {
                builder.replace(range, with: table.first(entry), .punctuation)
            }
        case .lookAlike, .looseLookAlike: lookAlikeEnd = range.upperBound
        }
    }

    /// Tags spell ASCII that no screen shows but a model reads.
    private mutating func rewriteTags(from start: Int) -> Int {
        var end = start
        var count = 0
        while end < text.count {
            let scalar = UTF8Scalar.decode(text, end)
            guard table.entry(scalar.value).kind == .tag else { break }
            end &+= scalar.length
            count &+= 1
        }
        let isText = count >= Bounds.tags && pictureEnd != start
        for position in stride(from: start, to: end, by: 4) {
            if isText {
                let output = table.first(table.entry(UTF8Scalar.decode(text, position).value))
                builder.replace(position..<(position &+ 4), with: output, .invisible)
            } else {
                builder.strip(position..<(position &+ 4), .invisible)
            }
        }
        return end
    }

    /// In scripts that use joiners, and in pictures, they belong to the writing. A selector belongs to its character.
    private mutating func rewriteJoiner(_ range: Range<Int>) {
        let before = builder.lastBytes(keepingTo: range.lowerBound)
        guard before.1 < 0x80 || (0xC3...0xD4).contains(before.0) || isAfterLookAlike(range) else { return }
        let isSelector = text[range.lowerBound] == 0xEF && text[range.lowerBound &+ 1] == 0xB8
        if isSelector { builder.absorb(range, .invisible) } else { builder.strip(range, .invisible) }
        if isAfterLookAlike(range) { lookAlikeEnd = range.upperBound }
    }

    private func last(before range: Range<Int>) -> UInt8 { builder.lastBytes(keepingTo: range.lowerBound).1 }

    private func isAfterLookAlike(_ range: Range<Int>) -> Bool { lookAlikeEnd == range.lowerBound }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// As what the next character that shows is seen; zero if it stays outside ASCII.
    private func following(_ start: Int) -> UInt8 {
        var offset = start
        for _ in 0..<Bounds.lookAhead where offset < text.count {
            let scalar = UTF8Scalar.decode(text, offset)
            if scalar.value < 0x80 { return text[offset] }
            let entry = table.entry(scalar.value)
            switch entry.kind {
            case .invisible, .joiner, .overlay, .accent: offset &+= scalar.length
            default: return table.first(entry)
            }
        }
        return 0
    }
}
