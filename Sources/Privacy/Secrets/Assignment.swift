/// A value that is given to a name: `api_key = "…"`, `"apiKey": "…"`, `<token>…</token>`, `--password …`, `TOKEN=…`.
struct Assignment {
    enum Bounds {
        /// How much of the name before and after the keyword is read.
        static let nameBefore = 50
        static let nameAfter = 30
        /// Spaces, quotes and brackets between the sign and the value; an XML element's text stands on its own line, indented.
        static let opening = 24
        /// The longest value.
        static let value = 1_024
    }

    /// All that stands before the sign on its line, as far as it belongs to the name.
    let name: Range<Int>
    /// Where the value begins, after its quote.
    let start: Int
    /// The quote that opens it, or 0.
    let quote: UInt8
    /// Whether a sign was found, and not just a space.
    let hasSign: Bool

    /// What stands after the keyword.
    init?(after keyword: Range<Int>, in text: ScannedText) {
        var nameStart = keyword.lowerBound
        let lowest = max(0, nameStart - Bounds.nameBefore)
        while nameStart > lowest, Self.isNameByte(text.base[nameStart - 1]) { nameStart -= 1 }
        // The letter of `\n` in a text that quotes source code is none of the name.
        if nameStart < keyword.lowerBound, text.isEscapeLetter(nameStart) { nameStart += 1 }
        var position = keyword.upperBound
        let limit = min(text.count, position + Bounds.nameAfter)
        while position < limit, Self.isNameByte(text.base[position]) { position += 1 }
        let wordEnd = position
        // `--token value`
        if text.begins("--", at: nameStart), text.byte(position) == UInt8(ascii: " ") {
            position += 1
            let opened = Self.opening(position, mayBreakLine: false, in: text)
            if text.byte(opened.start) != UInt8(ascii: "="), text.byte(opened.start) != UInt8(ascii: "-") {
                name = nameStart..<wordEnd
                (start, quote, hasSign) = (opened.start, opened.quote, true)
                return
            }
            position = wordEnd
        }
        while position < limit, Self.isNameByte(text.base[position]) || Self.isBlank(text.base[position]) {
            position += 1
        }
        let nameEnd = position
        // `"]`, `')`, `\"`, `` ` ``
        let closing = min(text.count, position + 4)
        var isQuoted = false
        while position < closing, Self.isClosing(text.base[position]) {
            // Grave accents are Markdown's: `a`, `b`.
            if Self.isQuote(text.base[position]), text.base[position] != UInt8(ascii: "`") { isQuoted = true }
            position += 1
        }
        guard let sign = Self.sign(at: position, isQuoted: isQuoted, name: nameStart, in: text) else {
            // Nothing but a space: enough for values that show by themselves what they are.
            guard text.byte(wordEnd) == UInt8(ascii: " ") else { return nil }
            name = nameStart..<wordEnd
            (start, quote, hasSign) = (wordEnd + 1, 0, false)
            return
        }
        let opened = Self.opening(sign.end, mayBreakLine: sign.mayBreakLine, in: text)
        name = nameStart..<nameEnd
        (start, quote, hasSign) = (opened.start, opened.quote, true)
    }

    /// `=`, `:`, `:=`, `=>`, `?=`, `||`, `??`, `->` of PHP's arrays is `=>`; `,` after a quoted name, `>` after an element's.
    private static func sign(
        at position: Int, isQuoted: Bool, name: Int, in text: ScannedText
    ) -> (end: Int, mayBreakLine: Bool)? {
        var end = position
        while isBlank(text.byte(end)) { end += 1 }
        switch text.byte(end) {
        case UInt8(ascii: "="), UInt8(ascii: ":"):
            let isColon = text.byte(end) == UInt8(ascii: ":")
            var signs = 0
            while signs < 4, text.byte(end) == UInt8(ascii: ":") || text.byte(end) == UInt8(ascii: "=") {
                end += 1
                signs += 1
            }
            if !isColon, text.byte(end) == UInt8(ascii: ">") { end += 1 }
            return (end, isColon && isQuoted)
        case UInt8(ascii: "?"), UInt8(ascii: "+"):
            if text.byte(end + 1) == UInt8(ascii: "=") { return (end + 2, false) }
            return text.begins("??", at: end) ? (end + 2, false) : nil
        case UInt8(ascii: "|"): return text.begins("||", at: end) ? (end + 2, false) : nil
        case UInt8(ascii: ","): return isQuoted ? (end + 1, false) : nil
        case UInt8(ascii: ">"): return text.byte(name - 1) == UInt8(ascii: "<") ? (end + 1, true) : nil
        default: return nil
        }
    }

    /// Over spaces, brackets, a string's prefix and its quote.
    private static func opening(
        _ start: Int, mayBreakLine: Bool, in text: ScannedText
    ) -> (start: Int, quote: UInt8) {
        var position = start
        var quote: UInt8 = 0
        var mayBreak = mayBreakLine
        let limit = min(text.count, start + Bounds.opening)
        loop: while position < limit {
            let byte = text.base[position]
            switch byte {
            case 0x20, 0x09, UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "="):
                // A bracket after the quote is the value's own.
                if quote != 0, byte != 0x20, byte != 0x09 { break loop }
            case 0x0A, 0x0D: guard mayBreak else { break loop }
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
                guard byte != quote else { break loop }
                quote = byte
            case UInt8(ascii: "|"), UInt8(ascii: ">"):
                // YAML's blocks.
                let isChomped = text.byte(position + 1) == UInt8(ascii: "-")
                guard quote == 0, text.byte(position + (isChomped ? 2 : 1)) == 0x0A else { break loop }
                if isChomped { position += 1 }
                mayBreak = true
            case UInt8(ascii: "\\"): guard isQuote(text.byte(position + 1)) else { break loop }
            case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "r"), UInt8(ascii: "u"), UInt8(ascii: "N"),
                UInt8(ascii: "L"), UInt8(ascii: "@"):
                guard quote == 0, isQuote(text.byte(position + 1)) else { break loop }
            default: break loop
            }
            position += 1
        }
        return (position, quote)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        ByteClass.table[Int(byte)] & ByteClass.token != 0 || byte == UInt8(ascii: ".")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    private static func isClosing(_ byte: UInt8) -> Bool {
        isQuote(byte) || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")")
    }
}
