/// Reads strings: finds their end and proves that they are UTF-8, free of control characters, and well escaped.
///
/// Plain ASCII goes eight bytes a step: a word whose bytes are neither quote, backslash, control nor above 0x7F needs
/// nothing else. The arithmetic marks such a byte in its top bit; it may also mark bytes above one it marked rightly, so
/// that only the lowest mark counts, which is the first byte of the text since words are read little-endian.
enum JSONStringScanner {
    static let quote: UInt8 = 0x22
    static let backslash: UInt8 = 0x5C
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let tops: UInt64 = 0x8080_8080_8080_8080
    static let quotes: UInt64 = 0x2222_2222_2222_2222
    static let backslashes: UInt64 = 0x5C5C_5C5C_5C5C_5C5C
    static let blanks: UInt64 = 0x2020_2020_2020_2020

    /// Eight bytes as a number whose lowest byte is the first.
    @inline(__always)
    static func word(_ base: UnsafePointer<UInt8>, _ position: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
    }

    /// Marks the bytes of a word that end a plain run, the lowest mark being right.
    @inline(__always)
    static func marks(_ word: UInt64) -> UInt64 {
        let quoted = word ^ quotes
        let slashed = word ^ backslashes
        return (((quoted &- ones) & ~quoted) | ((slashed &- ones) & ~slashed) | ((word &- blanks) & ~word) | word)
            & tops
    }

    /// Reads from just after the opening quote and returns the position of the closing one.
    static func scan(
        _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, hasEscapes: inout Bool
    ) throws(Fault) -> Int {
        var position = start
        words: while true {
            while position &+ 8 <= end {
                let marks = marks(word(base, position))
                if marks != 0 {
                    position &+= marks.trailingZeroBitCount &>> 3
                    break
                }
                position &+= 8
            }
            while position < end {
                let byte = base[position]
                if byte >= 0x80 {
                    position = try character(base, at: position, to: end)
                } else if byte == quote {
                    return position
                } else if byte == backslash {
                    hasEscapes = true
                    position = try escape(base, at: position, to: end)
                } else if byte < 0x20 {
                    throw Fault(.controlCharacter, at: position)
                } else {
                    position &+= 1
                    if position &+ 8 <= end { continue words }
                }
            }
            throw Fault(.unexpectedEnd, at: end)
        }
    }

    /// Reads one character of two to four bytes and returns the position after it (Unicode, table 3-7).
    @inline(__always)
    private static func character(
        _ base: UnsafePointer<UInt8>, at position: Int, to end: Int
    ) throws(Fault) -> Int {
        let first = base[position]
        let left = end &- position
        if first >= 0xC2 && first <= 0xDF {
            if left > 1 && base[position &+ 1] & 0xC0 == 0x80 { return position &+ 2 }
        } else if first >= 0xE0 && first <= 0xEF {
            if left > 2 && base[position &+ 1] & 0xC0 == 0x80 && base[position &+ 2] & 0xC0 == 0x80 {
                let second = base[position &+ 1]
                let overlong = first == 0xE0 && second < 0xA0
                let surrogate = first == 0xED && second > 0x9F
                if !overlong && !surrogate { return position &+ 3 }
            }
        } else if first >= 0xF0 && first <= 0xF4 {
            if left > 3 && base[position &+ 1] & 0xC0 == 0x80 && base[position &+ 2] & 0xC0 == 0x80
                && base[position &+ 3] & 0xC0 == 0x80
            {
                let second = base[position &+ 1]
                let overlong = first == 0xF0 && second < 0x90
                let beyond = first == 0xF4 && second > 0x8F
                if !overlong && !beyond { return position &+ 4 }
            }
        }
        throw Fault(.invalidUTF8, at: position)
    }

    /// Reads one escape, a surrogate pair as one, and returns the position after it.
    private static func escape(_ base: UnsafePointer<UInt8>, at position: Int, to end: Int) throws(Fault) -> Int {
        guard position &+ 1 < end else { throw Fault(.unexpectedEnd, at: end) }
        switch base[position &+ 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:  // " \ / b f n r t
            return position &+ 2
        case 0x75:  // u
            let unit = try codeUnit(base, at: position, to: end)
            guard unit & 0xF800 == 0xD800 else { return position &+ 6 }
            // The first half of a pair, which the second has to follow at once.
            guard unit < 0xDC00, position &+ 7 < end, base[position &+ 6] == backslash, base[position &+ 7] == 0x75
            else { throw Fault(.loneSurrogate, at: position) }
            let second = try codeUnit(base, at: position &+ 6, to: end)
            guard second & 0xFC00 == 0xDC00 else { throw Fault(.loneSurrogate, at: position) }
            return position &+ 12
        default:
            throw Fault(.invalidEscape, at: position)
        }
    }

    /// The four hexadecimal digits of the escape at `position`.
    private static func codeUnit(_ base: UnsafePointer<UInt8>, at position: Int, to end: Int) throws(Fault) -> UInt32 {
        guard position &+ 6 <= end else { throw Fault(.invalidEscape, at: position) }
        var unit: UInt32 = 0
        var index = position &+ 2
        while index < position &+ 6 {
            let digit = hexadecimal(base[index])
            guard digit < 16 else { throw Fault(.invalidEscape, at: position) }
            unit = unit &<< 4 | digit
            index &+= 1
        }
        return unit
    }

    /// The value of a hexadecimal digit, or 255.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt32 {
        if byte >= 0x30 && byte <= 0x39 { return UInt32(byte &- 0x30) }
        let lower = byte | 0x20
        if lower >= 0x61 && lower <= 0x66 { return UInt32(lower &- 0x61 &+ 10) }
        return 255
    }
}
