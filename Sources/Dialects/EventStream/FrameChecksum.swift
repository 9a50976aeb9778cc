/// CRC-32 (ISO-HDLC, polynomial 0xEDB88320 reflected), four bytes at a step: a stream's every byte goes through it.
enum FrameChecksum {
    private static let polynomial: UInt32 = 0xEDB8_8320

    /// Four tables of 256, one behind the other: of a byte, and of a byte with one, two and three zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables = (0..<256).map { remainder(of: UInt32($0)) }
        for index in 256..<1_024 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()

    private static func remainder(of byte: UInt32) -> UInt32 {
        var value = byte
        for _ in 0..<8 {
            let isOdd = value & 1 == 1
            value >>= 1
            if isOdd { value ^= polynomial }
        }
        return value
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var sum = ~UInt32(0)
            var index = 0
            while index + 4 <= bytes.count {
                sum ^= UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
                let (first, second) = (tables[768 + Int(sum & 0xFF)], tables[512 + Int(sum >> 8 & 0xFF)])
                let (third, fourth) = (tables[256 + Int(sum >> 16 & 0xFF)], tables[Int(sum >> 24)])
                sum = first ^ second ^ third ^ fourth
                index += 4
            }
            while index < bytes.count {
                sum = sum >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: sum) ^ bytes[index])]
                index += 1
            }
            return ~sum
        }
    }
}
