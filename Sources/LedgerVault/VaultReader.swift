internal import Cryptography
public import Inference
public import Ledger

/// Reads a vault: what was sealed when, for which request. Works beside a gateway that writes, and on a copy. Texts are had through a
/// `VaultOpener`, with the master key.
public struct VaultReader: Sendable {
    /// A segment, as far as it is there.
    public struct Segment: Sendable {
        /// Its name.
        public let name: VaultSegment
        /// Whether its key is there; without it nobody can read what was sealed under it.
        public let hasKey: Bool
        /// Bytes of what was sealed under it.
        public let bytes: Int
    }

    /// A stretch of a file that is no record: `bytes` at `offset`. At the end of a file it is one that was being written.
    public struct Gap: Hashable, Sendable {
        /// The file.
        public let path: String
        /// Where it begins.
        public let offset: Int
        /// How long it is.
        public let bytes: Int
        /// Whether records follow it, so that it was damaged after it was written.
        public let isDamage: Bool
    }

    let folder: VaultFolder

    /// Takes a vault's folder; throws where there is none.
    public init(directory: String) throws(VaultError) {
        folder = VaultFolder(path: directory)
        _ = try VaultFolder.names(directory)
    }

    /// All segments, in their order.
    public func segments() throws(VaultError) -> [Segment] {
        let keys = Set(try folder.segments(with: VaultFolder.keyEnding))
        let sealed = Set(try folder.segments(with: VaultFolder.sealedEnding))
        var segments: [Segment] = []
        for name in keys.union(sealed).sorted() {
            let bytes = sealed.contains(name) ? (try? VaultFile.reading(folder.sealed(name)).size()) ?? 0 : 0
            segments.append(Segment(name: name, hasKey: keys.contains(name), bytes: bytes))
        }
        return segments
    }

    /// All sealed payloads in the order in which they were sealed, those that were shredded included; `body` returns false to end.
    ///
    /// - Parameters:
    ///   - days: Segments of these days only; all unless given.
    ///   - gap: Told of what can't be read.
    public func records(
        of days: ClosedRange<VaultDay>? = nil, gap: (Gap) -> Void = { _ in }, _ body: (VaultRecord) throws -> Bool
    ) throws {
        for segment in try folder.segments(with: VaultFolder.sealedEnding) where days?.contains(segment.day) ?? true {
            var goesOn = true
            try records(in: segment, from: 0, gap: gap) { record in
                goesOn = try body(record)
                return goesOn
            }
            if !goesOn { return }
        }
    }

    /// What was sealed of a request: at the time its intent names, give or take a day, or ever.
    public func records(of request: RequestID, near time: LedgerTime? = nil) throws -> [VaultRecord] {
        var found: [VaultRecord] = []
        let days = time.map { VaultDay($0).advanced(by: -1)...VaultDay($0).advanced(by: 1) }
        try records(of: days) { record in
            if record.requestID == request { found.append(record) }
            return true
        }
        return found
    }

    /// The records of a segment from a place on; where the last one ends.
    @discardableResult
    func records(
        in segment: VaultSegment, from start: Int, gap: (Gap) -> Void = { _ in }, _ body: (VaultRecord) throws -> Bool
    ) throws -> Int {
        // It may have been shredded meanwhile.
        guard let file = try VaultFile.found({ () throws(VaultError) in try .reading(folder.sealed(segment)) }) else {
            return start
        }
        let size = try file.size()
        var scanner = RecordScanner(size: size)
        var offset = start
        while offset < size {
            if let record = try scanner.record(file, at: offset, in: segment), record.end <= size {
                guard try body(record) else { return record.end }
                offset = record.end
                continue
            }
            let next = try scanner.next(file, after: offset, in: segment)
            gap(Gap(path: file.path, offset: offset, bytes: (next ?? size) - offset, isDamage: next != nil))
            guard let next else { break }
            offset = next
        }
        return offset
    }
}

/// Looks for records in a file, which it reads in large pieces.
private struct RecordScanner {
    private static let window = 256 << 10
    private static let needed = VaultRecord.Layout.header + AESGCM.nonceLength

    private let size: Int
    private var bytes: [UInt8] = []
    private var start = 0

    init(size: Int) { self.size = size }

    mutating func record(
        _ file: VaultFile, at offset: Int, in segment: VaultSegment
    ) throws(VaultError) -> VaultRecord? {
        guard offset + Self.needed <= size else { return nil }
        try load(file, offset)
        return VaultRecord(bytes[(offset - start)...], at: offset, in: segment)
    }

    /// The next place from which a whole record can be read.
    mutating func next(
        _ file: VaultFile, after offset: Int, in segment: VaultSegment
    ) throws(VaultError) -> Int? {
        var offset = offset + 1
        while offset + Self.needed <= size {
            try load(file, offset)
            guard let found = bytes[(offset - start)...].firstIndex(of: VaultRecord.Layout.magic[0]) else {
                offset = start + bytes.count
                continue
            }
            offset = start + found
            if let record = try record(file, at: offset, in: segment), record.end <= size { return offset }
            offset += 1
        }
        return nil
    }

    private mutating func load(_ file: VaultFile, _ offset: Int) throws(VaultError) {
        if offset >= start, offset + Self.needed <= start + bytes.count { return }
        bytes = try file.bytes(at: offset, count: min(Self.window, size - offset))
        start = offset
    }
}
