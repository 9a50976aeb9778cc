/// One file of a log in the layout c2sp.org/tlog-tiles: up to 256 hashes of one level of the tree, or up to 256
/// entries.
public struct Tile: Hashable, Sendable {
    /// How much a whole tile holds.
    public static let fullWidth = 256
    /// The length of a whole tile of hashes, in bytes.
    public static let fullBytes = fullWidth * 32
    /// No level above this has a tile in a tree of the greatest size; paths may name levels to 63.
    static let highestUsedLevel = 7

    /// What a tile holds.
    public enum Content: Hashable, Sendable {
        /// Hashes of subtrees of 256^level leaves, level 0 to 63: at level 0 leaf hashes.
        case hashes(level: Int)
        /// The entries themselves: an entry bundle.
        case entries
    }

    /// What it holds.
    public let content: Content
    /// Its place in the level, from 0.
    public let index: UInt64
    /// How many hashes or entries it holds, 1 to 256; below 256 it is a partial tile.
    public let width: Int

    /// Takes the parts; `nil` for a level beyond 63, and a width beyond 1 to 256.
    public init?(_ content: Content, index: UInt64, width: Int = fullWidth) {
        if case .hashes(let level) = content, !(0...63).contains(level) { return nil }
        guard (1...Tile.fullWidth).contains(width) else { return nil }
        self.content = content
        self.index = index
        self.width = width
    }

    /// Whether it is full, and so never changes again.
    public var isFull: Bool { width == Tile.fullWidth }

    /// The full tile in its place.
    public var full: Tile { Tile(unchecked: content, index, Tile.fullWidth) }

    private init(unchecked content: Content, _ index: UInt64, _ width: Int) {
        self.content = content
        self.index = index
        self.width = width
    }

    /// The tile of a tree of `size` leaves that has this place; `nil` if the tree has none there.
    public init?(_ content: Content, index: UInt64, inTreeOf size: UInt64) {
        let count = Tile.count(content, inTreeOf: size)
        guard index <= count / UInt64(Tile.fullWidth) else { return nil }
        let width = min(UInt64(Tile.fullWidth), count - index * UInt64(Tile.fullWidth))
        self.init(content, index: index, width: Int(width))
    }

    /// How many hashes or entries of this kind a tree has: floor(size / 256^level).
    static func count(_ content: Content, inTreeOf size: UInt64) -> UInt64 {
        switch content {
        case .entries: size
        case .hashes(let level): level > highestUsedLevel ? 0 : size >> UInt64(8 * level)
        }
    }

    /// The tiles that a tree of `new` leaves has and the same tree at `old` leaves had not, bundles first, then levels
    /// from the leaves up; partial ones for `new` only. None unless old < new ≤ `MerkleTree.maximumSize`.
    public static func added(from old: UInt64, to new: UInt64) -> [Tile] {
        guard old < new, new <= MerkleTree.maximumSize else { return [] }
        var tiles: [Tile] = []
        for content in [.entries] + (0...highestUsedLevel).map(Content.hashes(level:)) {
            let had = count(content, inTreeOf: old)
            let has = count(content, inTreeOf: new)
            guard had < has else { break }
            for index in (had / UInt64(fullWidth))...((has - 1) / UInt64(fullWidth)) {
                if let tile = Tile(content, index: index, inTreeOf: new) { tiles.append(tile) }
            }
        }
        return tiles
    }
}

extension Tile: CustomStringConvertible {
    /// Its path below the log's prefix, such as `tile/0/x001/x234/067.p/8` or `tile/entries/000`.
    public var path: String {
        let level =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        var rest = index / 1000
        var place = Tile.threeDigits(index % 1000)
        while rest > 0 {
            place = "x\(Tile.threeDigits(rest % 1000))/\(place)"
            rest /= 1000
        }
        return "tile/\(level)/\(place)\(isFull ? "" : ".p/\(width)")"
    }

    /// Its path.
    public var description: String { path }

    /// Reads a path below the log's prefix; `nil` for anything that `path` does not write.
    public init?(path: String) {
        guard path.utf8.count <= 64 else { return nil }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
        let level = parts.removeFirst()
        let content: Content
        if level == "entries" {
            content = .entries
        } else if let number = Int(level) {
            content = .hashes(level: number)
        } else {
            return nil
        }
        var width = Tile.fullWidth
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let partial = Int(parts.removeLast()) else { return nil }
            width = partial
            parts[parts.count - 1].removeLast(2)
        }
        guard let index = Tile.index(parts) else { return nil }
        self.init(content, index: index, width: width)
        // The one canonical form: no further zeroes, signs or full tiles that call themselves partial.
        guard Array(self.path.utf8) == Array(path.utf8) else { return nil }
    }

    private static func index(_ parts: [Substring]) -> UInt64? {
        var index: UInt64 = 0
        for (place, part) in parts.enumerated() {
            let digits = place == parts.count - 1 ? part : part.dropFirst()
            guard digits.utf8.count == 3, let group = UInt64(digits) else { return nil }
            let (shifted, isOver) = index.multipliedReportingOverflow(by: 1000)
            let (sum, isOverToo) = shifted.addingReportingOverflow(group)
            if isOver || isOverToo { return nil }
            index = sum
        }
        return index
    }

    private static func threeDigits(_ number: UInt64) -> String {
        String(repeating: "0", count: number < 10 ? 2 : number < 100 ? 1 : 0) + String(number)
    }
}
