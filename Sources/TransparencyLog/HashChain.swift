public import Cryptography

/// An append-only sequence of lines, each of which names the SHA-256 of the line before it.
///
/// The chain is over the bytes of the lines as they stand, without their line feeds. Where in a line the name of the
/// line before it stands is the caller's affair: it hands in what it read there. The first line names 32 zero bytes.
///
/// What a chain proves: between two lines whose digests one knows, nothing was changed, taken out, put in or moved.
/// What it does not prove: that the last line is the last one written. For that, keep `head` somewhere else and
/// compare.
@frozen
public struct HashChain: Hashable, Sendable {
    /// The digest of the last line; all zero while there is none.
    public private(set) var head: Digest32
    /// The number of lines, which is also the index of the next one.
    public private(set) var count: UInt64

    /// A chain without lines.
    public init() {
        head = Digest32()
        count = 0
    }

    /// A chain that goes on after `count` lines, the last of which has the digest `head`.
    public init(head: Digest32, count: UInt64) {
        self.head = head
        self.count = count
    }

    /// Takes a line whose maker has put `head` into it.
    public mutating func append(_ line: UnsafeRawBufferPointer) {
        head = SHA256.hash(line)
        count += 1
    }

    /// Takes a line that says it follows the line with the digest `previous`, or throws and stays as it was.
    public mutating func append(_ line: [UInt8], after previous: Digest32) throws(HashChainBreak) {
        guard previous == head else { throw HashChainBreak(index: count, expected: head, found: previous) }
        line.withUnsafeBytes { append($0) }
    }
}

/// A line that does not follow the line before it: one of the two was changed, or lines between them are missing.
public struct HashChainBreak: Error, Hashable, Sendable, CustomStringConvertible {
    /// The index of the line that does not follow, from 0.
    public let index: UInt64
    /// The digest of the line before it as it is.
    public let expected: Digest32
    /// The digest of the line before it as this line names it.
    public let found: Digest32

    /// Says which line and both digests.
    public var description: String {
        "line \(index) follows a line with the digest `\(found)`, but the line before it has `\(expected)`"
    }
}
