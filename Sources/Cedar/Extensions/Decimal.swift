/// A number with four decimal places, between ±922337203685477.5807 (Cedar's `decimal`).
public struct Decimal: Sendable, Hashable, Comparable {
    /// The number times 10,000.
    public let tenThousandths: Int64

    /// Wraps a number of ten-thousandths.
    public init(tenThousandths: Int64) { self.tenThousandths = tenThousandths }

    /// Parses `-?[0-9]+.[0-9]{1,4}`; `nil` for anything else and for numbers out of range.
    public init?(parsing text: String) {
        var digits = Substring(text).utf8
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard let point = digits.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let whole = digits[..<point]
        let fraction = digits[digits.index(after: point)...]
        guard !whole.isEmpty, (1...4).contains(fraction.count) else { return nil }
        // Counted downwards, since the smallest number has no positive twin.
        var value: Int64 = 0
        let padding = repeatElement(UInt8(ascii: "0"), count: 4 - fraction.count)
        for digit in [Array(whole), Array(fraction), Array(padding)].joined() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = product.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !more else { return nil }
            value = sum
        }
        if !isNegative {
            guard value != .min else { return nil }
            value = -value
        }
        tenThousandths = value
    }

    /// By size.
    public static func < (left: Decimal, right: Decimal) -> Bool { left.tenThousandths < right.tenThousandths }
}
