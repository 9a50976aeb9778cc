public import Cryptography

/// Shows that an earlier tree is a prefix of a later one (RFC 9162 §2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
    /// The earlier tree's count of leaves.
    public let oldSize: UInt64
    /// The later tree's.
    public let newSize: UInt64
    /// The hashes; none for equal sizes.
    public let hashes: [Digest32]

    /// Takes what someone says is a proof; nothing is checked before `verifies`.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [Digest32]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Makes the proof from stored hashes of complete subtrees within the later tree; `nil` unless 0 < old ≤ new and
    /// the new size is one that a tree has.
    public init?<Failure: Error>(
        oldSize: UInt64, newSize: UInt64, read: (TreeNode) throws(Failure) -> Digest32
    ) throws(Failure) {
        guard let proof = try SubtreeConsistencyProof(start: 0, end: oldSize, size: newSize, read: read) else {
            return nil
        }
        self.init(oldSize: oldSize, newSize: newSize, hashes: proof.hashes)
    }

    /// Whether it shows that the tree with `oldRoot` is a prefix of the one with `newRoot` (RFC 9162 §2.1.4.2). Never
    /// for an `oldSize` of 0: everything follows nothing, so there is nothing to show.
    public func verifies(oldRoot: Digest32, newRoot: Digest32) -> Bool {
        guard oldSize > 0 else { return false }
        let proof = SubtreeConsistencyProof(start: 0, end: oldSize, size: newSize, hashes: hashes)
        return proof.verifies(subtree: oldRoot, root: newRoot)
    }
}
