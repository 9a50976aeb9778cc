/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with rate 136 and the padding of the original submission (`0x01`), which
/// OpenSSL 3.0 does not offer. For inputs shorter than one block only: addresses have 40 bytes.
enum Keccak256 {
    private static let rate = 136

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808B, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008A, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800A, 0x8000_0000_8000_000A,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
    /// Rotations and lane order of the steps ρ and π (FIPS 202 §3.2.2, §3.2.3).
    private static let rotations: [UInt64] = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]
    private static let lanes = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1]

    /// The digest of at most 135 bytes; of longer inputs the rest is left out.
    static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var block = Array(bytes.prefix(rate - 1))
        block.append(0x01)
        block.append(contentsOf: repeatElement(0, count: rate - block.count))
        block[rate - 1] |= 0x80
        for (index, byte) in block.enumerated() { state[index / 8] ^= UInt64(byte) << UInt64(index % 8 * 8) }
        for constant in roundConstants { round(&state, constant) }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    private static func round(_ state: inout [UInt64], _ constant: UInt64) {
        // θ
        var parity = [UInt64](repeating: 0, count: 5)
        for lane in 0..<25 { parity[lane % 5] ^= state[lane] }
        for column in 0..<5 {
            let mix = parity[(column + 4) % 5] ^ rotate(parity[(column + 1) % 5], 1)
            for row in 0..<5 { state[column + row * 5] ^= mix }
        }
        // ρ and π
        var moving = state[1]
        for step in 0..<24 {
            let lane = lanes[step]
            (state[lane], moving) = (rotate(moving, rotations[step]), state[lane])
        }
        // χ and ι
        for row in 0..<5 {
            let old = Array(state[row * 5..<row * 5 + 5])
            for column in 0..<5 {
                let next = ~old[(column + 1) % 5]
                state[row * 5 + column] = old[column] ^ (next & old[(column + 2) % 5])
            }
        }
        state[0] ^= constant
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
}
