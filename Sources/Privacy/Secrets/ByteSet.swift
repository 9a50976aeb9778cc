/// A set of bytes.
struct ByteSet: Sendable, Hashable {
    private var words = InlineArray<4, UInt64>(repeating: 0)

    init() {}

    /// The bytes of a class of regular expressions without its brackets: `A-Za-z0-9_.-`; a `-` stands first or last.
    init(_ notation: String, isCaseless: Bool = false) {
        let bytes = Array(notation.utf8)
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            var last = first
            if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") {
                last = bytes[index + 2]
                index += 2
            }
            precondition(first <= last, "class `\(notation)` runs backwards")
            for byte in first...last {
                insert(byte)
                if isCaseless, ByteClass.table[Int(byte)] & ByteClass.letter != 0 { insert(byte ^ 0x20) }
            }
            index += 1
        }
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0 }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    /// In ascending order.
    var bytes: [UInt8] { (0...255).map { UInt8($0) }.filter(contains) }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.bytes == right.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
