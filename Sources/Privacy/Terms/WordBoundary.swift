/// Where words end, for letters of all scripts.
enum WordBoundary {
    /// Letters, digits, marks and `_`: what joins a word. Scripts that write no spaces between words join nothing.
    static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "_" || ByteClass.table[Int(scalar.value)] & ByteClass.alphanumeric != 0
        }
        return isJoining(scalar)
            || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// Whether a word may begin at `offset` with the character there.
    static func isStart(_ offset: Int, in text: ScannedText) -> Bool {
        guard offset > 0, let first = scalar(at: offset, in: text), let before = scalar(before: offset, in: text)
        else { return true }
        return !joins(before, first) && !isJoining(first) || text.isEscapeLetter(offset - 1)
    }

    /// Whether a word may end before `offset`.
    static func isEnd(_ offset: Int, in text: ScannedText) -> Bool {
        guard let last = scalar(before: offset, in: text), let after = scalar(at: offset, in: text) else { return true }
        return !joins(after, last) && !isJoining(after)
    }

    /// Whether a character joins the word beside it, which may itself end in a mark of punctuation, as `C++` does.
    private static func joins(_ outer: Unicode.Scalar, _ inner: Unicode.Scalar) -> Bool {
        isWordPart(outer) && !isWrittenWithoutSpaces(outer) && !isWrittenWithoutSpaces(inner)
    }

    /// Marks belong to the letter before them.
    private static func isJoining(_ scalar: Unicode.Scalar) -> Bool {
        // The first of them is U+0300.
        guard scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// Thai, Lao, Khmer, Myanmar, kana, Han, Hangul (which joins particles to nouns).
    private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x3040...0x30FF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    private static func scalar(at offset: Int, in text: ScannedText) -> Unicode.Scalar? {
        guard offset >= 0, offset < text.count else { return nil }
        let lead = text.base[offset]
        if lead < 0x80 { return Unicode.Scalar(lead) }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
        guard length > 1, offset + length <= text.count else { return nil }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for index in 1..<length { value = value << 6 | UInt32(text.base[offset + index] & 0x3F) }
        return Unicode.Scalar(value)
    }

    private static func scalar(before offset: Int, in text: ScannedText) -> Unicode.Scalar? {
        guard offset > 0, offset <= text.count else { return nil }
        var start = offset - 1
        while start > 0, offset - start < 4, text.base[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: start, in: text)
    }
}
