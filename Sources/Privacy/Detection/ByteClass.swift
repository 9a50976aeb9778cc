/// What a byte may be part of, by table.
enum ByteClass {
    static let digit: UInt8 = 1
    static let letter: UInt8 = 2
    /// A digit or one of `a`–`f`, either case.
    static let hexadecimal: UInt8 = 4
    /// In the part of an address before the `@`, ASCII only.
    static let emailLocal: UInt8 = 8
    /// Letters, digits, `-`, `_`.
    static let token: UInt8 = 16
    static let alphanumeric: UInt8 = digit | letter

    /// 256 entries; made once, never freed.
    nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        table.initialize(repeating: 0, count: 256)
        for byte in UInt8(ascii: "0")...UInt8(ascii: "9") {
            table[Int(byte)] |= digit | hexadecimal | emailLocal | token
        }
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") {
            table[Int(byte)] |= letter | emailLocal | token
            table[Int(byte & 0xDF)] |= letter | emailLocal | token
        }
        for byte in UInt8(ascii: "a")...UInt8(ascii: "f") {
            table[Int(byte)] |= hexadecimal
            table[Int(byte & 0xDF)] |= hexadecimal
        }
        // RFC 5322 allows more in an address; `=`, `&`, `/`, `?`, `{`, `|`, `}` and the grave accent separate far more often.
        for byte in "._%+-'!#$*^~".utf8 { table[Int(byte)] |= emailLocal }
        for byte in "-_".utf8 { table[Int(byte)] |= token }
        return UnsafePointer(table)
    }()
}

/// Eight bytes at once in one word. All tests are exact for each byte: carries never cross.
enum ByteWord {
    static let tops: UInt64 = 0x8080_8080_8080_8080
    static let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

    /// The top bit of each byte that is a digit, `:` or `@`.
    @inline(__always)
    static func anchors(_ word: UInt64) -> UInt64 {
        let low = word & lows
        // 0x30…0x3A: at least `0`, below `;`.
        let range = (low &+ 0x5050_5050_5050_5050) & ~(low &+ 0x4545_4545_4545_4545)
        let at = word ^ 0x4040_4040_4040_4040
        let isAt = ~((at & lows) &+ lows | at)
        return (range & ~word | isAt) & tops
    }

    /// The top bit of each byte that is `_`.
    @inline(__always)
    static func underscores(_ word: UInt64) -> UInt64 {
        let difference = word ^ 0x5F5F_5F5F_5F5F_5F5F
        return ~((difference & lows) &+ lows | difference) & tops
    }

    /// A bit for each byte that is a letter or digit, the first byte lowest.
    @inline(__always)
    static func alphanumericBits(_ word: UInt64) -> UInt8 {
        let folded = word & lows | 0x2020_2020_2020_2020
        let letters = (folded &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(folded &+ 0x0505_0505_0505_0505)
        return bits(letters & ~word) | digitBits(word)
    }

    /// A bit for each byte that is a digit, the first byte lowest.
    @inline(__always)
    static func digitBits(_ word: UInt64) -> UInt8 {
        let low = word & lows
        return bits((low &+ 0x5050_5050_5050_5050) & ~(low &+ 0x4646_4646_4646_4646) & ~word)
    }

    /// A bit for each byte from `2` to `7`, with which the hexadecimal digits of ASCII begin.
    @inline(__always)
    static func leadBits(_ word: UInt64) -> UInt8 {
        let low = word & lows
        return bits((low &+ 0x4E4E_4E4E_4E4E_4E4E) & ~(low &+ 0x4848_4848_4848_4848) & ~word)
    }

    /// The top bits of all bytes.
    @inline(__always)
    private static func bits(_ word: UInt64) -> UInt8 {
        UInt8(truncatingIfNeeded: (((word & tops) &>> 7) &* 0x0102_0408_1020_4080) &>> 56)
    }

    @inline(__always)
    static func load(_ base: UnsafePointer<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
    }
}
