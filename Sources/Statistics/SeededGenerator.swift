/// A generator whose whole sequence follows from its seed: xoshiro256++ (Blackman and Vigna, "Scrambled linear
/// pseudorandom number generators", 2021), seeded by SplitMix64. For resampling and simulation; never for secrets.
public struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable, Codable {
    private var state0: UInt64
    private var state1: UInt64
    private var state2: UInt64
    private var state3: UInt64

    /// Every seed is good, 0 too.
    public init(seed: UInt64) {
        var counter = seed
        func next() -> UInt64 {
            counter &+= 0x9E37_79B9_7F4A_7C15
            var mixed = counter
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        state0 = next()
        state1 = next()
        state2 = next()
        state3 = next()
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let sum = state0 &+ state3
        let result = (sum << 23 | sum >> 41) &+ state0
        let shifted = state1 << 17
        state2 ^= state0
        state3 ^= state1
        state1 ^= state2
        state0 ^= state3
        state2 ^= shifted
        state3 = state3 << 45 | state3 >> 19
        return result
    }

    /// The next number in 0..<1, a multiple of 2⁻⁵³.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The next number in 0..<count, as fair as 64 bits make it (bias below count / 2⁶⁴); 0 if `count` is 0.
    public mutating func index(below count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(count, 0))).high)
    }

    /// The next number of the standard normal distribution, by inversion.
    public mutating func normal() -> Double {
        // In the open interval: the quantile stays finite.
        NormalDistribution.quantile((Double(next() >> 12) + 0.5) * 0x1p-52)
    }

    /// Puts the elements into a random order (Fisher and Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }
}
