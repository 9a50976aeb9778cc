/// The right side of `like`: literal texts with wildcards between them.
public struct Pattern: Sendable, Hashable {
    /// The literal pieces, UTF-8; between each two of them any text may stand. One piece means no wildcard.
    let pieces: [[UInt8]]

    /// Collects a pattern.
    struct Builder {
        private var pieces: [[UInt8]] = []
        private var current: [UInt8] = []

        mutating func append(_ scalar: Unicode.Scalar) {
            current.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        }

        mutating func appendWildcard() {
            pieces.append(current)
            current = []
        }

        func finish() -> Pattern { Pattern(pieces: pieces + [current]) }
    }

    /// Whether the whole text has the pattern; time is at most the product of both lengths.
    public func matches(_ text: String) -> Bool {
        let fast = text.utf8.withContiguousStorageIfAvailable { matches(bytes: $0) }
        return fast ?? Array(text.utf8).withUnsafeBufferPointer { matches(bytes: $0) }
    }

    private func matches(bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = pieces[0]
        guard Self.has(first, in: bytes, at: 0) else { return false }
        guard pieces.count > 1 else { return first.count == bytes.count }
        let last = pieces[pieces.count - 1]
        let end = bytes.count - last.count
        // Leftmost matches of the middle pieces leave the most room to those that follow.
        var start = first.count
        guard start <= end, Self.has(last, in: bytes, at: end) else { return false }
        for piece in pieces[1..<(pieces.count - 1)] {
            while start + piece.count <= end, !Self.has(piece, in: bytes, at: start) { start += 1 }
            guard start + piece.count <= end else { return false }
            start += piece.count
        }
        return true
    }

    private static func has(_ piece: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard start >= 0, start + piece.count <= bytes.count else { return false }
        for index in 0..<piece.count where piece[index] != bytes[start + index] { return false }
        return true
    }
}
