public import Cryptography

/// A run of leaves that has a hash of its own within every tree that holds it: its start is a multiple of the least
/// power of two that is not below its length (draft-ietf-plants-merkle-tree-certs §4.1).
@frozen
public struct Subtree: Hashable, Sendable {
    /// The first leaf's index.
    public let start: UInt64
    /// The index after the last leaf's.
    public let end: UInt64

    /// Takes both; `nil` if they are no subtree, or one without leaves.
    public init?(start: UInt64, end: UInt64) {
        guard start < end, end <= MerkleTree.maximumSize else { return nil }
        let count = end - start
        // Below 2^63, so that the power does not overflow.
        let power: UInt64 = count == 1 ? 1 : 1 << UInt64(64 - (count - 1).leadingZeroBitCount)
        guard start & (power - 1) == 0 else { return nil }
        self.start = start
        self.end = end
    }

    /// Whether an inclusion proof within this subtree shows that a leaf stands at `index` of the whole tree.
    public func verifies(
        _ leaf: Digest32, at index: UInt64, proof hashes: [Digest32], root: Digest32
    ) -> Bool {
        guard index >= start, index < end else { return false }
        return InclusionProof(index: index - start, size: end - start, hashes: hashes).verifies(leaf, root: root)
    }
}

/// Shows that a run of leaves with a hash of its own is part of a tree (draft-ietf-plants-merkle-tree-certs §4.4); with
/// `start` 0 it is a consistency proof.
public struct SubtreeConsistencyProof: Hashable, Sendable {
    /// The run's first leaf.
    public let start: UInt64
    /// The leaf after its last.
    public let end: UInt64
    /// The tree's count of leaves.
    public let size: UInt64
    /// The hashes.
    public let hashes: [Digest32]

    /// Takes what someone says is a proof; nothing is checked before `verifies`.
    public init(start: UInt64, end: UInt64, size: UInt64, hashes: [Digest32]) {
        self.start = start
        self.end = end
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof from stored hashes; `nil` for what is no subtree, or not within a tree of this size.
    public init?<Failure: Error>(
        start: UInt64, end: UInt64, size: UInt64, read: (TreeNode) throws(Failure) -> Digest32
    ) throws(Failure) {
        guard let part = Subtree(start: start, end: end), end <= size, size <= MerkleTree.maximumSize else {
            return nil
        }
        var range = LeafRange(lower: 0, upper: size)
        var target = LeafRange(lower: part.start, upper: part.end)
        var beside: [LeafRange] = []
        var isKnown = true
        while range != target {
            let middle = range.middle
            if target.upper <= middle {
                beside.append(LeafRange(lower: middle, upper: range.upper))
                range.upper = middle
            } else {
                // A target on both sides starts where the range does; its left half is whole, and not known by itself.
                if target.lower < middle {
                    isKnown = false
                    target.lower = middle
                }
                beside.append(LeafRange(lower: range.lower, upper: middle))
                range.lower = middle
            }
        }
        var hashes: [Digest32] = []
        if !isKnown { hashes.append(try range.hash(read)) }
        for range in beside.reversed() { hashes.append(try range.hash(read)) }
        self.init(start: start, end: end, size: size, hashes: hashes)
    }

    /// Whether it shows that the run with the hash `subtree` is part of the tree with `root`. A run without leaves is
    /// part of any tree, by a proof without hashes.
    public func verifies(subtree: Digest32, root: Digest32) -> Bool {
        if start == end {
            return end <= size && size <= MerkleTree.maximumSize && hashes.isEmpty && subtree == MerkleTree.emptyRoot
        }
        guard Subtree(start: start, end: end) != nil, end <= size, size <= MerkleTree.maximumSize else { return false }
        var climb = Climb(first: start, last: end - 1, edge: size - 1)
        if climb.last == climb.edge {
            while climb.first != climb.last { climb.up() }
        } else {
            while climb.first != climb.last, climb.last & 1 == 1 { climb.up() }
        }
        var rest = hashes[...]
        var seed = subtree
        if climb.first != climb.last {
            guard let first = rest.popFirst() else { return false }
            seed = first
        }
        return climb.fold(rest, seed: seed).map { $0 == (subtree, root) } ?? false
    }
}

/// Where the first and the last leaf of a run and the last of the tree are, seen from one level after the other.
private struct Climb {
    var first: UInt64
    var last: UInt64
    var edge: UInt64

    mutating func up() {
        first >>= 1
        last >>= 1
        edge >>= 1
    }

    /// The run's hash and the root, as they follow from the proof; `nil` for a wrong number of hashes.
    mutating func fold(_ hashes: ArraySlice<Digest32>, seed: Digest32) -> (Digest32, Digest32)? {
        var subtree = seed
        var root = seed
        for hash in hashes {
            guard edge > 0 else { return nil }
            if last & 1 == 1 || last == edge {
                if first < last { subtree = MerkleTree.nodeHash(hash, subtree) }
                root = MerkleTree.nodeHash(hash, root)
                while last & 1 == 0, last > 0 { up() }
            } else {
                root = MerkleTree.nodeHash(root, hash)
            }
            up()
        }
        return edge == 0 ? (subtree, root) : nil
    }
}
