/// How surrogates are written: `EMAIL_7KQ2M9XD`, that is a class's label, `_`, seven digits of Crockford's base 32 (35 bits of a keyed
/// hash) and a check digit over label and digits.
///
/// No label holds a `_` or ends with another label, and no digit is a `_`: so a text's surrogates never overlap. Reading takes either
/// case, and what models make of the `_` (`SurrogateSpelling`).
enum SurrogateSyntax {
    static let digits = 8
    static let underscore = UInt8(ascii: "_")
    static let backslash = UInt8(ascii: "\\")

    /// One surrogate without its text: the class in the bits from 40 on, eight digits of five bits below.
    struct Code: Hashable, Sendable, Comparable {
        let rawValue: UInt64

        init(rawValue: UInt64) { self.rawValue = rawValue }

        init(_ sensitiveClass: SensitiveClass, digits: UInt64) {
            rawValue = UInt64(sensitiveClass.rawValue) << 40 | digits
        }

        static func < (left: Code, right: Code) -> Bool { left.rawValue < right.rawValue }
    }

    /// The code for 35 bits of hash, with its check digit.
    static func code(_ sensitiveClass: SensitiveClass, hash: UInt64) -> Code {
        let value = hash & 0x7_FFFF_FFFF
        // Weights 1…7 over the digits, and the class: a changed digit or two swapped neighbours change the sum.
        var sum = UInt64(sensitiveClass.rawValue) * 11
        for index in 0..<7 { sum += (value >> UInt64(index * 5) & 31) * UInt64(index * 2 + 1) }
        return Code(sensitiveClass, digits: value << 5 | sum & 31)
    }

    /// The surrogate's text.
    static func text(of code: Code) -> [UInt8] {
        let label = Labels.all[Int(code.rawValue >> 40)]
        var text: [UInt8] = []
        text.reserveCapacity(label.length + 1 + digits)
        for index in 0..<label.length { text.append(label[index]) }
        text.append(underscore)
        for index in 0..<digits {
            text.append(alphabet[Int(code.rawValue >> UInt64((digits - 1 - index) * 5) & 31)])
        }
        return text
    }

    /// Crockford's base 32: no I, L, O, U.
    static let alphabet = [UInt8]("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The value of each byte as a digit, either case; 255 for all others. Made once, never freed.
    nonisolated(unsafe) static let values: UnsafePointer<UInt8> = {
        let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        values.initialize(repeating: 255, count: 256)
        for (value, byte) in alphabet.enumerated() {
            values[Int(byte)] = UInt8(value)
            if byte >= 0x41 { values[Int(byte | 0x20)] = UInt8(value) }
        }
        return UnsafePointer(values)
    }()

    /// A class's label, packed: at most eight bytes, the last one lowest.
    struct Label: Sendable {
        let sensitiveClass: SensitiveClass
        let packed: UInt64
        let length: Int

        subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: packed >> UInt64((length &- 1 &- index) &* 8)) }
    }

    enum Labels {
        /// By the classes' raw values.
        static let all: [Label] = SensitiveClass.allCases.map { sensitiveClass in
            let text = sensitiveClass.label
            precondition(text.utf8CodeUnitCount <= 8, "label \(text)")
            var packed: UInt64 = 0
            for index in 0..<text.utf8CodeUnitCount { packed = packed << 8 | UInt64(text.utf8Start[index]) }
            return Label(sensitiveClass: sensitiveClass, packed: packed, length: text.utf8CodeUnitCount)
        }

        /// By the last five bits of a label's last letter.
        static let byLastLetter: [[Label]] = {
            var labels = [[Label]](repeating: [], count: 32)
            for label in all { labels[Int(label[label.length - 1] & 0x1F)].append(label) }
            return labels
        }()
    }

    /// How many values `pair` has.
    static let pairCount = 2_048

    /// A number for two bytes, the same for either case of letters. The bit above says that the second is no letter.
    @inline(__always)
    static func pair(_ first: UInt8, _ second: UInt8) -> Int {
        Int(first & 0x1F) &<< 5 | Int(second & 0x1F) | Int((second & 0x40) ^ 0x40) &<< 4
    }

    /// The class whose label ends right before the `_` at `position`, and where it begins, not before `lowest`.
    ///
    /// `previous` is the byte before `base[0]`, 0 if there is none. A label in lower case must not continue a word, unless
    /// `isAnywhere`.
    static func label(
        before position: Int, in base: UnsafePointer<UInt8>, lowest: Int, previous: UInt8, classes: SensitiveClassSet,
        isAnywhere: Bool = false
    ) -> (sensitiveClass: SensitiveClass, start: Int)? {
        var end = position
        if end > lowest, base[end - 1] == backslash { end -= 1 }
        guard end - 2 >= lowest, base[end - 1] & 0xC0 == 0x40 else { return nil }
        for label in Labels.byLastLetter[Int(base[end - 1] & 0x1F)] where classes.contains(label.sensitiveClass) {
            let start = end - label.length
            guard start >= lowest, matches(label, label.length, base + start),
                isAnywhere || isLabelStart(start, base, previous)
            else { continue }
            return (label.sensitiveClass, start)
        }
        return nil
    }

    /// Whether `count` bytes are the label's first ones, in either case.
    static func matches(_ label: Label, _ count: Int, _ bytes: UnsafePointer<UInt8>) -> Bool {
        var index = count - 1
        while index >= 0 {
            if bytes[index] & 0xDF != label[index] || bytes[index] < 0x41 { return false }
            index &-= 1
        }
        return true
    }

    static func isLabelStart(_ start: Int, _ base: UnsafePointer<UInt8>, _ previous: UInt8) -> Bool {
        guard base[start] >= 0x61 else { return true }
        let before = start > 0 ? base[start - 1] : previous
        return ByteClass.table[Int(before)] & ByteClass.alphanumeric == 0
    }
}
