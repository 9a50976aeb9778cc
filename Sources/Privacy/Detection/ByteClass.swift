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

    @inline(__always)
    static func load(_ base: UnsafePointer<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
    }
}

/// Sixteen bytes at once, with comparisons that every processor has. A byte of an answer has all its bits set, or none.
enum ByteVector {
    typealias Bytes = SIMD16<UInt8>

    @inline(__always)
    static func load(_ base: UnsafePointer<UInt8>, _ offset: Int) -> Bytes {
        UnsafeRawPointer(base + offset).loadUnaligned(as: Bytes.self)
    }

    /// The bytes that are one of `count` values from `low` on.
    @inline(__always)
    static func within(_ bytes: Bytes, _ low: UInt8, _ count: UInt8) -> Bytes {
        Bytes(repeating: 0).replacing(with: 0xFF, where: bytes &- low .< Bytes(repeating: count))
    }

    /// Its halves, the first byte lowest.
    @inline(__always)
    static func words(_ bytes: Bytes) -> (low: UInt64, high: UInt64) {
        let words = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        return (UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
    }

    /// Where the first byte of an answer stands that is set; `nil` if none is.
    @inline(__always)
    static func first(_ answer: Bytes) -> Int? {
        let (low, high) = words(answer)
        guard low | high != 0 else { return nil }
        return low != 0 ? low.trailingZeroBitCount &>> 3 : 8 &+ high.trailingZeroBitCount &>> 3
    }
}
