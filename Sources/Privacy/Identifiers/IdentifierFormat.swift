/// How one kind of identifier is written, and how its check digits are verified.
///
/// A family's file is a table of these. A shape is written with `9` for a digit, `A` for a letter of either case, `X` for either of
/// both, and the separators ` `, `-`, `.`, `/`, `:` as they stand; `~` is any one of the first four. A piece in square brackets may be
/// missing; a last character may stand in round ones. A shape matches whole words only: what joins it on either side must be no
/// letter, digit or `_`.
final class IdentifierFormat: Sendable {
    typealias Verdict = IdentifierChecks.Verdict

    let sensitiveClass: SensitiveClass
    let shapes: [String]
    /// Verifies the characters without separators.
    let check: @Sendable (IdentifierText) -> Verdict
    /// How sure it is without a word about it nearby, 0…100: where the check accepts.
    let accepted: Int
    /// The same where the check is neutral.
    let neutral: Int
    /// How much a word about it nearby adds.
    let context: Int
    /// Whether counter-words nearby (order, version, invoice…) take from it.
    let isCountered: Bool

    /// Shapes of bare digits, one for each length.
    static func digits(_ lengths: ClosedRange<Int>) -> [String] {
        lengths.map { String(repeating: "9", count: $0) }
    }

    @Sendable static func unchecked(_ text: IdentifierText) -> Verdict { .neutral }

    /// `accepted` and `neutral`: from 50 on it is found without any context.
    init(
        _ sensitiveClass: SensitiveClass, _ shapes: [String], accepted: Int = 60, neutral: Int = 10, context: Int = 45,
        isCountered: Bool = true, check: @escaping @Sendable (IdentifierText) -> Verdict = IdentifierFormat.unchecked
    ) {
        self.sensitiveClass = sensitiveClass
        self.shapes = shapes
        self.check = check
        self.accepted = accepted
        self.neutral = neutral
        self.context = context
        self.isCountered = isCountered
    }
}

/// A country's or a field's identifiers: a table of formats, and the words that speak of them. `IdentifierFamilies.all` lists them.
protocol IdentifierFamily: SendableMetatype {
    static var formats: [IdentifierFormat] { get }
    /// Words by class, separated by spaces, lower case; their nearness makes an identifier of the class likely.
    static var context: [(sensitiveClass: SensitiveClass, words: String)] { get }
}

/// The letters and digits of a text that has a format's shape: without separators, letters in upper case, at most 32.
struct IdentifierText: Sendable {
    private var characters = InlineArray<32, UInt8>(repeating: 0)
    private(set) var count = 0
    /// Whether a letter was written in lower case.
    private(set) var hasLowercase = false

    /// None.
    init() {}

    /// The letters and digits among some bytes; what is beyond 32 is left out.
    init(_ bytes: some Sequence<UInt8>) {
        let classes = ByteClass.table
        for byte in bytes {
            let kind = classes[Int(byte)]
            guard kind & ByteClass.alphanumeric != 0 else { continue }
            guard count < 32 else { break }
            let upper = kind & ByteClass.letter != 0 ? byte & 0xDF : byte
            characters[count] = upper
            if upper != byte { hasLowercase = true }
            count &+= 1
        }
    }

    /// The character at an index, upper case.
    subscript(index: Int) -> UInt8 { index >= 0 && index < count ? characters[index] : 0 }

    /// The value of the digit at an index; −1 if there is none.
    func digit(_ index: Int) -> Int {
        let byte = self[index]
        return byte >= 0x30 && byte <= 0x39 ? Int(byte) - 0x30 : -1
    }

    /// The value of a digit, or of a letter from A = 10 on, as ISO 7064 and ICAO 9303 count; −1 where there is neither.
    func value(_ index: Int) -> Int {
        let byte = self[index]
        if byte >= 0x41 && byte <= 0x5A { return Int(byte) - 55 }
        return digit(index)
    }

    func isLetter(_ index: Int) -> Bool { self[index] >= 0x41 }

    /// The number that the digits of a range are; letters count as 0.
    func number(_ range: Range<Int>) -> Int {
        var number = 0
        for index in range.prefix(18) { number = number * 10 + max(0, digit(index)) }
        return number
    }

    /// The sum of the digits times their weights.
    func weightedSum(_ weights: [Int], from start: Int = 0) -> Int {
        var sum = 0
        for (index, weight) in weights.enumerated() { sum += weight * max(0, value(start + index)) }
        return sum
    }

    /// Whether a character is one of an ASCII text.
    func isOne(of characters: StaticString, _ index: Int) -> Bool {
        guard index >= 0 && index < count else { return false }
        return characters.withUTF8Buffer { $0.contains(self[index]) }
    }

    /// Whether two characters from an index on are one of the pairs that an ASCII text lists, separated by spaces.
    func isPair(of pairs: StaticString, at index: Int) -> Bool {
        let (first, second) = (self[index], self[index + 1])
        return pairs.withUTF8Buffer { pairs in
            var position = 0
            while position + 1 < pairs.count {
                if pairs[position] == first, pairs[position + 1] == second { return true }
                position += 3
            }
            return false
        }
    }

    /// Whether all characters are the same.
    var isUniform: Bool {
        var index = 1
        while index < count {
            if characters[index] != characters[0] { return false }
            index += 1
        }
        return true
    }

    /// Whether it begins with an ASCII text (upper case).
    func begins(with prefix: StaticString) -> Bool { holds(prefix, at: 0) }

    /// Whether an ASCII text (upper case) stands at an index.
    func holds(_ text: StaticString, at start: Int) -> Bool {
        guard start + text.utf8CodeUnitCount <= count else { return false }
        for index in 0..<text.utf8CodeUnitCount where text.utf8Start[index] != self[start + index] { return false }
        return true
    }
}
