/// Makes texts that nobody would write: values of every class, whole, cut and disguised, between what confuses detectors.
///
/// The same seed makes the same texts.
public struct FuzzText {
    /// SplitMix64 (Steele, Lea, Flood 2014): small, and the same numbers on every machine.
    public struct Random: RandomNumberGenerator {
        private var state: UInt64

        /// Starts a sequence.
        public init(seed: UInt64) { state = seed }

        /// The next number.
        public mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    /// Decides everything.
    public var random: Random
    /// Earlier texts, of which later ones quote.
    private var earlier: [[UInt8]] = []
    private let fragments: [[UInt8]]

    /// Starts a sequence of texts; `fragments` are quoted beside the built-in ones.
    public init(seed: UInt64, fragments: [[UInt8]] = []) {
        random = Random(seed: seed)
        self.fragments = fragments
    }

    /// The next text: any bytes, at most a few kilobytes.
    public mutating func next() -> [UInt8] {
        let pieces = number(1...(number(0...9) == 0 ? 60 : 12))
        var text: [UInt8] = []
        for _ in 0..<pieces where text.count < 4_000 { text += piece(depth: 0) }
        if number(0...3) == 0 { mutate(&text) }
        remember(text)
        return text
    }

    /// The next text as UTF-8 without faults.
    public mutating func nextString() -> String { String(decoding: next(), as: UTF8.self) }

    /// A short piece to repeat.
    public mutating func nextUnit() -> [UInt8] {
        var unit: [UInt8] = []
        for _ in 0..<number(1...3) { unit += piece(depth: 1).prefix(number(1...60)) }
        return unit.isEmpty ? [0x20] : unit
    }

    /// Lets later texts quote this one.
    public mutating func remember(_ text: [UInt8]) {
        earlier.append(Array(text.prefix(2_000)))
        if earlier.count > 12 { earlier.removeFirst() }
    }

    /// A number by chance.
    public mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// One of some.
    public mutating func one<Element>(of choices: [Element], or fallback: Element) -> Element {
        choices.randomElement(using: &random) ?? fallback
    }

    /// So many characters of an alphabet.
    public mutating func run(of alphabet: String, _ count: Int) -> [UInt8] {
        let bytes = Array(alphabet.utf8)
        return (0..<count).map { _ in one(of: bytes, or: 0x61) }
    }

    // MARK: Pieces

    private mutating func piece(depth: Int) -> [UInt8] {
        switch number(0...19) {
        case 0...4: return value()
        case 5: return digits()
        case 6: return word()
        case 7: return assignment()
        case 8 where depth < 3: return disguised(piece(depth: depth + 1))
        case 9 where depth < 3: return disguised(value())
        case 10: return broken()
        case 11: return surrogate()
        case 12 where depth < 2: return nested(depth)
        case 13: return long()
        case 14, 15: return quotation()
        case 16: return context()
        default: return Array(one(of: Self.marks, or: " ").utf8)
        }
    }

    private mutating func value() -> [UInt8] {
        if !fragments.isEmpty, number(0...2) == 0 { return one(of: fragments, or: []) }
        return Array(one(of: Self.values, or: "").utf8)
    }

    private mutating func context() -> [UInt8] {
        Array((one(of: Self.contexts, or: "") + one(of: [": ", " ", " is ", "=", "\n", " #", "\t"], or: " ")).utf8)
    }

    private mutating func digits() -> [UInt8] {
        let separator = one(of: [" ", "-", ".", "/", ":", "", ",", "\u{A0}", "\u{2009}", ") ", "\t", "–"], or: "")
        var text: [UInt8] = number(0...5) == 0 ? [UInt8(ascii: "+")] : []
        for _ in 0..<number(1...8) {
            text += run(of: "0123456789", number(1...(number(0...5) == 0 ? 24 : 5)))
            text += (number(0...9) == 0 ? one(of: [" ", "-", "."], or: "") : separator).utf8
        }
        return text
    }

    private mutating func word() -> [UInt8] {
        let alphabet = one(
            of: [
                "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "abcdef0123456789",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "aeiou .,;-", "0aA_-.@:", "01",
            ], or: "a")
        return run(of: alphabet, number(1...(number(0...3) == 0 ? 120 : 24)))
    }

    private mutating func assignment() -> [UInt8] {
        let name = one(of: Self.names, or: "key")
        let sign = one(
            of: ["=", ": ", ":=", " = \"", "\":\"", "\": \"", "=>", " is ", "='", "\n", ": |\n  ", "\\\":\\\""], or: "="
        )
        let value = number(0...1) == 0 ? word() : value()
        return Array((name + sign).utf8) + value
            + Array(one(of: ["", "\"", "'", "\n", "\",\n", ";", "}"], or: "").utf8)
    }

    private mutating func nested(_ depth: Int) -> [UInt8] {
        let levels = number(1...(number(0...6) == 0 ? 200 : 4))
        let opening = one(of: ["{\"a\":", "[", "{\"arguments\":\"", "[\"", "\\\"{"], or: "[")
        var text: [UInt8] = []
        for _ in 0..<levels { text += opening.utf8 }
        text += piece(depth: depth + 1)
        let closing = one(of: ["}", "]", "\"}", "\"]", ""], or: "")
        for _ in 0..<levels { text += closing.utf8 }
        return text
    }

