/// Counts UTF-8 in code points, as Presidio's offsets do (Python's strings are sequences of them, whatever they combine to).
enum CodePoints {
    /// How many code points a text has. The bytes are UTF-8.
    static func count(_ text: some Sequence<UInt8>) -> Int {
        text.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 &+ 1 }
    }

    /// The byte offsets of code point offsets that are sorted; `nil` where one is beyond the text's end. Linear in both.
    static func byteOffsets(of sorted: [Int], in text: ArraySlice<UInt8>) -> [Int]? {
        var result: [Int] = []
        result.reserveCapacity(sorted.count)
        var next = 0
        var codePoint = 0
        text.withUnsafeBufferPointer { bytes in
            for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
                while next < sorted.count, sorted[next] == codePoint {
                    result.append(offset)
                    next += 1
                }
                if next == sorted.count { return }
                codePoint += 1
            }
            // The offset behind the last code point is the text's end.
            while next < sorted.count, sorted[next] == codePoint {
                result.append(bytes.count)
                next += 1
            }
        }
        return result.count == sorted.count ? result : nil
    }
}
