public import Cryptography

/// Makes the tiles of hashes of a growing log: it keeps the last, partial tile of each level, at most 255 hashes a
/// level.
public struct TileBuilder: Sendable {
    /// A tile and its bytes, to be written.
    public struct Output: Hashable, Sendable {
        /// Which tile.
        public let tile: Tile
        /// Its bytes.
        public let bytes: [UInt8]
    }

    /// The number of leaves.
    public private(set) var size: UInt64 = 0
    /// The partial tile of each level.
    private var edge: [[Digest32]] = [[]]
    /// Tiles filled since the last `take()`.
    private var filled: [Output] = []
    /// The size at the last `take()`.
    private var taken: UInt64 = 0

    /// A log without entries.
    public init() {}

    /// Goes on from a log of some size, by the bytes of its partial tiles; `nil` for a size beyond what a tree has.
    public init?(size: UInt64, read: (Tile) throws -> [UInt8]) throws {
        guard size <= MerkleTree.maximumSize else { return nil }
        self.size = size
        taken = size
        edge = []
        for level in 0...Tile.highestUsedLevel {
            let count = size >> UInt64(8 * level)
            guard count > 0 || level == 0 else { break }
            guard let tile = Tile(.hashes(level: level), index: count / 256, inTreeOf: size) else {
                edge.append([])
                continue
            }
            edge.append(try HashTile.decode(try read(tile), as: tile))
        }
    }

    /// Takes the hash of the next leaf; false, and nothing done, in a tree of the greatest size.
    @discardableResult
    public mutating func append(_ leaf: Digest32) -> Bool {
        guard size < MerkleTree.maximumSize else { return false }
        size += 1
        var hash = leaf
        var level = 0
        while true {
            if level == edge.count { edge.append([]) }
            edge[level].append(hash)
            guard edge[level].count == Tile.fullWidth else { return true }
            hash = HashTile.root(edge[level][...])
            let index = size >> UInt64(8 * (level + 1)) - 1
            if let tile = Tile(.hashes(level: level), index: index) {
                filled.append(Output(tile: tile, bytes: HashTile.encode(edge[level])))
            }
            edge[level].removeAll(keepingCapacity: true)
            level += 1
        }
    }

    /// The tiles that must be written so that the log has all tiles of its present size: those filled since the last
    /// time, and the partial ones that changed. Entry bundles are the caller's.
    public mutating func take() -> [Output] {
        var output = filled
        filled = []
        for (level, hashes) in edge.enumerated() where !hashes.isEmpty {
            let count = size >> UInt64(8 * level)
            guard count > taken >> UInt64(8 * level) else { continue }
            if let tile = Tile(.hashes(level: level), index: count / 256, width: hashes.count) {
                output.append(Output(tile: tile, bytes: HashTile.encode(hashes)))
            }
        }
        taken = size
        return output
    }

    /// The root of the tree as it is.
    public var root: Digest32 {
        var root: Digest32?
        for hashes in edge {
            var frontier = TreeFrontier()
            for hash in hashes { frontier.append(hash) }
            if let right = root {
                // What hangs below this level's last, partial tile stands to the right of all its hashes.
                root = frontier.hashes.reversed().reduce(right) { MerkleTree.nodeHash($1, $0) }
            } else if frontier.size > 0 {
                root = frontier.root
            }
        }
        return root ?? MerkleTree.emptyRoot
    }
}
