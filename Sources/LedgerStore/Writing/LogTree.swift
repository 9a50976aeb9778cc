internal import TransparencyLog

/// The right edge of a log: all that is needed to append to it and to make its files. A value, so that an attempt to
/// write can be thrown away.
struct LogTree: Sendable {
    /// A file of a log, with its path in the log's folder.
    struct Output: Sendable {
        let tile: Tile
        let bytes: [UInt8]
    }

    private var builder: TileBuilder
    /// The entries of the last, partial bundle.
    private var bundle: [UInt8]
    /// Bundles filled since the last `takeFiles`.
    private var filled: [Output] = []
    /// The size at the last `takeFiles`.
    private var taken: UInt64

    /// A log without entries.
    init() {
        builder = TileBuilder()
        bundle = []
        taken = 0
    }

    /// Goes on from the files of a log of some size. Throws what `read` throws, and `TileFormatError`.
    init(size: UInt64, read: (Tile) throws -> [UInt8]) throws {
        guard let builder = try TileBuilder(size: size, read: read) else { throw TreeRangeError() }
        self.builder = builder
        bundle = []
        taken = size
        guard let tile = Tile(.entries, index: size / UInt64(Tile.fullWidth), inTreeOf: size),
            let hashes = Tile(.hashes(level: 0), index: tile.index, inTreeOf: size)
        else { return }
        let leaves = try HashTile.decode(try read(hashes), as: hashes)
        for (entry, leaf) in zip(try EntryBundle.decode(try read(tile), as: tile), leaves) {
            guard MerkleTree.leafHash(entry) == leaf else {
                throw TileFormatError(tile: tile, reason: "an entry has another hash than in `\(hashes.path)`")
            }
            EntryBundle.append(Array(entry), to: &bundle)
        }
    }

    /// The count of entries.
    var size: UInt64 { builder.size }

    /// The head of the log; `nil` for a name that none has.
    func checkpoint(origin: String) -> Checkpoint? { Checkpoint(origin: origin, size: size, root: builder.root) }

    /// Takes the next entry.
    mutating func append(_ entry: UnsafeRawBufferPointer) {
        guard builder.append(MerkleTree.leafHash(entry)) else { return }
        bundle.append(UInt8(truncatingIfNeeded: entry.count &>> 8))
        bundle.append(UInt8(truncatingIfNeeded: entry.count))
        bundle.append(contentsOf: entry)
        guard size % UInt64(Tile.fullWidth) == 0 else { return }
        if let tile = Tile(.entries, index: size / UInt64(Tile.fullWidth) - 1) {
            filled.append(Output(tile: tile, bytes: bundle))
        }
        bundle.removeAll(keepingCapacity: true)
    }

    /// The files that must be written so that the log has all files of its present size: those filled since the last
    /// time, and the partial ones that changed.
    mutating func takeFiles() -> [Output] {
        var files = filled
        filled = []
        if size > taken, !bundle.isEmpty,
            let tile = Tile(.entries, index: size / UInt64(Tile.fullWidth), inTreeOf: size)
        {
            files.append(Output(tile: tile, bytes: bundle))
        }
        taken = size
        return files + builder.take().map { Output(tile: $0.tile, bytes: $0.bytes) }
    }
}
