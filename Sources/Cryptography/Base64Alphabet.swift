/// One of base64's two alphabets, which differ in their last two letters (RFC 4648 §4 and §5): the six-bit groups, without padding.
struct Base64Alphabet {
    /// The letters of 62 and 63.
    let last: (UInt8, UInt8)

    static let standard = Base64Alphabet(last: (UInt8(ascii: "+"), UInt8(ascii: "/")))
    static let url = Base64Alphabet(last: (UInt8(ascii: "-"), UInt8(ascii: "_")))

    /// Appends the letters of the bytes.
    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(letter(UInt8(truncatingIfNeeded: pending >> bits) & 63))
            }
        }
        if bits > 0 { output.append(letter(UInt8(truncatingIfNeeded: pending << (6 - bits)) & 63)) }
    }

    /// The bytes of letters; `nil` for others, an impossible length, or bits left over that are not zero, so that no two
    /// texts stand for the same bytes.
    func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for letter in text {
            guard let value = value(of: letter) else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        return bits < 6 && pending & (1 << bits - 1) == 0 ? bytes : nil
    }

    private func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x61 + value - 26
        case 52..<62: 0x30 + value - 52
        case 62: last.0
        default: last.1
        }
    }

    private func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case 0x41...0x5A: letter - 0x41
        case 0x61...0x7A: letter - 0x61 + 26
        case 0x30...0x39: letter - 0x30 + 52
        case last.0: 62
        case last.1: 63
        default: nil
        }
    }
}
