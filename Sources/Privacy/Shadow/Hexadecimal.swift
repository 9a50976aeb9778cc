/// Digits of base 16.
enum Hexadecimal {
    /// The value of a digit, either case.
    @inline(__always)
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte &- UInt8(ascii: "A") &+ 10
        default: return nil
        }
    }

    /// The value of a digit in capitals.
    static func capital(_ byte: UInt8) -> UInt8? {
        byte >= UInt8(ascii: "a") ? nil : value(byte)
    }

    /// The number of exactly `count` digits at `offset`.
    static func number(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int, count: Int) -> UInt32? {
        guard offset >= 0, count <= 8, offset <= text.count &- count else { return nil }
        var number: UInt32 = 0
        for place in offset..<(offset &+ count) {
            guard let digit = value(text[place]) else { return nil }
            number = number &<< 4 | UInt32(digit)
        }
        return number
    }
}
