/// E-mail addresses, from their `@`: the local part backwards, the domain forwards (RFC 5321 §4.1.2, RFC 6531 for other scripts).
///
/// The domain needs a dot and a last label of at least two letters that is no file's ending; the list of top-level domains is not
/// asked, since addresses inside a company (`.internal`, `.corp`) are as personal.
enum EmailDetector {
    private enum Bounds {
        /// RFC 5321 §4.5.3.1 allows 64 bytes; longer ones exist.
        static let local = 255
        static let domain = 255
    }

    private static let score = 90

    /// Endings of file names that stand after `@` in practice: `logo@2x.png`.
    private static let fileEndings: Set<[UInt8]> = Set(
        ["png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "avif", "css", "js", "mjs", "tsx", "jsx", "json"].map
        {
            [UInt8]($0.utf8)
        })

    static func examine(at: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard inspection.enabled.contains(.email), at > 0, at + 4 < text.count,
            let start = localStart(before: at, in: text), let end = domainEnd(after: at, in: text)
        else { return at + 1 }
        inspection.propose(Candidate(.email, start, end, score: score))
        return end
    }

    private static func localStart(before at: Int, in text: ScannedText) -> Int? {
        let lowest = max(0, at - Bounds.local)
        var start = at
        while start > lowest {
            let byte = text.base[start - 1]
            if text.classes[Int(byte)] & ByteClass.emailLocal != 0 {
                start -= 1
            } else if byte & 0xC0 == 0x80, start - lowest >= 2, (0xC3...0xDF).contains(text.base[start - 2]) {
                start -= 2  // a letter of Latin, Greek, Cyrillic, Hebrew, Arabic
            } else {
                break
            }
        }
        if start == at { start = ideographs(before: at, lowest: lowest, in: text) }
        // Punctuation before the first letter is not the address's own: `**alice@…`, `'alice@…`.
        while start < at, text.base[start] < 0x80, !text.has(start, ByteClass.alphanumeric),
            text.base[start] != UInt8(ascii: "_")
        {
            start += 1
        }
        if text.isEscapeLetter(start), start + 1 < at { start += 1 }
        return start < at ? start : nil
    }

    /// A local part in a script of three-byte letters, taken only if nothing else stands before the `@`: such text writes no spaces
    /// between a sentence and an address.
    private static func ideographs(before at: Int, lowest: Int, in text: ScannedText) -> Int {
        var start = at
        while start - lowest >= 3, text.base[start - 1] & 0xC0 == 0x80, text.base[start - 2] & 0xC0 == 0x80,
            (0xE0...0xED).contains(text.base[start - 3]),
            text.base[start - 3] != 0xE2, !(text.base[start - 3] == 0xE3 && text.base[start - 2] == 0x80)
        {
            start -= 3
        }
        return start
    }

    private static func domainEnd(after at: Int, in text: ScannedText) -> Int? {
        let limit = min(text.count, at + 1 + Bounds.domain)
        var label = at + 1
        var position = label
        var labels = 0
        var end: Int?
        while true {
            while position < limit, isDomain(text, position) { position += 1 }
            guard position > label else { break }
            labels += 1
            if labels > 1, let letters = topLevelEnd(from: label, to: position, in: text) { end = letters }
            guard position + 1 < limit, text.base[position] == UInt8(ascii: "."), isDomain(text, position + 1) else {
                break
            }
            position += 1
            label = position
        }
        return end
    }

    @inline(__always)
    private static func isDomain(_ text: ScannedText, _ offset: Int) -> Bool {
        let byte = text.base[offset]
        return text.classes[Int(byte)] & ByteClass.alphanumeric != 0 || byte == UInt8(ascii: "-")
            || byte >= 0x80 && isForeignLetter(text, offset)
    }

    /// Whether the byte is part of a letter outside ASCII; not of typographic quotes, dashes, full-width punctuation and spaces.
    private static func isForeignLetter(_ text: ScannedText, _ offset: Int) -> Bool {
        var lead = offset
        while lead > 0, offset - lead < 3, text.base[lead] & 0xC0 == 0x80 { lead -= 1 }
        switch text.base[lead] {
        case 0xC3...0xDF, 0xE0, 0xE1, 0xE4...0xED: return true
        case 0xE3: return text.byte(lead + 1) != 0x80
        default: return false
        }
    }

    /// The end of the letters with which the label begins, if it may be a top-level domain.
    private static func topLevelEnd(from start: Int, to end: Int, in text: ScannedText) -> Int? {
        var position = start
        while position < end, text.has(position, ByteClass.letter) || text.base[position] >= 0x80 { position += 1 }
        let length = position - start
        guard length >= 2 else { return nil }
        if length == 2, end - start > 4, text.byte(start) | 0x20 == UInt8(ascii: "x"),
            text.byte(start + 1) | 0x20 == UInt8(ascii: "n"), text.byte(start + 2) == UInt8(ascii: "-"),
            text.byte(start + 3) == UInt8(ascii: "-")
        {
            return end
        }
        if length <= 4 {
            let ending = (start..<position).map { text.base[$0] | 0x20 }
            if fileEndings.contains(ending) { return nil }
        }
        return position
    }
}
