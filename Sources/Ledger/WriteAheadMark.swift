/// Says in the write-ahead log that everything before it is durable: so a record that is damaged later is told from one whose
/// writing was cut short, also when no other record follows.
///
/// It stands right behind the last record of each round, in 512 bytes of its own that the next round overwrites, and is written
/// when the round is durable, before anybody is told so. Nothing waits for it to be durable itself: it outlives the process, and the
/// machine only if that lives for some seconds more.
///
/// | offset | bytes | value, big-endian |
/// |---|---|---|
/// | 0 | 8 | magic: `ff ff "SPACK" 01`, which no entry can contain |
/// | 8 | 4 | number of the log |
/// | 12 | 4 | CRC-32C of these 512 bytes with zeros here |
/// | 16 | 8 | index after the last entry that is durable |
/// | 24 | 488 | zeros |
public struct WriteAheadMark: Hashable, Sendable {
    /// The number of the log, from 1.
    public let log: UInt32
    /// The index after the last entry that is durable.
    public let end: UInt64

    /// Takes both; no check.
    public init(log: UInt32, end: UInt64) {
        self.log = log
        self.end = end
    }

    private static let magic: [UInt8] = [0xFF, 0xFF] + Array("SPACK".utf8) + [1]
    private static let count = WriteAheadRecord.Layout.alignment

    /// Its 512 bytes.
    public var bytes: [UInt8] {
        func bytes(sum: UInt32) -> [UInt8] {
            var bytes = Self.magic
            bytes.reserveCapacity(Self.count)
            withUnsafeBytes(of: log.bigEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: sum.bigEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: end.bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: repeatElement(0, count: Self.count - bytes.count))
            return bytes
        }
        var sum = CRC32C()
        bytes(sum: 0).withUnsafeBytes { sum.update($0) }
        return bytes(sum: sum.value)
    }

    /// Reads the first 512 bytes; `nil` if they are no mark, or not as it was written. They may go on behind it.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.count, bytes.starts(with: Self.magic) else { return nil }
        self.init(
            log: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
            end: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        guard log > 0, bytes.prefix(Self.count).elementsEqual(self.bytes) else { return nil }
    }
}
