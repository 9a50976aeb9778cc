/// Finds which bytes of a document stand for ranges of a string's decoded text.
///
/// It remembers where the last range began, so that ranges in ascending order cost one walk over the string together.
public struct JSONOffsetMapper: Sendable {
    private let document: JSONDocument
    private let content: Range<Int>
    private let hasEscapes: Bool
    /// Two places that belong together, at the border of an escape or at any plain byte.
    private var raw: Int
    private var decoded = 0

    init(_ value: JSONValue) {
        document = value.document
        content = value.contentRange
        hasEscapes = value.hasEscapes
        raw = content.lowerBound
    }

    /// The range of `document.bytes` for a range of the decoded text, in bytes of UTF-8.
    ///
    /// An escape or a character of which the range has a part is taken whole.
    public mutating func rawRange(ofDecoded range: Range<Int>) -> Range<Int> {
        precondition(range.lowerBound >= 0, "decoded range \(range)")
        return document.bytes.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return content }
            if range.lowerBound < decoded {
                raw = content.lowerBound
                decoded = 0
            }
            (raw, decoded) = walk(base, from: (raw, decoded), to: range.lowerBound, roundingUp: false)
            let (upper, reached) = walk(base, from: (raw, decoded), to: range.upperBound, roundingUp: true)
            precondition(reached >= range.upperBound, "decoded range \(range) in a text of \(reached) bytes")
            var start = raw
            var end = upper
            // Only whole characters: a border inside one moves outwards.
            while start > content.lowerBound && start < content.upperBound && base[start] & 0xC0 == 0x80 { start -= 1 }
            while end < content.upperBound && base[end] & 0xC0 == 0x80 { end += 1 }
            return start..<end
        }
    }

    /// Walks forward until `target` bytes are decoded; a target inside an escape ends before or after it.
    private func walk(
        _ base: UnsafePointer<UInt8>, from place: (raw: Int, decoded: Int), to target: Int, roundingUp: Bool
    ) -> (raw: Int, decoded: Int) {
        var (raw, decoded) = place
        guard hasEscapes else {
            let step = min(target - decoded, content.upperBound - raw)
            return (raw + step, decoded + step)
        }
        while decoded < target && raw < content.upperBound {
            while decoded &+ 8 <= target && raw &+ 8 <= content.upperBound {
                let slashed = JSONStringScanner.word(base, raw) ^ JSONStringScanner.backslashes
                let marks = (slashed &- JSONStringScanner.ones) & ~slashed & JSONStringScanner.tops
                let plain = marks == 0 ? 8 : marks.trailingZeroBitCount &>> 3
                raw &+= plain
                decoded &+= plain
                if marks != 0 { break }
            }
            guard decoded < target && raw < content.upperBound else { break }
            if base[raw] == JSONStringScanner.backslash {
                let unit = JSONStringDecoder.unit(base, at: raw)
                if decoded + unit.decodedLength > target && !roundingUp { break }
                raw &+= unit.rawLength
                decoded &+= unit.decodedLength
            } else {
                raw &+= 1
                decoded &+= 1
            }
        }
        return (raw, decoded)
    }
}
