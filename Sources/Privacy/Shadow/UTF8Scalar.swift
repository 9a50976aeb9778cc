/// One code point of UTF-8 that may be malformed (RFC 3629 §3).
struct UTF8Scalar {
    /// Above all code points if the bytes are malformed.
    let value: UInt32
    /// Bytes; 1 if malformed.
    let length: Int

    static let malformed = UTF8Scalar(value: .max, length: 1)

    @inline(__always) var isMalformed: Bool { value == .max }

    /// The code point that begins at `offset`, which must be in the text.
    @inline(__always)
    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UTF8Scalar {
        let lead = text[offset]
        if lead < 0x80 { return UTF8Scalar(value: UInt32(lead), length: 1) }
        if lead >= 0xE0, lead < 0xF0, offset &+ 2 < text.count {
            return decode3(lead, text[offset &+ 1], text[offset &+ 2])
        }
        if lead >= 0xC2, lead < 0xE0, offset &+ 1 < text.count {
            let second = text[offset &+ 1]
            guard second & 0xC0 == 0x80 else { return malformed }
            return UTF8Scalar(value: UInt32(lead & 0x1F) &<< 6 | UInt32(second & 0x3F), length: 2)
        }
        if lead >= 0xF0, lead < 0xF5, offset &+ 3 < text.count {
            return decode4(lead, text[offset &+ 1], text[offset &+ 2], text[offset &+ 3])
        }
        return malformed
    }

    @inline(__always)
    private static func decode3(_ lead: UInt8, _ second: UInt8, _ third: UInt8) -> UTF8Scalar {
        let value = UInt32(lead & 0x0F) &<< 12 | UInt32(second & 0x3F) &<< 6 | UInt32(third & 0x3F)
        guard second & 0xC0 == 0x80, third & 0xC0 == 0x80, value >= 0x800, value & 0xF800 != 0xD800 else {
            return malformed
        }
        return UTF8Scalar(value: value, length: 3)
    }

    private static func decode4(_ lead: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) -> UTF8Scalar {
        let value =
            UInt32(lead & 0x07) &<< 18 | UInt32(second & 0x3F) &<< 12 | UInt32(third & 0x3F) &<< 6
            | UInt32(fourth & 0x3F)
        guard second & 0xC0 == 0x80, third & 0xC0 == 0x80, fourth & 0xC0 == 0x80, value >= 0x1_0000, value < 0x11_0000
        else { return malformed }
        return UTF8Scalar(value: value, length: 4)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The next byte outside ASCII; the end if there is none.
    @inline(__always)
    func nextOutsideASCII(from start: Int) -> Int {
        guard let base = baseAddress else { return count }
        var position = start
        while position &+ 32 <= count {
            let first = ByteWord.load(base, position)
            let second = ByteWord.load(base, position &+ 8)
            let third = ByteWord.load(base, position &+ 16)
            let fourth = ByteWord.load(base, position &+ 24)
            if (first | second | third | fourth) & ByteWord.tops != 0 { break }
            position &+= 32
        }
        while position &+ 8 <= count {
            let marks = ByteWord.load(base, position) & ByteWord.tops
            if marks != 0 { return position &+ marks.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        while position < count, base[position] < 0x80 { position &+= 1 }
        return position
    }

    /// The byte, or zero outside the text.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { offset >= 0 && offset < count ? self[offset] : 0 }
}
