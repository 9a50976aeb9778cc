internal import Cryptography
internal import TransparencyLog

/// The files of one log, for whoever checks them: a partial tile may be gone because the log has grown since its
/// checkpoint was read, and then a wider one stands for it.
struct LogFiles: Sendable {
    private enum Bounds {
        /// How often the log may grow between a checkpoint's reading and its tile's.
        static let retries = 16
    }

    let source: any LedgerSource
    let log: Int

    func place(_ path: String) -> String { source.place(of: path, inLog: log) }

    func contents(_ path: String) throws(LedgerReadError) -> [UInt8]? { try source.contents(of: path, inLog: log) }

    func position(_ index: UInt64) -> LedgerPosition { LedgerPosition(log: log, index: index) }

    /// A tile's bytes, and the tile that they are: as wide as asked for, or wider. `nil` if there is none.
    func bytes(of tile: Tile) throws(LedgerReadError) -> (bytes: [UInt8], tile: Tile)? {
        if let bytes = try contents(tile.path) { return (bytes, tile) }
        guard !tile.isFull else { return nil }
        var size: UInt64 = 0
        for _ in 0..<Bounds.retries {
            if let bytes = try contents(tile.full.path) { return (bytes, tile.full) }
            let grown = try LedgerReader(source: source).checkpoint(ofLog: log)?.checkpoint.size ?? 0
            guard grown > size, let wider = Tile(tile.content, index: tile.index, inTreeOf: grown) else { return nil }
            size = grown
            guard wider.width >= tile.width else { return nil }
            if let bytes = try contents(wider.path) { return (bytes, wider) }
        }
        return nil
    }

    /// The hashes of a tile; `nil` if it is not there. Throws `TileFormatError` for bytes that are no tile.
    func hashes(of tile: Tile) throws -> [Digest32]? {
        guard let found = try bytes(of: tile) else { return nil }
        guard found.bytes.count == found.tile.width * 32 else {
            throw TileFormatError(
                tile: found.tile, reason: "\(found.bytes.count) bytes instead of \(found.tile.width * 32)")
        }
        return Array(try HashTile.decode(found.bytes, as: found.tile).prefix(tile.width))
    }
}
