internal import Cryptography

/// Many numbers out of one seed: SplitMix64 (Steele, Lea and Flood 2014). For lots, not for secrets.
struct Lots: Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number below `bound`, which is positive.
    mutating func next(below bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }
}

/// Seeds out of a seed and a name.
enum Seed {
    /// The first eight bytes of a digest of both, big-endian: neighbours have nothing in common.
    static func derived(from seed: UInt64, _ name: String) -> UInt64 {
        var bytes: [UInt8] = []
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: seed >> shift))
        }
        bytes.append(contentsOf: name.utf8)
        return SHA256.hash(bytes).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
