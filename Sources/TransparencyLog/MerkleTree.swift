public import Cryptography

/// The hashes of a Merkle tree over entries (RFC 6962 §2.1, RFC 9162 §2.1.1), with SHA-256.
public enum MerkleTree {
    /// The most entries a tree has here: what a signed word of 64 bits holds, as in every other implementation.
    public static let maximumSize = UInt64(Int64.max)
    /// No proof in such a tree has more hashes.
    public static let maximumProofHashes = 63

    /// The root of the tree without entries: the SHA-256 of nothing.
    public static let emptyRoot = SHA256.hash([UInt8]())

    private static let leafPrefix: [UInt8] = [0]

    /// The hash of an entry: SHA-256(0x00 ‖ entry).
    public static func leafHash(_ entry: UnsafeRawBufferPointer) -> Digest32 {
        leafPrefix.withUnsafeBytes { SHA256.hash($0, entry) }
    }

    /// The hash of an entry: SHA-256(0x00 ‖ entry).
    public static func leafHash(_ entry: some Sequence<UInt8>) -> Digest32 {
        entry.withContiguousStorageIfAvailable { leafHash(UnsafeRawBufferPointer($0)) }
            ?? Array(entry).withUnsafeBytes { leafHash($0) }
    }

    /// The hash of a node over two: SHA-256(0x01 ‖ left ‖ right).
    public static func nodeHash(_ left: Digest32, _ right: Digest32) -> Digest32 {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { input in
            input[0] = 1
            left.withBytes { UnsafeMutableRawBufferPointer(rebasing: input[1..<33]).copyMemory(from: $0) }
            right.withBytes { UnsafeMutableRawBufferPointer(rebasing: input[33..<65]).copyMemory(from: $0) }
            return SHA256.hash(UnsafeRawBufferPointer(input))
        }
    }

    /// The Merkle Tree Hash of a whole list of leaf hashes, in O(n); the list may be empty.
    public static func root(of leaves: some Sequence<Digest32>) -> Digest32 {
        var frontier = TreeFrontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }
}

/// A complete subtree of 2^level leaves, the `index`-th of its level; level 0 has the leaves themselves. Its hash never
/// changes once its last leaf is there, so it can be stored.
@frozen
public struct TreeNode: Hashable, Sendable {
    /// The height over the leaves, 0 to 62.
    public let level: Int
    /// The place in its level, from 0.
    public let index: UInt64

    /// Takes both; no check.
    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
}

/// A run of leaves with a hash of its own in some tree: `lower` is a multiple of the least power of two ≥ its length.
struct LeafRange: Hashable {
    var lower: UInt64
    var upper: UInt64

    var count: UInt64 { upper - lower }

    /// Where its hash comes apart: after the greatest power of two below its length (RFC 6962 §2.1).
    var middle: UInt64 { lower + LeafRange.greatestPowerOfTwo(below: count) }

    /// The complete subtrees that it is made of, left to right: great to small.
    var nodes: [TreeNode] {
        var nodes: [TreeNode] = []
        var position = lower
        while position < upper {
            let level = 63 - (upper - position).leadingZeroBitCount
            nodes.append(TreeNode(level: level, index: position >> UInt64(level)))
            position += 1 << UInt64(level)
        }
        return nodes
    }

    /// Its hash, from stored ones; it must not be empty.
    func hash<Failure: Error>(_ read: (TreeNode) throws(Failure) -> Digest32) throws(Failure) -> Digest32 {
        var hash: Digest32?
        for node in nodes.reversed() {
            let left = try read(node)
            hash = hash.map { MerkleTree.nodeHash(left, $0) } ?? left
        }
        return hash ?? MerkleTree.emptyRoot
    }

    static func greatestPowerOfTwo(below count: UInt64) -> UInt64 {
        count < 2 ? 0 : 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
