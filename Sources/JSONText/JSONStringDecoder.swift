/// Turns the content of a string that the scanner accepted into the text it stands for.
@usableFromInline
enum JSONStringDecoder {
    /// Writes the decoded text, which is never longer than the content, and returns its length.
    /// `target` has room for `end - start` bytes.
    @usableFromInline
    static func decode(
        _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, into target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var position = start
        var length = 0
        while position < end {
            while position &+ 8 <= end {
                let word = JSONStringScanner.word(base, position)
                let slashed = word ^ JSONStringScanner.backslashes
                let marks = (slashed &- JSONStringScanner.ones) & ~slashed & JSONStringScanner.tops
                // All eight are stored even if only the first few are wanted: length ≤ position - start, so there is room.
                UnsafeMutableRawPointer(target + length).storeBytes(of: word.littleEndian, as: UInt64.self)
                if marks != 0 {
                    let plain = marks.trailingZeroBitCount &>> 3
                    position &+= plain
                    length &+= plain
                    break
                }
                position &+= 8
                length &+= 8
            }
            guard position < end else { break }
            let byte = base[position]
            if byte == JSONStringScanner.backslash {
                let unit = unit(base, at: position)
                position &+= unit.rawLength
                length &+= store(unit.scalar, into: target + length)
            } else {
                target[length] = byte
                position &+= 1
                length &+= 1
            }
        }
        return length
    }

    /// One escape: its character and how long it is in the content.
    struct Unit {
        let scalar: UInt32
        let rawLength: Int

        /// How many bytes of UTF-8 the character has.
        var decodedLength: Int { scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4 }
    }

    /// The escape at `position`, which the scanner accepted.
    static func unit(_ base: UnsafePointer<UInt8>, at position: Int) -> Unit {
        switch base[position &+ 1] {
        case 0x62: return Unit(scalar: 0x08, rawLength: 2)
        case 0x66: return Unit(scalar: 0x0C, rawLength: 2)
        case 0x6E: return Unit(scalar: 0x0A, rawLength: 2)
        case 0x72: return Unit(scalar: 0x0D, rawLength: 2)
        case 0x74: return Unit(scalar: 0x09, rawLength: 2)
        case 0x75:
            let first = codeUnit(base, at: position)
            guard first & 0xFC00 == 0xD800 else { return Unit(scalar: first, rawLength: 6) }
            let second = codeUnit(base, at: position &+ 6)
            return Unit(scalar: 0x10000 &+ ((first & 0x3FF) &<< 10 | (second & 0x3FF)), rawLength: 12)
        case let itself: return Unit(scalar: UInt32(itself), rawLength: 2)
        }
    }

    private static func codeUnit(_ base: UnsafePointer<UInt8>, at position: Int) -> UInt32 {
        var unit: UInt32 = 0
        var index = position &+ 2
        while index < position &+ 6 {
            unit = unit &<< 4 | JSONStringScanner.hexadecimal(base[index])
            index &+= 1
        }
        return unit
    }

    /// Writes a character as UTF-8 and returns how many bytes it took.
    private static func store(_ scalar: UInt32, into target: UnsafeMutablePointer<UInt8>) -> Int {
        if scalar < 0x80 {
            target[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        }
        if scalar < 0x800 {
            target[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar &>> 6)
            target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 2
        }
        if scalar < 0x10000 {
            target[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar &>> 12)
            target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar &>> 6 & 0x3F)
            target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 3
        }
        target[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar &>> 18)
        target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar &>> 12 & 0x3F)
        target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar &>> 6 & 0x3F)
        target[3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
        return 4
    }
}
