public import Cryptography

/// Bytes that are not the tile that they should be.
public struct TileFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The tile.
    public let tile: Tile
    /// What is wrong, for people.
    public let reason: String

    /// Takes both.
    public init(tile: Tile, reason: String) {
        self.tile = tile
        self.reason = reason
    }

    /// Says which tile and what.
    public var description: String { "\(tile.path): \(reason)" }
}

/// The content of a tile of hashes: 32 bytes each, one after the other (c2sp.org/tlog-tiles).
public enum HashTile {
    /// The bytes of a tile of these hashes.
    public static func encode(_ hashes: [Digest32]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * 32)
        for hash in hashes { hash.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The hashes of a tile. Where a partial tile is asked for, the bytes may be those of the full one in its place,
    /// which a log may have kept instead: then the first ones.
    public static func decode(_ bytes: [UInt8], as tile: Tile) throws(TileFormatError) -> [Digest32] {
        guard bytes.count == tile.width * 32 || bytes.count == Tile.fullBytes else {
            throw TileFormatError(tile: tile, reason: "\(bytes.count) bytes instead of \(tile.width * 32)")
        }
        return (0..<tile.width).compactMap { Digest32(bytes[($0 * 32)..<($0 * 32 + 32)]) }
    }

    /// The hash of the complete subtree over a power of two of hashes; the root of any other run of them.
    static func root(_ hashes: ArraySlice<Digest32>) -> Digest32 { MerkleTree.root(of: hashes) }
}
