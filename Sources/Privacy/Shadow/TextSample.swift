/// Counts what in a sequence of bytes is no text: control characters, and bytes that are no UTF-8.
struct TextSample {
    private var total = 0
    private var faults = 0
    /// Bytes before the first fault.
    private var clean = 0
    /// Continuation bytes that must follow.
    private var expected = 0

    private enum Bounds {
        /// What is text for so long did not become so by chance, whatever follows.
        static let clean = 11
        /// What is mostly text for so long is text too; what is given up was shorter, so that giving up costs little.
        static let total = 24
    }

    /// Nothing but text so far.
    var isClean: Bool { faults == 0 }
    /// At most an eighth is something else.
    var isMostlyText: Bool { faults &* 8 <= total }

    /// Text throughout, or long enough from its start.
    var isText: Bool { faults == 0 && expected == 0 || clean >= Bounds.clean || total >= Bounds.total }

    /// Whether the byte may stand in UTF-8 text.
    @inline(__always)
    static func mayBeText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F || byte &- 0x80 < 0x75 || byte &- 0x09 < 5
    }

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        defer { if faults == 0 { clean = total } }
        total &+= 1
        if byte & 0xC0 == 0x80 {
            if expected > 0 { expected &-= 1 } else { faults &+= 1 }
            return
        }
        if expected > 0 {
            faults &+= 1
            expected = 0
        }
        switch byte {
        case 0x20..<0x7F, 0x09, 0x0A, 0x0D: break
        case 0xC2..<0xE0: expected = 1
        case 0xE0..<0xF0: expected = 2
        case 0xF0..<0xF5: expected = 3
        default: faults &+= 1
        }
    }
}
