/// `%40` (RFC 3986 §2.1), and `%u0040` as old scripts write it. Bytes beyond ASCII count only as whole UTF-8 sequences.
enum PercentEscape {
    static func read(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> EscapeDecoding.Reading? {
        if text.byte(start &+ 1) | 0x20 == UInt8(ascii: "u") {
            guard let value = Hexadecimal.number(text, start &+ 2, count: 4) else { return nil }
            return EscapeDecoding.Reading(start..<(start &+ 6), value, .percent)
        }
        let sequence = EscapedSequence.read(start, unit: 3) { place in
            text.byte(place) == UInt8(ascii: "%") ? Hexadecimal.number(text, place &+ 1, count: 2) : nil
        }
        guard let sequence else { return nil }
        return EscapeDecoding.Reading(sequence.range, sequence.value, .percent)
    }
}

/// A UTF-8 sequence each of whose bytes is an escape of its own.
struct EscapedSequence {
    let range: Range<Int>
    let value: UInt32

    /// Takes the length of an escape, and what gives the byte of the one at an offset, if there is one.
    static func read(_ start: Int, unit: Int, byte: (Int) -> UInt32?) -> EscapedSequence? {
        guard let lead = byte(start) else { return nil }
        if lead < 0x80 { return EscapedSequence(range: start..<(start &+ unit), value: lead) }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var sequence: (UInt8, UInt8, UInt8, UInt8) = (UInt8(truncatingIfNeeded: lead), 0, 0, 0)
        for number in 1..<length {
            guard let next = byte(start &+ number &* unit) else { return nil }
            withUnsafeMutableBytes(of: &sequence) { $0[number] = UInt8(truncatingIfNeeded: next) }
        }
        let scalar = withUnsafeBytes(of: &sequence) { bytes in
            UTF8Scalar.decode(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[..<length]), 0)
        }
        guard scalar.length == length else { return nil }
        return EscapedSequence(range: start..<(start &+ length &* unit), value: scalar.value)
    }
}
