/// Reads the end of a file of the log without reading the rest.
enum LogTail {
    private enum Bounds {
        /// One step backwards.
        static let step = 1 << 16
    }

    /// The last whole lines, at most `count`, in their order, without line feeds.
    static func lines(_ path: String, count: Int) throws(LedgerStoreError) -> [[UInt8]] {
        guard count > 0 else { return [] }
        let file = try FileDescriptor.reading(path)
        var begin = try file.size()
        var pieces: [[UInt8]] = []  // from the end backwards
        var lineFeeds = 0
        while begin > 0, lineFeeds <= count {
            let length = min(Bounds.step, begin)
            begin -= length
            let piece = try file.bytes(at: begin, count: length)
            lineFeeds += piece.count { $0 == UInt8(ascii: "\n") }
            pieces.append(piece)
        }
        let bytes = pieces.reversed().flatMap { $0 }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.removeLast()  // what has no line feed yet
        if begin > 0, !lines.isEmpty { lines.removeFirst() }  // what has no beginning here
        return lines.suffix(count).map { Array($0) }
    }
}
