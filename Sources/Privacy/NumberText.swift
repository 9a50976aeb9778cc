/// A JSON number as its digits are read: `4111111111111111.0` and `4.111111111111111e15`, as spreadsheets and data frames write them,
/// are `4111111111111111`.
enum NumberText {
    /// Longer numbers are nobody's.
    private static let longest = 64

    /// The digits, where they differ from what is written; `nil` where the number is whole as it stands, or none that could be
    /// somebody's.
    static func whole(_ written: UnsafeRawBufferPointer) -> [UInt8]? {
        guard written.count <= longest else { return nil }
        var digits: [UInt8] = []
        var fraction = 0
        var isFraction = false
        var exponent = 0
        var index = 0
        scan: while index < written.count {
            let byte = written[index]
            switch byte {
            case 0x30...0x39:
                digits.append(byte)
                if isFraction { fraction += 1 }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let value = self.exponent(written[(index + 1)...]) else { return nil }
                exponent = value
                break scan
            case UInt8(ascii: "-") where index == 0: break
            default: return nil
            }
            index += 1
        }
        guard isFraction || exponent != 0 else { return nil }
        var places = fraction - exponent
        while places > 0, digits.last == 0x30 {
            digits.removeLast()
            places -= 1
        }
        guard places <= 0, digits.count - places <= longest else { return nil }
        return digits + [UInt8](repeating: 0x30, count: -places)
    }

    private static func exponent(_ written: Slice<UnsafeRawBufferPointer>) -> Int? {
        var value = 0
        var isNegative = false
        for (index, byte) in written.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: "+") where index == 0: break
            case 0x30...0x39:
                value = value * 10 + Int(byte) - 0x30
                guard value <= longest else { return nil }
            default: return nil
            }
        }
        return isNegative ? -value : value
    }
}
