/// Numbers as ECMAScript writes them (RFC 8785 §3.2.2.3): the shortest digits that read back as the same double.
enum JSONNumber {
    /// Appends a finite number.
    static func append(_ value: Double, to target: inout [UInt8]) {
        guard value != 0 else {
            target.append(0x30)  // Also for -0.
            return
        }
        if value < 0 { target.append(0x2D) }
        // Swift finds the same shortest digits but sets point and exponent otherwise: take only its digits and magnitude.
        var digits: [UInt8] = []
        /// Where the decimal point stands, counted from the first digit.
        var point = 0
        var sawPoint = false
        var exponent = 0
        var isNegativeExponent = false
        var sawExponent = false
        for byte in value.magnitude.description.utf8 {
            switch byte {
            case 0x30...0x39 where sawExponent: exponent = exponent * 10 + Int(byte - 0x30)
            case 0x30 where digits.isEmpty:
                if sawPoint { point -= 1 }
            case 0x30...0x39:
                digits.append(byte)
                if !sawPoint { point += 1 }
            case 0x2E: sawPoint = true
            case 0x65: sawExponent = true
            case 0x2D: isNegativeExponent = true
            default: break
            }
        }
        point += isNegativeExponent ? -exponent : exponent
        while digits.last == 0x30 { digits.removeLast() }

        switch point {
        case digits.count...21 where digits.count <= 21:
            target.append(contentsOf: digits)
            target.append(contentsOf: repeatElement(0x30, count: point - digits.count))
        case 1...21:
            target.append(contentsOf: digits[..<point])
            target.append(0x2E)
            target.append(contentsOf: digits[point...])
        case -5...0:
            target.append(contentsOf: [0x30, 0x2E])
            target.append(contentsOf: repeatElement(0x30, count: -point))
            target.append(contentsOf: digits)
        default:
            target.append(digits[0])
            if digits.count > 1 {
                target.append(0x2E)
                target.append(contentsOf: digits[1...])
            }
            target.append(contentsOf: point > 0 ? [0x65, 0x2B] : [0x65, 0x2D])
            target.append(contentsOf: String((point - 1).magnitude).utf8)
        }
    }
}
