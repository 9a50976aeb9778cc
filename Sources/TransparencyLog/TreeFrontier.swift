public import Cryptography

/// The right edge of a growing tree: all that is needed to append to it and to know its root, in O(log n) memory.
public struct TreeFrontier: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64 = 0
    /// The hashes of the complete subtrees that the tree is made of, left to right; one for each bit of `size` that is
    /// set.
    public private(set) var hashes: [Digest32] = []

    /// A tree without leaves.
    public init() {}

    /// Goes on from a stored edge; `nil` if the count of hashes is not that of the bits set in `size`, or the size is
    /// beyond what a tree has. Whether the hashes are right shows in `root`.
    public init?(size: UInt64, hashes: [Digest32]) {
        guard size <= MerkleTree.maximumSize, hashes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Goes on from the stored hashes of a tree of some size; `nil` for a size beyond what a tree has.
    public init?<Failure: Error>(
        size: UInt64, read: (TreeNode) throws(Failure) -> Digest32
    ) throws(Failure) {
        guard size <= MerkleTree.maximumSize else { return nil }
        var hashes: [Digest32] = []
        for node in LeafRange(lower: 0, upper: size).nodes { hashes.append(try read(node)) }
        self.size = size
        self.hashes = hashes
    }

    /// Takes the hash of the next leaf, and hands each subtree that it completes to `store`, the leaf first. Nothing
    /// happens, and the answer is false, in a tree of the greatest size.
    @discardableResult
    public mutating func append(_ leaf: Digest32, store: (TreeNode, Digest32) -> Void = { _, _ in }) -> Bool {
        guard size < MerkleTree.maximumSize else { return false }
        var node = leaf
        var level = 0
        store(TreeNode(level: 0, index: size), node)
        while size >> UInt64(level) & 1 == 1, let left = hashes.popLast() {
            node = MerkleTree.nodeHash(left, node)
            level += 1
            store(TreeNode(level: level, index: size >> UInt64(level)), node)
        }
        hashes.append(node)
        size += 1
        return true
    }

    /// The Merkle Tree Hash of all leaves (RFC 9162 §2.1.1).
    public var root: Digest32 {
        guard var root = hashes.last else { return MerkleTree.emptyRoot }
        for left in hashes.dropLast().reversed() { root = MerkleTree.nodeHash(left, root) }
        return root
    }
}
