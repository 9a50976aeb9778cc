import Ledger
import Testing

@Suite struct WriteAheadRecordTests {
    private static func record(_ entries: [[UInt8]], round: UInt64 = 7) throws -> (WriteAheadRecord, [UInt8]) {
        var payload: [UInt8] = []
        for entry in entries {
            payload += [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)] + entry
        }
        let record = try #require(
            WriteAheadRecord(
                log: 2, round: round, part: 1, parts: 3, first: 41, count: UInt32(entries.count),
                payloadBytes: payload.count))
        var bytes: [UInt8] = []
        payload.withUnsafeBytes { record.append(payload: $0, to: &bytes) }
        return (record, bytes)
    }

    private static func read(_ bytes: [UInt8]) -> (record: WriteAheadRecord, isWhole: Bool)? {
        bytes.withUnsafeBytes { raw in WriteAheadRecord(header: raw).map { ($0, $0.isWhole(raw)) } }
    }

    private static let samples: [[[UInt8]]] = [
        [[]], [Array("{}".utf8)], [Array(repeating: 7, count: 446)], [Array(repeating: 7, count: 447)],
        [Array(repeating: 9, count: 65_535), [], Array("{\"v\":3}".utf8)],
    ]

    @Test(
        arguments: ["123456789": 0xE306_9283, "": 0, String(repeating: "\0", count: 32): 0x8A91_36AA]
            as [String: UInt32])
    func `the sums are those of RFC 9260 and of the catalogue`(text: String, sum: UInt32) {
        #expect(CRC32C.of(Array(text.utf8)) == sum)
    }

    @Test func `a sum in pieces is that of the whole`() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        for split in [0, 1, 7, 8, 9, 500, 999] {
            var sum = CRC32C()
            bytes[..<split].withUnsafeBytes { sum.update($0) }
            bytes[split...].withUnsafeBytes { sum.update($0) }
            #expect(sum.value == CRC32C.of(bytes))
        }
    }

    @Test(arguments: samples.indices)
    func `a record is read as it was written, and fills whole sectors`(index: Int) throws {
        let (record, bytes) = try Self.record(Self.samples[index])
        #expect(bytes.count % 512 == 0)
        #expect(bytes.count == record.recordBytes)
        let found = try #require(Self.read(bytes))
        #expect(found.record == record)
        #expect(found.isWhole)
        var entries: [[UInt8]] = []
        bytes.withUnsafeBytes { raw in
            _ = WriteAheadRecord.forEachEntry(record.payload(of: raw)) { entries.append(Array($0)) }
        }
        #expect(entries == Self.samples[index])
    }

    @Test func `any bit flipped is found`() throws {
        let (record, bytes) = try Self.record([Array("{\"kind\":\"start\"}".utf8), Array("{}".utf8)])
        for index in 0..<(64 + record.payloadBytes) {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(Self.read(changed)?.isWhole != true)
            }
        }
    }

    @Test func `a record of which a sector is old is not whole`() throws {
        let (_, old) = try Self.record([Array(repeating: UInt8(ascii: "a"), count: 3_000)], round: 6)
        let (_, bytes) = try Self.record([Array(repeating: UInt8(ascii: "b"), count: 3_000)])
        for sector in 0..<(bytes.count / 512) {
            var torn = bytes
            torn.replaceSubrange(
                (sector * 512)..<(sector * 512 + 512), with: old[(sector * 512)..<(sector * 512 + 512)])
            #expect(Self.read(torn)?.isWhole != true)
        }
        for cut in stride(from: 0, to: bytes.count, by: 97) where cut < 64 + 3_002 {
            #expect(Self.read(Array(bytes[..<cut]))?.isWhole != true)
        }
    }

    @Test func `random bytes and mutated records are no records, and never trap`() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            let entries = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let (record, bytes) = try Self.record(entries)
            var changed = bytes
            switch round % 3 {
            case 0:  // a header with random numbers
                for index in 8..<64 where Bool.random(using: &random) {
                    changed[index] = .random(in: 0...255, using: &random)
                }
            case 1:
                changed[Int.random(in: 0..<(64 + record.payloadBytes), using: &random)] = .random(
                    in: 0...255, using: &random)
            default:
                changed = Array(changed[..<Int.random(in: 0...changed.count, using: &random)])
            }
            guard let found = Self.read(changed), found.isWhole else { continue }
            #expect(changed.prefix(64 + record.payloadBytes) == bytes.prefix(64 + record.payloadBytes))
        }
    }

    @Test func `a header that says what no record can is refused`() {
        func record(
            log: UInt32 = 1, round: UInt64 = 1, part: UInt32 = 0, parts: UInt32 = 1, first: UInt64 = 0,
            count: UInt32 = 1,
            bytes: Int = 2
        ) -> WriteAheadRecord? {
            WriteAheadRecord(
                log: log, round: round, part: part, parts: parts, first: first, count: count, payloadBytes: bytes)
        }
        #expect(record() != nil)
        #expect(record(log: 0) == nil)
        #expect(record(round: 0) == nil)
        #expect(record(part: 1) == nil)
        #expect(record(count: 0) == nil)
        #expect(record(bytes: 1) == nil)
        #expect(record(bytes: 1 << 20 + 1) == nil)
        #expect(record(first: UInt64.max) == nil)
        #expect(record(count: UInt32.max) == nil)
    }

    @Test func `a mark is read as it was written, fills a sector, and any bit flipped makes it none`() {
        let mark = WriteAheadMark(log: 3, end: 0x0102_0304_0506)
        let bytes = mark.bytes
        func read(_ bytes: [UInt8]) -> WriteAheadMark? { bytes.withUnsafeBytes { WriteAheadMark($0) } }
        #expect(bytes.count == 512 && read(bytes + [1, 2, 3]) == mark)
        #expect(Self.read(bytes) == nil)
        for bit in 0..<(512 * 8) {
            var bytes = bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(read(bytes) == nil, "bit \(bit)")
        }
        #expect(read(Array(bytes.dropLast())) == nil && read(WriteAheadMark(log: 0, end: 1).bytes) == nil)
    }
}
