/// Tells media in base64 from text that merely stands where media is expected.
enum Base64Payload {
    /// What a string in a media member is.
    enum Verdict {
        /// Text to inspect.
        case text
        /// Media.
        case media
        /// Could be either: as short as a card number or a name.
        case either
    }

    /// Which letters count.
    enum Alphabet {
        /// RFC 4648 §4, with padding.
        case standard
        /// Also that for URLs (§5), with or without padding: Google takes both.
        case either
    }

    /// Shorter base64 is inspected as text too. A picture of one pixel takes about 90 characters.
    private static let shortest = 64

    /// Looks at bare base64 or a `data:` URL.
    static func examine(_ text: UnsafeRawBufferPointer, _ alphabet: Alphabet = .standard) -> Verdict {
        if isDataURL(text) { return .media }
        guard alphabet == .standard ? isBase64(text) : isEitherBase64(text) else { return .text }
        return text.count < shortest ? .either : .media
    }

    /// Whether it is base64 long enough to be media, or a piece of some, which need not be whole groups.
    static func isMedia(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= shortest else { return false }
        var end = text.count
        while end > text.count - 2, text[end - 1] == 0x3D { end -= 1 }
        return isAlphabet(text, to: end)
    }

    /// Whether it is `data:TYPE/SUBTYPE;base64,` followed by base64 long enough to be media. Parameters, which could hold
    /// text, make it none.
    static func isDataURL(_ text: UnsafeRawBufferPointer) -> Bool {
        let scheme: StaticString = "data:"
        let marker: StaticString = ";base64,"
        guard starts(text, scheme) else { return false }
        var index = scheme.utf8CodeUnitCount
        while index < min(text.count, 128), isMediaTypeByte(text[index]) { index += 1 }
        guard starts(UnsafeRawBufferPointer(rebasing: text[index...]), marker) else { return false }
        let content = UnsafeRawBufferPointer(rebasing: text[(index + marker.utf8CodeUnitCount)...])
        return content.count >= shortest && isBase64(content)
    }

    /// RFC 4648 §4 with padding, not empty.
    static func isBase64(_ text: UnsafeRawBufferPointer) -> Bool {
        guard !text.isEmpty, text.count % 4 == 0 else { return false }
        var end = text.count
        if text[end - 1] == 0x3D { end -= text[end - 2] == 0x3D ? 2 : 1 }
        return isAlphabet(text, to: end)
    }

    private static func isAlphabet(_ text: UnsafeRawBufferPointer, to end: Int) -> Bool {
        var start = 0
        while start < end {
            // Blocks without an exit inside, which the compiler turns into vector instructions.
            let stop = min(end, start + 4_096)
            var strangers: UInt8 = 0
            for index in start..<stop { strangers |= isStranger(text[index]) }
            guard strangers == 0 else { return false }
            start = stop
        }
        return true
    }

    /// RFC 4648 §4 or §5, with padding or without, not empty.
    private static func isEitherBase64(_ text: UnsafeRawBufferPointer) -> Bool {
        if isBase64(text) { return true }
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == 0x3D { end -= 1 }
        guard end > 0, end % 4 != 1 else { return false }
        var strangers: UInt8 = 0
        for byte in text[..<end] { strangers |= byte == 0x2D || byte == 0x5F ? 0 : isStranger(byte) }
        return strangers == 0
    }

    /// 1 for a byte that is not of the alphabet.
    @inline(__always)
    private static func isStranger(_ byte: UInt8) -> UInt8 {
        let letter: UInt8 = (byte | 0x20) &- 0x61 < 26 ? 1 : 0
        let digit: UInt8 = byte &- 0x30 < 10 ? 1 : 0
        let sign: UInt8 = byte == 0x2B ? 1 : 0
        let slash: UInt8 = byte == 0x2F ? 1 : 0
        return 1 ^ (letter | digit | sign | slash)
    }

    private static func isMediaTypeByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2F || byte == 0x2B || byte == 0x2D || byte == 0x2E
    }

    private static func starts(_ text: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        guard text.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount {
            var byte = text[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            guard byte == prefix.utf8Start[index] else { return false }
        }
        return true
    }
}
