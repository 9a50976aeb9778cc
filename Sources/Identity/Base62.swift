/// Numbers in base 62: `0…9A…Za…z`, most significant digit first, padded with zeros to a fixed width.
enum Base62 {
    /// The digit of a value from 0 to 61.
    static func digit(_ value: Int) -> UInt8 {
        switch value {
        case ..<10: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
        case ..<36: UInt8(ascii: "A") + UInt8(truncatingIfNeeded: value - 10)
        default: UInt8(ascii: "a") + UInt8(truncatingIfNeeded: value - 36)
        }
    }

    /// Whether the byte is a digit of base 62.
    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// The last `count` digits of a number that comes as bytes, most significant first.
    static func digits(of bytes: [UInt8], count: Int) -> [UInt8] {
        var number = bytes
        var digits = [UInt8](repeating: digit(0), count: count)
        for position in digits.indices.reversed() {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(truncatingIfNeeded: value / 62)
                remainder = value % 62
            }
            digits[position] = digit(remainder)
        }
        return digits
    }
}
