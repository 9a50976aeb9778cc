/// The CRC-32 of Ethernet, gzip and PNG (polynomial 0xEDB88320, reflected; ISO-HDLC).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// The checksum of the bytes.
    static func checksum(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt32 {
        let table = table
        return ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
