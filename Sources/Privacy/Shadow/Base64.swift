/// Bytes from digits of base64, six bits each; both alphabets (RFC 4648 §4, §5).
struct Base64 {
    /// The value of each byte; 64 and above for bytes that are no digits. Made once, never freed.
    nonisolated(unsafe) static let values: UnsafePointer<UInt8> = {
        let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        values.initialize(repeating: 255, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in digits.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return UnsafePointer(values)
    }()

    private var bits: UInt32 = 0
    private var count = 0

    /// The byte that this digit completes.
    @inline(__always)
    mutating func add(_ value: UInt8) -> UInt8? {
        bits = bits &<< 6 | UInt32(value & 63)
        count &+= 6
        guard count >= 8 else { return nil }
        count &-= 8
        return UInt8(truncatingIfNeeded: bits &>> UInt32(truncatingIfNeeded: count))
    }
}
