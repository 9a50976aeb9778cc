internal import LedgerStore
internal import TransparencyLog

/// One log of a ledger on this machine, file by file, as any web server would serve it.
struct LocalLog {
    let source: any LedgerSource
    /// The number in the folder's name.
    let number: Int

    /// `log-000001`.
    var name: String { LedgerFolder.name(ofLog: number) }

    /// The logs of a ledger, in their order.
    static func all(in source: any LedgerSource) throws(LedgerReadError) -> [LocalLog] {
        try source.logNumbers().map { LocalLog(source: source, number: $0) }
    }

    /// A file's bytes; `nil` if there is none.
    func bytes(_ name: String) throws(LedgerReadError) -> [UInt8]? { try source.contents(of: name, inLog: number) }

    /// A tile's bytes, exactly of its width: out of a wider one in its place where the log has replaced it meanwhile.
    func tile(_ tile: Tile) throws -> [UInt8]? {
        if let bytes = try bytes(tile.path) { return bytes }
        guard !tile.isFull else { return nil }
        var last: UInt64 = 0
        while true {
            if let bytes = try bytes(tile.full.path) { return try Self.narrow(bytes, of: tile.full, to: tile) }
            guard let text = try bytes("checkpoint"),
                case let now = try SignedCheckpoint(parsing: text).checkpoint.size,
                now > last, let wider = Tile(tile.content, index: tile.index, inTreeOf: now), wider.width >= tile.width
            else { return nil }
            last = now
            if let bytes = try bytes(wider.path) { return try Self.narrow(bytes, of: wider, to: tile) }
        }
    }

    private static func narrow(_ bytes: [UInt8], of wider: Tile, to tile: Tile) throws -> [UInt8]? {
        switch tile.content {
        case .hashes: HashTile.encode(Array(try HashTile.decode(bytes, as: wider).prefix(tile.width)))
        case .entries: EntryBundle.encode(try EntryBundle.decode(bytes, as: wider).prefix(tile.width).map(Array.init))
        }
    }

    /// Reads the tree from its tiles.
    func tileReader(size: UInt64) -> TileReader? {
        TileReader(size: size) { tile in
            guard let bytes = try self.tile(tile) else {
                throw LedgerReadError.missing(path: source.place(of: tile.path, inLog: number))
            }
            return bytes
        }
    }

    /// Entries before this index were removed on purpose; 0 for none.
    func prunedBefore() throws -> UInt64 {
        try bytes(PruningNote.fileName).map { try PruningNote(parsing: $0).before } ?? 0
    }

    /// Which entry of a bundle is not the one whose hash the tree has; `nil` if all are.
    func firstForeignEntry(in bundle: [UInt8], of tile: Tile) throws -> UInt64? {
        guard let leaves = Tile(.hashes(level: 0), index: tile.index, width: tile.width) else { return nil }
        guard let hashes = try self.tile(leaves) else {
            throw LedgerReadError.missing(path: source.place(of: leaves.path, inLog: number))
        }
        let expected = try HashTile.decode(hashes, as: leaves)
        let entries = try EntryBundle.decode(bundle, as: tile)
        for (offset, (entry, hash)) in zip(entries, expected).enumerated() where MerkleTree.leafHash(entry) != hash {
            return tile.index * UInt64(Tile.fullWidth) + UInt64(offset)
        }
        return nil
    }
}
