/// One letter of an answer that is still coming, as a reader or a parser of JSON takes it: `\u00fc`, `&uuml;` and `%C3%BC` are `ü`, `\/`
/// is `/`, and a zero-width space is nothing.
struct AnswerLetter {
    /// What may stand for a letter.
    enum Reading {
        case bytes
        /// Escapes of JSON, source code, URLs and HTML, compatibility forms, digits of other scripts; what is invisible is nothing.
        case decoded
        /// And letters of other scripts for the Latin ones that they look like.
        case lookAlike
    }

    enum Bounds {
        /// No escape is longer: four bytes of UTF-8, each with its backslashes.
        static let escape = 48
        /// An escape that is looked for before a place.
        static let before = 28
    }

    /// Bytes as they count; none for what is invisible.
    let bytes: [UInt8]
    let end: Int

    enum Result {
        case letter(AnswerLetter)
        /// The text ends in what may become one.
        case more
    }

    static func read(_ text: ScannedText, at position: Int, as reading: Reading, isEnd: Bool) -> Result {
        let byte = text.base[position]
        guard reading != .bytes, byte >= 0x80 || isMark(byte) else { return .letter(single(byte, position)) }
        let bytes = UnsafeBufferPointer(start: text.base, count: text.count)
        if byte >= 0x80 {
            if !isEnd, isCut(bytes, position) { return .more }
            let scalar = UTF8Scalar.decode(bytes, position)
            let end = position + scalar.length
            if let output = folded(scalar.value, reading) { return .letter(AnswerLetter(bytes: output, end: end)) }
            return .letter(AnswerLetter(bytes: Array(bytes[position..<end]), end: end))
        }
        if !isEnd, mayGoOn(bytes, position) { return .more }
        guard let escape = escape(bytes, position) else { return .letter(single(byte, position)) }
        return .letter(
            AnswerLetter(
                bytes: folded(escape.scalar.value, reading) ?? UTF8.encode(escape.scalar).map(Array.init) ?? [],
                end: escape.end))
    }

    /// Whether anything that begins in a range may be another letter than its bytes say.
    static func mayDiffer(_ text: ScannedText, _ range: Range<Int>, isEnd: Bool) -> Bool {
        let bytes = UnsafeBufferPointer(start: text.base, count: text.count)
        return range.contains { position in
            let byte = bytes[position]
            guard byte >= 0xC0 else { return isMark(byte) }
            if isCut(bytes, position) { return !isEnd }
            return !FoldTable.storage.entry(UTF8Scalar.decode(bytes, position).value).isPlain
        }
    }

    /// Whether a letter in disguise may begin with a byte.
    static func mayBegin(_ byte: UInt8) -> Bool { byte >= 0x80 || isMark(byte) }

    /// The character whose escape ends at a place.
    static func escaped(before end: Int, in text: ScannedText) -> Unicode.Scalar? {
        let bytes = UnsafeBufferPointer(start: text.base, count: end)
        for start in max(0, end - Bounds.before)..<end where isMark(bytes[start]) {
            if let escape = escape(bytes, start), escape.end == end { return escape.scalar }
        }
        return nil
    }

    private static func single(_ byte: UInt8, _ position: Int) -> AnswerLetter {
        AnswerLetter(bytes: [byte], end: position + 1)
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        byte == SurrogateSyntax.backslash || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "&")
    }

    private static func escape(
        _ text: UnsafeBufferPointer<UInt8>, _ position: Int
    ) -> (scalar: Unicode.Scalar, end: Int)? {
        let reading =
            switch text[position] {
            case UInt8(ascii: "%"): PercentEscape.read(text, position)
            case UInt8(ascii: "&"): CharacterReference.read(text, position)
            default: CodeEscape.read(text, position)
            }
        if let reading { return (reading.scalar, reading.range.upperBound) }
        guard text[position] == SurrogateSyntax.backslash else { return nil }
        let next = text.byte(position + 1)
        // RFC 8259 §7; what else is behind a backslash is no part of a word.
        guard next == UInt8(ascii: "/") || next == 0x22 || next == 0x27 || next == SurrogateSyntax.backslash else {
            return nil
        }
        return (Unicode.Scalar(next), position + 2)
    }

    /// Whether all that follows a mark may be an escape that goes on.
    private static func mayGoOn(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        guard text.count - position < Bounds.escape else { return false }
        return text[(position + 1)...].allSatisfy { byte in
            ByteClass.table[Int(byte)] & ByteClass.alphanumeric != 0 || isMark(byte) || byte == UInt8(ascii: "#")
                || byte == UInt8(ascii: "{")
        }
    }

    /// Whether the text ends inside the character that begins here.
    private static func isCut(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        let lead = text[position]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
        guard position + length > text.count else { return false }
        return text[(position + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
    }

    /// As what a character is seen; `nil` if it stays.
    private static func folded(_ scalar: UInt32, _ reading: Reading) -> [UInt8]? {
        let table = FoldTable.storage
        let entry = table.entry(scalar)
        switch entry.kind {
        case .plain, .accent, .overlay, .tag: return nil
        case .invisible, .joiner: return []
        case .lookAlike, .looseLookAlike:
            guard reading == .lookAlike else { return nil }
            fallthrough
        default:
            let output = Array(table.output(entry))
            return output.isEmpty ? nil : output
        }
    }
}
