/// What stands for another text, whole: base64 (RFC 4648 §4 and §5), hexadecimal digits, and the plus signs of forms.
///
/// What is found in it is mapped to the whole run: half a run can't be replaced without spoiling the rest.
struct HiddenText: Sendable {
    enum Encoding: Sendable { case base64, hexadecimal, form }

    /// The decoded text: mostly UTF-8.
    let bytes: [UInt8]
    /// The run in the text, padding and prefix included.
    let range: Range<Int>
    let encoding: Encoding

    /// All that is hidden in a text, in order, apart. Runs whose first bytes are no text are left at once, so that images and keys cost
    /// nothing; the time is linear, and what is decoded is shorter than the text.
    static func all(in text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey) -> [HiddenText] {
        var found: [HiddenText] = []
        if !survey.signs.isDisjoint(with: .run) {
            var runs = HiddenRunSearch(text, survey)
            while let run = runs.next() { found.append(run) }
        }
        let runs = found.count
        if !survey.signs.isDisjoint(with: .pairs) {
            var pairs = HexadecimalPairSearch(text, survey)
            while let run = pairs.next() { found.append(run) }
        }
        if !survey.signs.isDisjoint(with: .plus) { found += FormSpaces.all(in: text, survey) }
        return found.count > runs ? apart(found) : found
    }

    private static func apart(_ found: [HiddenText]) -> [HiddenText] {
        var apart: [HiddenText] = []
        for hidden in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            if let last = apart.last, hidden.range.lowerBound < last.range.upperBound {
                // Of two the longer: a plus sign is part of base64, a pair the beginning of a run.
                if hidden.range.count > last.range.count { apart[apart.count - 1] = hidden }
            } else {
                apart.append(hidden)
            }
        }
        return apart
    }

    /// Whether bytes of a short run are somebody's number: short words decode to something that looks like text by chance.
    static func isShortValue(_ bytes: some Sequence<UInt8>) -> Bool {
        var digits = 0
        var hasSmall = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
                UInt8(ascii: "+"), UInt8(ascii: "("), UInt8(ascii: ")"):
                break
            default:
                guard ByteClass.table[Int(byte)] & ByteClass.letter != 0 else { return false }
                hasSmall = hasSmall || byte & 0x20 != 0
            }
        }
        return digits >= 3 || digits == 2 && !hasSmall
    }
}

/// Holds what people wrote: it does not print.
extension HiddenText: CustomStringConvertible, CustomReflectable {
    var description: String { "HiddenText(\(bytes.count) bytes at \(range), \(encoding))" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// `4111+1111+1111+1111`: plus signs between words stand for spaces in forms (URL Standard, "application/x-www-form-urlencoded").
enum FormSpaces {
    private enum Bounds {
        /// Bytes between two plus signs of a form; base64 has longer parts.
        static let part = 32
        /// A single plus sign joins parts of a number of at least so many.
        static let number = 6
    }

    static func all(in text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey) -> [HiddenText] {
        var found: [HiddenText] = []
        var position = 0
        while let block = survey.next(.plus, from: position) {
            position = block
            let end = min(text.count, block - block % TextSurvey.block + TextSurvey.block)
            while position < end {
                if position &+ 16 <= end, let base = text.baseAddress,
                    ByteVector.first(ByteVector.within(ByteVector.load(base, position), UInt8(ascii: "+"), 1)) == nil
                {
                    position &+= 16
                    continue
                }
                if text[position] == UInt8(ascii: "+"), isSpace(text, position) {
                    found.append(
                        HiddenText(
                            bytes: [UInt8(ascii: " ")], range: position..<(position &+ 1), encoding: .form))
                }
                position &+= 1
            }
        }
        return found
    }

    /// Whether it joins parts of a word in which there are others, which is the value of a name, or which has digits.
    private static func isSpace(_ text: UnsafeBufferPointer<UInt8>, _ plus: Int) -> Bool {
        let (last, next) = (text.byte(plus &- 1), text.byte(plus &+ 1))
        guard isPart(last) || last == UInt8(ascii: "\n"), isPart(next) else { return false }
        let before = part(text, plus, -1)
        let after = part(text, plus, 1)
        guard before.count <= Bounds.part, after.count <= Bounds.part else { return false }
        if after.end == UInt8(ascii: "+") { return true }
        guard before.count > 0 else { return false }
        if before.end == UInt8(ascii: "+") || before.hasName { return true }
        return before.count &+ after.count >= Bounds.number && before.hasDigit != nil && after.hasDigit != nil
            && (before.hasDigit == true || after.hasDigit == true)
    }

    /// The part of a word on one side of a plus sign.
    private struct Part {
        var count = 0
        /// The byte that ends it.
        var end: UInt8 = 0
        /// Whether there is a `=` or `&` in it.
        var hasName = false
        /// Whether there is a digit; `nil` if other than letters and digits stand there.
        var hasDigit: Bool? = false
    }

    private static func part(_ text: UnsafeBufferPointer<UInt8>, _ plus: Int, _ step: Int) -> Part {
        var part = Part()
        var offset = plus &+ step
        while part.count <= Bounds.part, isPart(text.byte(offset)) {
            let byte = text[offset]
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: "&") { part.hasName = true }
            if byte < 0x80 {
                let kind = ByteClass.table[Int(byte)]
                if kind & ByteClass.alphanumeric == 0 {
                    part.hasDigit = nil
                } else if kind & ByteClass.digit != 0, part.hasDigit != nil {
                    part.hasDigit = true
                }
            }
            part.count &+= 1
            offset &+= step
        }
        part.end = text.byte(offset)
        return part
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        byte > UInt8(ascii: " ") && byte != UInt8(ascii: "+") && byte != 0x7F
    }
}
