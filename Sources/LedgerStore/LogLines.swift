private import Glibc

/// The lines of one file of the log, one after the other, with bounded memory whatever the file holds.
struct LogLines: ~Copyable {
    enum Piece {
        /// A line without its line feed; valid until the next call.
        case line(UnsafeRawBufferPointer)
        /// A line longer than any of ours, of that many bytes.
        case tooLong(bytes: Int)
        /// The end of the file, with that many bytes of a line without line feed.
        case end(unfinishedBytes: Int)
    }

    private enum Bounds {
        /// One read; a line of ours fits many times.
        static let buffer = 1 << 20
    }

    private let file: FileDescriptor
    private let buffer: UnsafeMutableRawBufferPointer
    /// What of the buffer is read from the file and not yet given.
    private var pending = 0..<0
    private var readOffset = 0
    /// Where in the file the next line begins.
    private(set) var offset = 0
    /// The number of the line given last, from 1.
    private(set) var number = 0

    init(path: String) throws(LedgerStoreError) {
        file = try FileDescriptor.reading(path)
        buffer = .allocate(byteCount: Bounds.buffer, alignment: 16)
    }

    deinit { buffer.deallocate() }

    mutating func next() throws(LedgerStoreError) -> Piece {
        var skipped = 0  // bytes of a line too long for the buffer
        while true {
            if let end = lineFeed() {
                let line = pending.lowerBound..<end
                pending = end + 1..<pending.upperBound
                offset += skipped + line.count + 1
                number += 1
                guard skipped == 0 else { return .tooLong(bytes: skipped + line.count) }
                return .line(UnsafeRawBufferPointer(rebasing: buffer[line]))
            }
            if pending.count == buffer.count {
                skipped += pending.count
                pending = 0..<0
            }
            guard try fill() else { return .end(unfinishedBytes: skipped + pending.count) }
        }
    }

    private func lineFeed() -> Int? {
        guard let base = buffer.baseAddress, !pending.isEmpty,
            let found = memchr(base + pending.lowerBound, 0x0A, pending.count)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Reads more behind what is pending; false at the end of the file.
    private mutating func fill() throws(LedgerStoreError) -> Bool {
        if pending.lowerBound > 0 {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[pending])
            buffer.copyMemory(from: rest)
            pending = 0..<rest.count
        }
        let count = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[pending.upperBound...]), at: readOffset)
        readOffset += count
        pending = 0..<pending.upperBound + count
        return count > 0
    }
}
