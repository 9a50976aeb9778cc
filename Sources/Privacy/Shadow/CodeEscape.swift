/// `\u0040`, `\u{40}`, `\x40`, `\U00000040`, `\100` of JSON, JavaScript, Swift, C, Python, Rust and shells.
///
/// Backslashes in front are part of the escape, since JSON inside JSON doubles them.
enum CodeEscape {
    private enum Bounds {
        static let backslashes = 8
    }

    static func read(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> EscapeDecoding.Reading? {
        var letter = start
        while text.byte(letter) == UInt8(ascii: "\\") {
            guard letter &- start < Bounds.backslashes else { return nil }
            letter &+= 1
        }
        let digits = letter &+ 1
        switch text.byte(letter) {
        case UInt8(ascii: "u") where text.byte(digits) == UInt8(ascii: "{"),
            UInt8(ascii: "x") where text.byte(digits) == UInt8(ascii: "{"):
            return braced(text, start, digits &+ 1)
        case UInt8(ascii: "u"): return unit(text, start, digits)
        case UInt8(ascii: "U"):
            guard let value = Hexadecimal.number(text, digits, count: 8) else { return nil }
            return EscapeDecoding.Reading(start..<(digits &+ 8), value, .codeEscape)
        case UInt8(ascii: "x"): return byte(text, start, digits)
        case UInt8(ascii: "0")...UInt8(ascii: "3"): return octal(text, start, letter)
        default: return nil
        }
    }

    private static func braced(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ first: Int
    ) -> EscapeDecoding.Reading? {
        var value: UInt32 = 0
        var position = first
        while let digit = Hexadecimal.value(text.byte(position)) {
            guard position &- first < 8 else { return nil }
            value = value &<< 4 | UInt32(digit)
            position &+= 1
        }
        guard position > first, text.byte(position) == UInt8(ascii: "}") else { return nil }
        return EscapeDecoding.Reading(start..<(position &+ 1), value, .codeEscape)
    }

    /// One UTF-16 unit, or a surrogate pair (RFC 8259 §7).
    private static func unit(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ digits: Int
    ) -> EscapeDecoding.Reading? {
        guard let first = Hexadecimal.number(text, digits, count: 4) else { return nil }
        guard first & 0xFC00 == 0xD800 else {
            return EscapeDecoding.Reading(start..<(digits &+ 4), first, .codeEscape)
        }
        var letter = digits &+ 4
        while text.byte(letter) == UInt8(ascii: "\\"), letter &- digits < 4 &+ Bounds.backslashes { letter &+= 1 }
        guard letter > digits &+ 4, text.byte(letter) == UInt8(ascii: "u"),
            let second = Hexadecimal.number(text, letter &+ 1, count: 4), second & 0xFC00 == 0xDC00
        else { return nil }
        let value = 0x1_0000 &+ ((first & 0x3FF) &<< 10 | second & 0x3FF)
        return EscapeDecoding.Reading(start..<(letter &+ 5), value, .codeEscape)
    }

    /// A byte of UTF-8 if others follow that make a sequence, else a code point of Latin-1.
    private static func byte(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ digits: Int
    ) -> EscapeDecoding.Reading? {
        let prefix = digits &- start
        let sequence = EscapedSequence.read(start, unit: prefix &+ 2) { place in
            let isPrefix =
                text.byte(place &+ prefix &- 1) == UInt8(ascii: "x")
                && isBackslashes(text, place..<(place &+ prefix &- 1))
            return isPrefix ? Hexadecimal.number(text, place &+ prefix, count: 2) : nil
        }
        if let sequence { return EscapeDecoding.Reading(sequence.range, sequence.value, .codeEscape) }
        guard let value = Hexadecimal.number(text, digits, count: 2) else { return nil }
        return EscapeDecoding.Reading(start..<(digits &+ 2), value, .codeEscape)
    }

    /// Three digits, `\100`, as C and shells write bytes; beyond ASCII whole UTF-8 sequences only.
    private static func octal(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ digits: Int
    ) -> EscapeDecoding.Reading? {
        let prefix = digits &- start
        let sequence = EscapedSequence.read(start, unit: prefix &+ 3) { place in
            guard isBackslashes(text, place..<(place &+ prefix)) else { return nil }
            var value: UInt32 = 0
            for offset in (place &+ prefix)..<(place &+ prefix &+ 3) {
                let digit = text.byte(offset) &- UInt8(ascii: "0")
                guard digit < 8 else { return nil }
                value = value &<< 3 | UInt32(digit)
            }
            return value < 0x100 ? value : nil
        }
        guard let sequence else { return nil }
        return EscapeDecoding.Reading(sequence.range, sequence.value, .codeEscape)
    }

    private static func isBackslashes(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        range.allSatisfy { text.byte($0) == UInt8(ascii: "\\") }
    }
}
