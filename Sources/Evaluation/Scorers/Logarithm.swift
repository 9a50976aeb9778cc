/// Logarithm and exponential function, to about the last bit: a core has no C library.
enum Logarithm {
    private static let ofTwoHigh = 0x1.62e42feep-1
    private static let ofTwoLow = 0x1.a39ef35793c76p-33
    private static let ofTwo = 0x1.62e42fefa39efp-1

    /// The natural logarithm; `-infinity` for 0, not a number below.
    static func natural(_ value: Double) -> Double {
        guard value > 0 else { return value == 0 ? -.infinity : .nan }
        guard value.isFinite else { return value }
        // value = 2^exponent · m with m from √½ to √2; ln m = 2 artanh((m-1)/(m+1)).
        var exponent = Double(value.exponent)
        var significand = value.significand
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        for power in stride(from: 25, through: 1, by: -2) { sum = sum * square + 1 / Double(power) }
        return exponent * ofTwoHigh + (exponent * ofTwoLow + 2 * ratio * sum)
    }

    /// e to a power.
    static func exponential(_ power: Double) -> Double {
        guard power.isFinite else { return power == -.infinity ? 0 : power }
        guard power < 710 else { return .infinity }
        guard power > -750 else { return 0 }
        let exponent = (power / ofTwo).rounded()
        let rest = (power - exponent * ofTwoHigh) - exponent * ofTwoLow
        var sum = 1.0
        for step in stride(from: 18, through: 1, by: -1) { sum = 1 + sum * rest / Double(step) }
        // In two steps, so that neither factor overflows.
        let half = Int(exponent) / 2
        return sum * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: Int(exponent) - half, significand: 1)
    }
}
