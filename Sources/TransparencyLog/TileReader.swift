public import Cryptography

/// Hashes and proofs of a log of some size out of its tiles, which a closure fetches, each once (c2sp.org/tlog-tiles).
///
/// The tiles are taken as they are: whoever does not trust their source compares `root()` with a checkpoint, and
/// verifies the proofs.
public struct TileReader {
    /// The number of leaves.
    public let size: UInt64
    private let fetch: (Tile) throws -> [UInt8]
    private var tiles: [Tile: [Digest32]] = [:]

    /// Reads a log of `size` leaves; `nil` for more than a tree has. The closure answers a tile's bytes, or throws.
    public init?(size: UInt64, fetch: @escaping (Tile) throws -> [UInt8]) {
        guard size <= MerkleTree.maximumSize else { return nil }
        self.size = size
        self.fetch = fetch
    }

    /// The hash of a complete subtree; throws `TreeRangeError` for one that is not within the log, besides what the
    /// closure throws and `TileFormatError`.
    public mutating func hash(of node: TreeNode) throws -> Digest32 {
        guard (0...62).contains(node.level), node.index < size >> UInt64(node.level) else { throw TreeRangeError() }
        let level = node.level / 8
        let height = UInt64(node.level % 8)
        let first = node.index << height
        guard let tile = Tile(.hashes(level: level), index: first / 256, inTreeOf: size) else { throw TreeRangeError() }
        let hashes = try hashes(of: tile)
        let start = Int(first % 256)
        guard start + 1 << Int(height) <= hashes.count else { throw TreeRangeError() }
        return HashTile.root(hashes[start..<(start + 1 << Int(height))])
    }

    /// The root of the tree of the first `size` leaves; of all, if `nil`.
    public mutating func root(at size: UInt64? = nil) throws -> Digest32 {
        let size = size ?? self.size
        guard size <= self.size else { throw TreeRangeError() }
        return try LeafRange(lower: 0, upper: size).hash { node in try hash(of: node) }
    }

    /// Shows that a leaf is in the tree of the first `size` leaves; of all, if `nil`. Throws `TreeRangeError` if it is
    /// not.
    public mutating func inclusionProof(of index: UInt64, in size: UInt64? = nil) throws -> InclusionProof {
        let size = size ?? self.size
        guard size <= self.size else { throw TreeRangeError() }
        guard let proof = try InclusionProof(index: index, size: size, read: { node in try hash(of: node) }) else {
            throw TreeRangeError()
        }
        return proof
    }

    /// Shows that the tree of the first `oldSize` leaves is a prefix of that of `newSize`; of all, if `nil`. Throws
    /// `TreeRangeError` unless 0 < oldSize ≤ newSize ≤ size.
    public mutating func consistencyProof(from oldSize: UInt64, to newSize: UInt64? = nil) throws -> ConsistencyProof {
        let newSize = newSize ?? size
        guard newSize <= size else { throw TreeRangeError() }
        let proof = try ConsistencyProof(oldSize: oldSize, newSize: newSize, read: { node in try hash(of: node) })
        guard let proof else { throw TreeRangeError() }
        return proof
    }

    /// The hashes at the log's right edge, to go on from.
    public mutating func frontier() throws -> TreeFrontier {
        guard let frontier = try TreeFrontier(size: size, read: { node in try hash(of: node) }) else {
            throw TreeRangeError()
        }
        return frontier
    }

    private mutating func hashes(of tile: Tile) throws -> [Digest32] {
        if let known = tiles[tile] { return known }
        let hashes = try HashTile.decode(try fetch(tile), as: tile)
        tiles[tile] = hashes
        return hashes
    }
}

/// A leaf, a subtree or a size that is not within the log.
public struct TreeRangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Says what is wrong.
    public let description = "not within the log"

    /// The one there is.
    public init() {}
}
