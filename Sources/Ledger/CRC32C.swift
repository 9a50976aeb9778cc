/// CRC-32C (Castagnoli, RFC 9260 appendix A): finds torn and rotten bytes. No defence against people.
public struct CRC32C: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// The sum of no bytes yet.
    public init() {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = state
        var position = 0
        Self.tables.withUnsafeBufferPointer { table in
            // Eight bytes a step, a table for each ("slicing by 8").
            while bytes.count - position >= 8 {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ crc
                let high = UInt32(truncatingIfNeeded: word &>> 32)
                crc =
                    table[0x700 | Int(low & 0xFF)] ^ table[0x600 | Int(low &>> 8 & 0xFF)]
                    ^ table[0x500 | Int(low &>> 16 & 0xFF)] ^ table[0x400 | Int(low &>> 24)]
                    ^ table[0x300 | Int(high & 0xFF)] ^ table[0x200 | Int(high &>> 8 & 0xFF)]
                    ^ table[0x100 | Int(high &>> 16 & 0xFF)] ^ table[Int(high &>> 24)]
                position += 8
            }
            while position < bytes.count {
                crc = table[Int((crc ^ UInt32(bytes[position])) & 0xFF)] ^ crc &>> 8
                position += 1
            }
        }
        state = crc
    }

    /// The sum of what was taken.
    public var value: UInt32 { ~state }

    /// The sum of some bytes.
    public static func of(_ bytes: [UInt8]) -> UInt32 {
        var sum = CRC32C()
        bytes.withUnsafeBytes { sum.update($0) }
        return sum.value
    }

    /// Eight tables of 256, the first for the last byte of a word.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc &>> 1 ^ 0x82F6_3B78 : crc &>> 1 }
            tables[byte] = crc
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xFF)] ^ before &>> 8
        }
        return tables
    }()
}
