/// A JSON number (RFC 8259 §6) by its value, exactly: digits times a power of ten.
struct DecimalNumber: Hashable, Sendable {
    private let isNegative: Bool
    /// Without zeros before or after; empty for zero.
    private let digits: [UInt8]
    /// The power of ten of the last digit; 0 for zero.
    private let exponent: Int

    /// Reads a number; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var index = bytes.startIndex
        func digit(_ index: Int) -> Bool { index < bytes.endIndex && (0x30...0x39).contains(bytes[index]) }
        var negative = false
        if index < bytes.endIndex, bytes[index] == UInt8(ascii: "-") {
            negative = true
            index += 1
        }
        var digits: [UInt8] = []
        var exponent = 0
        guard digit(index) else { return nil }
        let hasLeadingZero = bytes[index] == 0x30
        while digit(index) {
            digits.append(bytes[index])
            index += 1
        }
        if hasLeadingZero, digits.count > 1 { return nil }
        if index < bytes.endIndex, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard digit(index) else { return nil }
            while digit(index) {
                digits.append(bytes[index])
                exponent -= 1
                index += 1
            }
        }
        if index < bytes.endIndex, bytes[index] | 0x20 == UInt8(ascii: "e") {
            guard let power = Self.power(bytes[(index + 1)...]) else { return nil }
            exponent += power
            index = bytes.endIndex
        }
        guard index == bytes.endIndex else { return nil }
        while digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        digits = Array(digits.drop { $0 == 0x30 })
        self.digits = digits
        isNegative = negative && !digits.isEmpty
        self.exponent = digits.isEmpty ? 0 : exponent
    }

    /// Whether a text is a JSON number.
    static func isNumber(_ text: String) -> Bool { DecimalNumber(text) != nil }

    /// Whether two JSON numbers have the same value; what is no number equals nothing.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        guard let left = DecimalNumber(left), let right = DecimalNumber(right) else { return false }
        return left == right
    }

    /// Whether it is a whole number, however large.
    var isWhole: Bool { exponent >= 0 }

    /// The whole number, where it is one and fits.
    var int: Int? {
        guard exponent >= 0, exponent <= 18 else { return nil }
        let text = String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: exponent)
        return Int((isNegative ? "-" : "") + (text.isEmpty ? "0" : text))
    }

    /// One way of writing for each value: digits and a power of ten, such as `125e-2`.
    var canonical: String {
        guard !digits.isEmpty else { return "0" }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) + (exponent == 0 ? "" : "e\(exponent)")
    }

    /// A sign and at most nine digits; powers further out than any double's are all alike.
    private static func power(_ bytes: ArraySlice<UInt8>) -> Int? {
        var bytes = bytes
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let value = Int(String(decoding: bytes.drop { $0 == 0x30 }.prefix(9), as: UTF8.self)) ?? 0
        return isNegative ? -value : value
    }
}
