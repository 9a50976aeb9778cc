/// `%40` (RFC 3986 §2.1), and `%u0040` as old scripts write it. Bytes beyond ASCII count only as whole UTF-8 sequences.
enum PercentEscape {
    static func read(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> EscapeDecoding.Reading? {
        if text.byte(start &+ 1) | 0x20 == UInt8(ascii: "u") {
            guard let value = Hexadecimal.number(text, start &+ 2, count: 4) else { return nil }
            return EscapeDecoding.Reading(start..<(start &+ 6), value, .percent)
        }
        guard
            let sequence = EscapedSequence.read(
                text, start, prefix: 1, isPrefix: { text.byte($0) == UInt8(ascii: "%") })
        else { return nil }
        return EscapeDecoding.Reading(sequence.range, sequence.value, .percent)
    }
}

/// A UTF-8 sequence each of whose bytes is two hexadecimal digits after a prefix.
struct EscapedSequence {
    let range: Range<Int>
    let value: UInt32

    /// Takes the length of the prefix, and whether one stands at an offset.
    static func read(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, prefix: Int, isPrefix: (Int) -> Bool
    ) -> EscapedSequence? {
        guard let lead = Hexadecimal.number(text, start &+ prefix, count: 2) else { return nil }
        let unit = prefix &+ 2
        if lead < 0x80 { return EscapedSequence(range: start..<(start &+ unit), value: lead) }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var sequence: (UInt8, UInt8, UInt8, UInt8) = (UInt8(truncatingIfNeeded: lead), 0, 0, 0)
        for number in 1..<length {
            let place = start &+ number &* unit
            guard isPrefix(place), let byte = Hexadecimal.number(text, place &+ prefix, count: 2) else { return nil }
            withUnsafeMutableBytes(of: &sequence) { $0[number] = UInt8(truncatingIfNeeded: byte) }
        }
        let scalar = withUnsafeBytes(of: &sequence) { bytes in
            UTF8Scalar.decode(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[..<length]), 0)
        }
        guard scalar.length == length else { return nil }
        return EscapedSequence(range: start..<(start &+ length &* unit), value: scalar.value)
    }
}
