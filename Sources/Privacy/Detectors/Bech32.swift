/// Bech32 and Bech32m (BIP 173, BIP 350): a human-readable part, `1`, digits of base 32, six of them a BCH checksum.
enum Bech32 {
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (index, byte) in "qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8.enumerated() {
            values[Int(byte)] = UInt8(index)
            if byte >= 0x61 { values[Int(byte & 0xDF)] = UInt8(index) }
        }
        return values
    }()

    /// Whether the checksum is right and the letters are of one case; `separator` is where the last `1` stands.
    static func isValid(_ text: UnsafeBufferPointer<UInt8>, separator: Int) -> Bool {
        guard separator > 0, text.count - separator > 6 else { return false }
        let hasUpper = text.contains { $0 >= 0x41 && $0 <= 0x5A }
        let hasLower = text.contains { $0 >= 0x61 && $0 <= 0x7A }
        guard !(hasUpper && hasLower) else { return false }
        var checksum: UInt32 = 1
        let prefix = text[..<separator]
        for byte in prefix { step(&checksum, UInt32(byte | 0x20) >> 5) }
        step(&checksum, 0)
        for byte in prefix { step(&checksum, UInt32(byte | 0x20) & 31) }
        for byte in text[(separator + 1)...] {
            guard values[Int(byte)] != 255 else { return false }
            step(&checksum, UInt32(values[Int(byte)]))
        }
        return checksum == 1 || checksum == 0x2BC8_30A3
    }

    private static func step(_ checksum: inout UInt32, _ value: UInt32) {
        let top = checksum >> 25
        checksum = (checksum & 0x1FF_FFFF) << 5 ^ value
        if top & 1 != 0 { checksum ^= 0x3B6A_57B2 }
        if top & 2 != 0 { checksum ^= 0x2650_8E6D }
        if top & 4 != 0 { checksum ^= 0x1EA1_19FA }
        if top & 8 != 0 { checksum ^= 0x3D42_33DD }
        if top & 16 != 0 { checksum ^= 0x2A14_62B3 }
    }
}
