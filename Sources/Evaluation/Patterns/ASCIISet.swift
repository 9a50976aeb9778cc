/// A set of ASCII's scalars, in 128 bits.
struct ASCIISet: Sendable, Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init() {}

    /// Those of which it holds.
    init(where holds: (Unicode.Scalar) -> Bool) {
        for value in UInt8(0)..<128 where holds(Unicode.Scalar(value)) { insert(Unicode.Scalar(value)) }
    }

    /// `scalar` is of ASCII.
    mutating func insert(_ scalar: Unicode.Scalar) {
        let bit: UInt64 = 1 << UInt64(scalar.value & 63)
        if scalar.value < 64 { low |= bit } else { high |= bit }
    }

    /// `scalar` is of ASCII.
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 64 ? low : high) >> UInt64(scalar.value & 63) & 1 == 1
    }

    func intersects(_ other: ASCIISet) -> Bool { (low & other.low) | (high & other.high) != 0 }
}
