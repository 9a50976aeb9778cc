/// The content of an entry bundle: for each entry its length as a big-endian word of 16 bits, and its bytes
/// (c2sp.org/tlog-tiles, "Log entries").
public enum EntryBundle {
    /// The longest entry, in bytes.
    public static let maximumEntryBytes = 65_535

    /// The bytes of a bundle; `nil` if one of the entries is too long, or there are more than 256.
    public static func encode(_ entries: some Collection<[UInt8]>) -> [UInt8]? {
        guard entries.count <= Tile.fullWidth else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.count + 2 })
        for entry in entries {
            guard append(entry, to: &bytes) else { return nil }
        }
        return bytes
    }

    /// Appends one entry to a bundle's bytes; false, and nothing done, if it is too long.
    @discardableResult
    public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) -> Bool {
        guard let length = UInt16(exactly: entry.count) else { return false }
        bundle.append(UInt8(truncatingIfNeeded: length >> 8))
        bundle.append(UInt8(truncatingIfNeeded: length))
        bundle.append(contentsOf: entry)
        return true
    }

    /// The entries of a bundle, which must be exactly as many as the tile is wide. Where a partial bundle is asked for,
    /// the bytes may be those of the full one in its place: then the first ones.
    public static func decode(_ bytes: [UInt8], as tile: Tile) throws(TileFormatError) -> [ArraySlice<UInt8>] {
        var entries: [ArraySlice<UInt8>] = []
        var position = 0
        while position < bytes.count {
            guard entries.count < Tile.fullWidth else {
                throw TileFormatError(tile: tile, reason: "more than \(Tile.fullWidth) entries")
            }
            guard bytes.count - position >= 2 else {
                throw TileFormatError(tile: tile, reason: "ends within the length of entry \(entries.count)")
            }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= length else {
                throw TileFormatError(tile: tile, reason: "ends within entry \(entries.count)")
            }
            entries.append(bytes[position..<(position + length)])
            position += length
        }
        guard entries.count == tile.width || entries.count == Tile.fullWidth else {
            throw TileFormatError(tile: tile, reason: "\(entries.count) entries instead of \(tile.width)")
        }
        return Array(entries.prefix(tile.width))
    }
}
