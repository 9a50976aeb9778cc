/// A copy of a text in which each byte that is not part of UTF-8 is `?`, so that offsets stay what they were.
enum WellFormedCopy {
    /// `nil` where the text is UTF-8 (Unicode 16 §3.9, table 3-7) already.
    static func make(of text: UnsafeRawBufferPointer) -> [UInt8]? {
        var position = 0
        var copy: [UInt8]?
        while position < text.count {
            // Eight ASCII bytes at once.
            if position &+ 8 <= text.count,
                text.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                position &+= 8
                continue
            }
            let length = length(at: position, text)
            if length == 0 {
                if copy == nil { copy = [UInt8](text) }
                copy?[position] = UInt8(ascii: "?")
            }
            position += max(length, 1)
        }
        return copy
    }

    /// The length of the character that begins here; 0 if none does.
    private static func length(at position: Int, _ text: UnsafeRawBufferPointer) -> Int {
        func byte(_ offset: Int) -> UInt8 { position + offset < text.count ? text[position + offset] : 0 }
        func follows(_ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
            byte(offset) >= low && byte(offset) <= high
        }
        switch byte(0) {
        case 0...0x7F: return 1
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0: return follows(1, 0xA0) && follows(2) ? 3 : 0
        case 0xED: return follows(1, 0x80, 0x9F) && follows(2) ? 3 : 0
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
        case 0xF0: return follows(1, 0x90) && follows(2) && follows(3) ? 4 : 0
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF4: return follows(1, 0x80, 0x8F) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }
}
