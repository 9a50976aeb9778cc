/// One record of the write-ahead log: entries that were made durable together, before they have their place in bundles
/// and tiles.
///
/// Records begin at multiples of 512 bytes, the unit that a disk writes whole, and are filled up with zeros to the next:
/// so a torn write never harms a record before it. A round is what one synchronisation makes durable; it has one record
/// or, where it does not fit one or a file ends, several parts. Nothing of a round counts unless all its parts are whole.
///
/// | offset | bytes | value, big-endian |
/// |---|---|---|
/// | 0 | 8 | magic: `ff ff "SPWAL" 01`, which no entry can contain |
/// | 8 | 4 | number of the log |
/// | 12 | 4 | part, from 0 |
/// | 16 | 4 | parts of the round, at least 1 |
/// | 20 | 4 | count of entries, at least 1 |
/// | 24 | 4 | bytes of the payload |
/// | 28 | 4 | CRC-32C of the header with zeros here, and of the payload |
/// | 32 | 8 | number of the round; each is one more than the one before |
/// | 40 | 8 | index of the first entry in its log |
/// | 48 | 16 | zeros |
/// | 64 | … | the entries as in a bundle (c2sp.org/tlog-tiles): for each its length in 16 bits, and its bytes |
public struct WriteAheadRecord: Hashable, Sendable {
    /// The sizes of a record.
    public enum Layout {
        /// Where records begin, in bytes.
        public static let alignment = 512
        /// The bytes of a header.
        public static let headerBytes = 64
        /// The most bytes of a payload; the longest entry fits many times.
        public static let maximumPayloadBytes = 1 << 20

        /// What a record with a payload of so many bytes takes.
        public static func recordBytes(payload: Int) -> Int {
            (headerBytes + payload + alignment - 1) / alignment * alignment
        }
    }

    /// The number of the log, from 1.
    public let log: UInt32
    /// The number of the round, from 1.
    public let round: UInt64
    /// Which part of it, from 0.
    public let part: UInt32
    /// How many parts the round has.
    public let parts: UInt32
    /// The index of the first entry in its log.
    public let first: UInt64
    /// How many entries it holds.
    public let count: UInt32
    /// The bytes of its payload.
    public let payloadBytes: Int

    /// What it takes in a file, zeros at the end included.
    public var recordBytes: Int { Layout.recordBytes(payload: payloadBytes) }

    /// The index after its last entry.
    public var end: UInt64 { first + UInt64(count) }

    /// Takes the parts; `nil` for what no record says.
    public init?(
        log: UInt32, round: UInt64, part: UInt32, parts: UInt32, first: UInt64, count: UInt32, payloadBytes: Int
    ) {
        guard log > 0, round > 0, part < parts, count > 0 else { return nil }
        guard payloadBytes >= 2 * Int(count), payloadBytes <= Layout.maximumPayloadBytes else { return nil }
        guard first <= UInt64(Int64.max) - UInt64(count) else { return nil }
        self.log = log
        self.round = round
        self.part = part
        self.parts = parts
        self.first = first
        self.count = count
        self.payloadBytes = payloadBytes
    }

    private static let magic: [UInt8] = [0xFF, 0xFF] + Array("SPWAL".utf8) + [1]
    private static let sumOffset = 28

    /// Appends the whole record, zeros at the end included. The payload must have `payloadBytes`.
    public func append(payload: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        precondition(payload.count == payloadBytes, "a payload of \(payload.count) bytes, not \(payloadBytes)")
        let start = output.count
        output.append(contentsOf: Self.magic)
        for word in [log, part, parts, count, UInt32(payloadBytes), 0] { Self.append(word, to: &output) }
        for word in [round, first] {
            Self.append(UInt32(truncatingIfNeeded: word &>> 32), to: &output)
            Self.append(UInt32(truncatingIfNeeded: word), to: &output)
        }
        output.append(contentsOf: repeatElement(0, count: 16))
        output.append(contentsOf: payload)
        var sum = CRC32C()
        output.withUnsafeBytes { sum.update(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        for place in 0..<4 {
            output[start + Self.sumOffset + place] = UInt8(truncatingIfNeeded: sum.value &>> UInt32(24 - 8 * place))
        }
        output.append(contentsOf: repeatElement(0, count: recordBytes - Layout.headerBytes - payloadBytes))
    }

    /// What the first 64 bytes say; `nil` if they are no header of ours. The rest may still be torn: see `isWhole`.
    public init?(header bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Layout.headerBytes, bytes.starts(with: Self.magic) else { return nil }
        guard bytes[48..<64].allSatisfy({ $0 == 0 }) else { return nil }
        self.init(
            log: Self.word(bytes, 8), round: Self.long(bytes, 32), part: Self.word(bytes, 12),
            parts: Self.word(bytes, 16), first: Self.long(bytes, 40), count: Self.word(bytes, 20),
            payloadBytes: Int(Self.word(bytes, 24)))
    }

    /// Whether bytes that begin with this header are the record as it was written: its sum is right, and its payload is
    /// so many entries. They may go on behind it.
    public func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= Layout.headerBytes + payloadBytes, Self(header: bytes) == self else { return false }
        var sum = CRC32C()
        sum.update(UnsafeRawBufferPointer(rebasing: bytes[..<Self.sumOffset]))
        withUnsafeBytes(of: UInt32(0)) { sum.update($0) }
        sum.update(UnsafeRawBufferPointer(rebasing: bytes[(Self.sumOffset + 4)..<(Layout.headerBytes + payloadBytes)]))
        guard sum.value == Self.word(bytes, Self.sumOffset) else { return false }
        var entries: UInt32 = 0
        return Self.forEachEntry(payload(of: bytes)) { _ in entries += 1 } && entries == count
    }

    /// The payload within a whole record's bytes.
    public func payload(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Layout.headerBytes..<(Layout.headerBytes + payloadBytes)])
    }

    /// Gives each entry of a payload; false if it does not end with an entry's end.
    @discardableResult
    public static func forEachEntry(
        _ payload: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Bool {
        var position = 0
        while position < payload.count {
            guard payload.count - position >= 2 else { return false }
            let length = Int(payload[position]) << 8 | Int(payload[position + 1])
            position += 2
            guard payload.count - position >= length else { return false }
            try body(UnsafeRawBufferPointer(rebasing: payload[position..<(position + length)]))
            position += length
        }
        return true
    }

    private static func append(_ word: UInt32, to output: inout [UInt8]) {
        withUnsafeBytes(of: word.bigEndian) { output.append(contentsOf: $0) }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func long(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
