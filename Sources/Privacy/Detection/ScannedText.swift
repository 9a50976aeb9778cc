/// A text's bytes and what detectors ask of them. Offsets outside the text are allowed everywhere and answer "no".
struct ScannedText {
    let base: UnsafePointer<UInt8>
    let count: Int
    let classes = ByteClass.table

    func has(_ offset: Int, _ mask: UInt8) -> Bool { isInside(offset) && classes[Int(base[offset])] & mask != 0 }

    func byte(_ offset: Int) -> UInt8 { isInside(offset) ? base[offset] : 0 }

    /// One comparison: what is below zero is far beyond any length.
    @inline(__always)
    private func isInside(_ offset: Int) -> Bool { UInt(bitPattern: offset) < UInt(bitPattern: count) }

    /// Whether a word may begin here: the byte before is no ASCII letter, digit or `_`, or is the letter of an escape of source code,
    /// as in `"\n4111…"`.
    func isWordStart(_ offset: Int) -> Bool {
        guard offset > 0 else { return true }
        let before = base[offset - 1]
        guard classes[Int(before)] & ByteClass.alphanumeric != 0 || before == UInt8(ascii: "_") else { return true }
        return isEscapeLetter(offset - 1)
    }

    /// Whether the byte here is the `n` of `\n` or the like in a text that quotes source code.
    func isEscapeLetter(_ offset: Int) -> Bool {
        guard byte(offset - 1) == UInt8(ascii: "\\") else { return false }
        switch byte(offset) {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "v"), UInt8(ascii: "a"), UInt8(ascii: "0"):
            return true
        default: return false
        }
    }

    /// Whether a word may end here: the byte after is no ASCII letter, digit or `_`.
    func isWordEnd(_ offset: Int) -> Bool {
        guard offset < count else { return true }
        let after = base[offset]
        return classes[Int(after)] & ByteClass.alphanumeric == 0 && after != UInt8(ascii: "_")
    }

    /// The next digit, colon or `@`.
    func nextAnchor(from start: Int) -> Int {
        var position = start
        while position &+ 16 <= count {
            let bytes = ByteVector.load(base, position)
            let marks = ByteVector.within(bytes, UInt8(ascii: "0"), 11) | ByteVector.within(bytes, UInt8(ascii: "@"), 1)
            if let first = ByteVector.first(marks) { return position &+ first }
            position &+= 16
        }
        while position < count {
            let byte = base[position]
            if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: ":") || byte == UInt8(ascii: "@") { return position }
            position &+= 1
        }
        return count
    }
}
