/// A scalar of a text as the name tagger sees it: its kind, its lower-case form, its length.
///
/// Written twice: here and in `scripts/names/features.py`, byte for byte. It knows the case of Latin, Greek, Cyrillic and Armenian
/// letters by rule, not by Unicode's tables: what it gets wrong it gets wrong in training too.
struct NameScalar {
    enum Kind: UInt8 {
        case space, newline, upper, lower, digit, letter, underscore, punctuation

        @inline(__always)
        var isLetter: Bool { self == .upper || self == .lower || self == .letter }
        /// May stand in a word.
        @inline(__always)
        var isInner: Bool { isLetter || self == .digit || self == .underscore }
    }

    var value: UInt32
    var lower: UInt32
    var kind: Kind
    /// In bytes.
    var length: Int

    /// The scalar at an offset below the count. A byte that begins none is U+FFFD of one byte.
    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) {
        let byte = text[offset]
        if byte < 0x80 {
            value = UInt32(byte)
            length = 1
            (kind, lower) = Self.foldASCII(value)
        } else {
            (value, length) = Self.decode(text, at: offset)
            (kind, lower) = Self.fold(value)
        }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> (UInt32, Int) {
        func continuation(_ distance: Int) -> UInt32? {
            guard offset + distance < text.count, text[offset + distance] & 0xC0 == 0x80 else { return nil }
            return UInt32(text[offset + distance] & 0x3F)
        }
        let byte = UInt32(text[offset])
        switch byte {
        case 0xC2...0xDF:
            if let second = continuation(1) { return ((byte & 0x1F) << 6 | second, 2) }
        case 0xE0...0xEF:
            if let second = continuation(1), let third = continuation(2) {
                return ((byte & 0x0F) << 12 | second << 6 | third, 3)
            }
        case 0xF0...0xF4:
            if let second = continuation(1), let third = continuation(2), let fourth = continuation(3) {
                return ((byte & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
            }
        default: break
        }
        return (0xFFFD, 1)
    }

    @inline(__always)
    private static func foldASCII(_ value: UInt32) -> (Kind, UInt32) {
        switch value {
        case 0x61...0x7A: (.lower, value)
        case 0x41...0x5A: (.upper, value &+ 32)
        case 0x30...0x39: (.digit, 0x30)
        case 0x20, 0x09, 0x0B, 0x0C: (.space, value)
        case 0x0A, 0x0D: (.newline, value)
        case 0x5F: (.underscore, value)
        default: (.punctuation, value)
        }
    }

    private static func fold(_ value: UInt32) -> (Kind, UInt32) {
        switch value {
        case ..<0x250: foldLatin(value)
        case ..<0x2B0: (.lower, value)
        case ..<0x370: (.letter, value)
        case ..<0x400: foldGreek(value)
        case ..<0x410: (.upper, value + 80)
        case ..<0x430: (.upper, value + 32)
        case ..<0x460: (.lower, value)
        case ..<0x530: paired(value, upperIsOdd: false)
        case 0x531...0x556: (.upper, value + 48)
        case 0x1E00...0x1EFF: paired(value, upperIsOdd: false)
        case ..<0x2000: (.letter, value)
        case ...0x200A, 0x202F, 0x205F, 0x3000: (.space, value)
        case 0x2028, 0x2029: (.newline, value)
        case ..<0x2C00, 0x2E00...0x2E7F, 0x3001...0x3030, 0xE000...0xF8FF, 0xFE00...0xFE6F, 0xFEFF...0xFF20,
            0xFFF0...0xFFFF, 0x1F000...:
            (.punctuation, value)
        default: (.letter, value)
        }
    }

    private static func foldLatin(_ value: UInt32) -> (Kind, UInt32) {
        switch value {
        case 0xA0, 0x85: (.space, value)
        case 0xAA, 0xB5, 0xBA: (.letter, value)
        case ..<0xC0, 0xD7, 0xF7: (.punctuation, value)
        case ..<0xDF: (.upper, value + 32)
        case ..<0x100: (.lower, value)
        case 0x130: (.upper, 0x69)
        case 0x131, 0x138, 0x149, 0x17F: (.lower, value)
        case 0x178: (.upper, 0xFF)
        case ..<0x180: paired(value, upperIsOdd: 0x139...0x148 ~= value || value >= 0x179)
        case 0x1CD...0x1DC, 0x1AF, 0x1B0: paired(value, upperIsOdd: true)
        case 0x1A0...0x1A5, 0x1DE...0x1EF, 0x1F8...0x21F, 0x222...0x233, 0x246...: paired(value, upperIsOdd: false)
        default: (.letter, value)
        }
    }

    private static func foldGreek(_ value: UInt32) -> (Kind, UInt32) {
        switch value {
        case 0x391...0x3A9: (.upper, value + 32)
        case 0x386: (.upper, 0x3AC)
        case 0x388...0x38A: (.upper, value + 37)
        case 0x3AC...0x3CE: (.lower, value)
        default: (.letter, value)
        }
    }

    /// Where capitals and small letters take turns.
    private static func paired(_ value: UInt32, upperIsOdd: Bool) -> (Kind, UInt32) {
        (value & 1 == 1) == upperIsOdd ? (.upper, value + 1) : (.lower, value)
    }
}