    private mutating func long() -> [UInt8] {
        let unit = Array(
            one(of: Self.marks + ["1", "a", "1 ", "A1", "a@", "=", "eyJ", "日", "\u{E0031}"], or: "a").utf8)
        let count = number(1...(number(0...3) == 0 ? 700 : 60))
        return (0..<count).flatMap { _ in unit }
    }

    /// Something of an earlier text, cut anywhere, also inside a character.
    private mutating func quotation() -> [UInt8] {
        let source = one(of: earlier, or: [])
        guard !source.isEmpty else { return value() }
        let from = number(0...source.count)
        let to = number(from...source.count)
        return Array(source[from..<to])
    }

    private mutating func broken() -> [UInt8] {
        switch number(0...4) {
        case 0: return (0..<number(1...6)).map { _ in UInt8(truncatingIfNeeded: number(0...255)) }
        case 1: return one(of: [[0xC3], [0xE2, 0x80], [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0xC0, 0xAF]], or: [0xFF])
        case 2:
            return one(of: [[0x80], [0xBF, 0xBF], [0xFE], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80]], or: [0xFF])
        case 3: return Array("\\u\(one(of: ["d83d", "DC00", "00", "{1F600}", "{", "0000"], or: ""))".utf8)
        default:
            return Array(one(of: ["%", "%e", "%E2%80", "&#", "&#x1F", "&am", "\\x4", "=?utf-8?B?", "\0"], or: "").utf8)
        }
    }

    private mutating func surrogate() -> [UInt8] {
        let label = one(
            of: ["EMAIL", "IP", "CARD", "SECRET", "PHONE", "SSN", "email", "Card", "PERSON", "IBAN"], or: "IP")
        let joint = one(of: ["_", "\\_", " ", "-", "**_**", "\n", "\\u005f", "＿", ""], or: "_")
        let digits = run(of: "0123456789ABCDEFGHJKMNPQRSTVWXYZ", number(0...3) == 0 ? number(0...9) : 8)
        return Array((label + joint).utf8) + digits
    }

    private mutating func mutate(_ text: inout [UInt8]) {
        guard !text.isEmpty else { return }
        for _ in 0..<number(1...4) {
            let place = number(0...text.count - 1)
            switch number(0...3) {
            case 0: text[place] = UInt8(truncatingIfNeeded: number(0...255))
            case 1: text[place] ^= 1 << UInt8(number(0...7))
            case 2: text.insert(contentsOf: piece(depth: 2), at: place)
            default:
                text.removeSubrange(place..<min(text.count, place + number(1...9)))
                if text.isEmpty { return }
            }
        }
    }

    // MARK: Disguises

    private mutating func disguised(_ text: [UInt8]) -> [UInt8] {
        switch number(0...10) {
        case 0: return Self.base64(text, number(0...1) == 0 ? "+/" : "-_", isPadded: number(0...2) > 0)
        case 1: return text.flatMap { Self.hexadecimal($0, upper: false) }
        case 2: return text.flatMap { [UInt8(ascii: "%")] + Self.hexadecimal($0, upper: true) }
        case 3: return text.flatMap { Array("\\u00".utf8) + Self.hexadecimal($0, upper: false) }
        case 4: return text.flatMap { Array("&#\($0);".utf8) }
        case 5: return text.flatMap { Array("\\x".utf8) + Self.hexadecimal($0, upper: false) }
        case 6: return Self.shifted(text, by: 0xE0000)
        case 7: return Self.shifted(text, by: 0xFEE0)
        case 8:
            let joint = Array(one(of: ["\u{200B}", "\u{AD}", "\u{2060}", " ", "\u{FE0F}", "\u{301}"], or: "").utf8)
            return text.flatMap { [$0] + joint }
        case 9:
            let zero: UInt32 = one(of: [0x660, 0x966, 0xE50, 0x1D7CE, 0x2460, 0x2070], or: 0x660)
            return text.flatMap { byte in
                (0x30...0x39).contains(byte) ? Self.utf8(zero + UInt32(byte) - 0x30) : [byte]
            }
        default: return text.filter { $0 < 0x80 }.map { $0 | 0x20 }
        }
    }

    private static func hexadecimal(_ byte: UInt8, upper: Bool) -> [UInt8] {
        let digits = Array((upper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8] {
        Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
    }

    private static func shifted(_ text: [UInt8], by offset: UInt32) -> [UInt8] {
        text.flatMap { (0x21...0x7E).contains($0) ? utf8(offset + UInt32($0)) : [$0] }
    }

    private static func base64(_ text: [UInt8], _ last: String, isPadded: Bool) -> [UInt8] {
        let alphabet = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
        var output: [UInt8] = []
        var position = 0
        while position < text.count {
            let left = min(3, text.count - position)
            var word = UInt32(text[position]) << 16
            if left > 1 { word |= UInt32(text[position + 1]) << 8 }
            if left > 2 { word |= UInt32(text[position + 2]) }
            for digit in 0...left { output.append(alphabet[Int(word >> UInt32(18 - 6 * digit) & 63)]) }
            if isPadded { for _ in left..<3 { output.append(UInt8(ascii: "=")) } }
            position += 3
        }
        return output
    }
}
