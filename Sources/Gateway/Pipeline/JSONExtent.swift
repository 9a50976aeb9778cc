/// Whether a JSON text that comes in pieces is whole: an object or array that has been opened and closed.
struct JSONExtent {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var hasBegun = false

    /// Whether what has come is a whole object or array. Other values have no end of their own.
    var isWhole: Bool { hasBegun && depth == 0 && !isInString }

    /// Takes the next piece, cut anywhere.
    mutating func advance(_ piece: UnsafeRawBufferPointer) {
        for byte in piece {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                hasBegun = true
                depth &+= 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            default: break
            }
        }
    }
}
