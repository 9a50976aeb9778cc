/// A value of the caller's own that an answer repeats, compared as far as it has come: long keys and tokens go back piece by piece,
/// since all that goes out of them is what the caller sent.
struct OwnValue {
    /// As `AnswerRules.plain` gives it.
    private let value: [UInt8]
    private let isJSON: Bool
    private var matched = 0
    /// After a backslash of JSON.
    private var isEscape = false

    init(_ value: [UInt8], isJSON: Bool) {
        self.value = value
        self.isJSON = isJSON
    }

    /// Whether all of the value has come.
    var isWhole: Bool { matched == value.count }

    /// Up to where these bytes go on with the value; at its end, up to that.
    mutating func compare(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
        for position in range {
            guard matched < value.count else { return position }
            guard take(base[position]) else { return position }
        }
        return range.upperBound
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if isJSON {
            if isEscape {
                isEscape = false
                switch byte {
                case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "/"), 0x22,
                    SurrogateSyntax.backslash:
                    return true
                default: return false
                }
            }
            if byte == SurrogateSyntax.backslash {
                isEscape = true
                return true
            }
            // The string is at its end.
            if byte == 0x22 { return false }
        }
        guard let plain = AnswerRules.plain(byte) else { return true }
        guard plain == value[matched] else { return false }
        matched += 1
        return true
    }
}
