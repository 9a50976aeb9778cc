public import Cryptography

/// Shows that a leaf is in a tree: the hashes beside its way to the root, the leaf's neighbour first (RFC 9162 §2.1.3).
public struct InclusionProof: Hashable, Sendable {
    /// The leaf's place, from 0.
    public let index: UInt64
    /// The tree's count of leaves.
    public let size: UInt64
    /// The hashes, from the leaf's neighbour up.
    public let hashes: [Digest32]

    /// Takes what someone says is a proof; nothing is checked before `root(of:)`.
    public init(index: UInt64, size: UInt64, hashes: [Digest32]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof from stored hashes of complete subtrees within the tree; `nil` for a leaf that is not in it, and
    /// a size that no tree has.
    public init?<Failure: Error>(
        index: UInt64, size: UInt64, read: (TreeNode) throws(Failure) -> Digest32
    ) throws(Failure) {
        guard index < size, size <= MerkleTree.maximumSize else { return nil }
        var range = LeafRange(lower: 0, upper: size)
        var beside: [LeafRange] = []
        while range.count > 1 {
            let middle = range.middle
            if index < middle {
                beside.append(LeafRange(lower: middle, upper: range.upper))
                range.upper = middle
            } else {
                beside.append(LeafRange(lower: range.lower, upper: middle))
                range.lower = middle
            }
        }
        var hashes: [Digest32] = []
        for range in beside.reversed() { hashes.append(try range.hash(read)) }
        self.init(index: index, size: size, hashes: hashes)
    }

    /// The root that follows from a leaf hash (RFC 9162 §2.1.3.2); `nil` if a proof for this index and size has another
    /// number of hashes, or there is no such leaf or tree.
    public func root(of leaf: Digest32) -> Digest32? {
        guard index < size, size <= MerkleTree.maximumSize else { return nil }
        var leafway = index
        var edge = size - 1
        var root = leaf
        for hash in hashes {
            guard edge > 0 else { return nil }
            if leafway & 1 == 1 || leafway == edge {
                root = MerkleTree.nodeHash(hash, root)
                while leafway & 1 == 0, leafway != 0 {
                    leafway >>= 1
                    edge >>= 1
                }
            } else {
                root = MerkleTree.nodeHash(root, hash)
            }
            leafway >>= 1
            edge >>= 1
        }
        return edge == 0 ? root : nil
    }

    /// Whether it shows that the leaf is in the tree with this root.
    public func verifies(_ leaf: Digest32, root: Digest32) -> Bool { self.root(of: leaf) == root }
}
