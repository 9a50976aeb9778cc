internal import Cryptography
internal import TransparencyLog

/// Checks the entries and tiles of one log against each other and against the root that its checkpoint names.
///
/// The hashes go from the leaves up: 256 bundles at a time are read on all cores, and their tiles' hashes are compared
/// with the tile above them, and so on. Where two testimonies differ, the tile above, or the root, says which is right.
struct TreeCheck {
    private let files: LogFiles
    private let size: UInt64
    private let root: Digest32
    private let prunedBefore: UInt64

    private(set) var damages: [LedgerDamage] = []
    private(set) var goodEntries: UInt64 = 0
    /// Whether entries and tiles lead to the root.
    private(set) var leadsToRoot = false

    /// What follows from below for the one tile of each level that is not complete yet; `nil` where nothing is known.
    private var pending: [[Digest32?]] = Array(repeating: [], count: 9)
    /// How many tiles of each level were complete.
    private var completed = [UInt64](repeating: 0, count: 9)
    /// The tile of each level that was read last.
    private var read: [Int: (tile: Tile, hashes: [Digest32]?)] = [:]
    private var edgeBundle: BundleCheck?

    private static let width = UInt64(Tile.fullWidth)

    init(_ files: LogFiles, size: UInt64, root: Digest32, prunedBefore: UInt64) {
        self.files = files
        self.size = size
        self.root = root
        self.prunedBefore = prunedBefore
    }

    /// Checks everything; `progress` is told how many entries are done.
    mutating func run(progress: (UInt64) -> Void) {
        let bundles = size / Self.width + (size % Self.width == 0 ? 0 : 1)
        var next: UInt64 = 0
        while next < bundles {
            let end = min(bundles, next + Self.width)
            check(bundles: next..<end)
            next = end
            progress(min(size, next * Self.width))
        }
        finish()
    }

    private mutating func check(bundles: Range<UInt64>) {
        let (files, size, prunedBefore) = (files, size, prunedBefore)
        let checks = ParallelWork.map(bundles.count) { offset in
            let index = bundles.lowerBound + UInt64(offset)
            return BundleCheck(
                files, index: index, inTreeOf: size, isPruned: (index + 1) * Self.width <= prunedBefore)
        }
        for check in checks.compactMap(\.self) {
            damages += check.damages
            goodEntries += UInt64(check.goodEntries)
            guard check.tile.isFull else {
                edgeBundle = check
                continue
            }
            let (believed, culprit) = TileJudgement.judge(
                computed: check.computed, stored: check.stored, above: above(check.tile, level: 0))
            if check.differs { damages += check.damages(by: culprit ?? .below) }
            append(believed, level: 1)
        }
    }

    /// Takes what is believed of a full tile as a hash of the level above it, whose tile is judged when it is complete.
    private mutating func append(_ hash: Digest32?, level: Int) {
        guard level < pending.count else { return }
        pending[level].append(hash)
        guard pending[level].count == Tile.fullWidth else { return }
        guard let tile = Tile(.hashes(level: level), index: completed[level]) else { return }
        let stored = hashes(of: tile, level: level)
        let computed = Self.completed(pending[level], with: stored)
        let (believed, culprit) = TileJudgement.judge(
            computed: computed, stored: stored, above: above(tile, level: level))
        describe(tile, level: level, computed: computed, stored: stored, culprit)
        pending[level] = []
        completed[level] += 1
        append(believed, level: level + 1)
    }

    /// Judges the tiles at the right edge by the root.
    private mutating func finish() {
        for level in pending.indices {
            let count = size >> UInt64(8 * level)
            guard count % Self.width != 0,
                let tile = Tile(.hashes(level: level), index: count / Self.width, inTreeOf: size)
            else {
                edge.levels.append(nil)
                continue
            }
            guard level > 0 else {
                edge.levels.append(.init(tile: tile, computed: edgeBundle?.computed, stored: edgeBundle?.stored))
                continue
            }
            let stored = hashes(of: tile, level: level)
            let computed = Self.completed(pending[level], with: stored)
            edge.levels.append(.init(tile: tile, computed: computed, stored: stored))
        }
        let choice = edge.choice(leadingTo: root)
        leadsToRoot = choice != nil
        for (level, tile) in edge.levels.enumerated() {
            let culprit: TileJudgement.Culprit =
                if let choice { choice[level] ? .below : .tile } else { .either }
            if level == 0, let edgeBundle, edgeBundle.differs { damages += edgeBundle.damages(by: culprit) }
            if level > 0, let tile, tile.differs {
                describe(tile.tile, level: level, computed: tile.computed, stored: tile.stored, culprit)
            }
        }
        edgeBundle = nil
    }

    private var edge = TreeEdge()

    // MARK: - Tiles

    /// What the tile above says about a full tile.
    private mutating func above(_ tile: Tile, level: Int) -> Digest32? {
        guard let parent = Tile(.hashes(level: level + 1), index: tile.index / Self.width, inTreeOf: size) else {
            return nil
        }
        let hashes = hashes(of: parent, level: level + 1)
        let place = Int(tile.index % Self.width)
        return hashes.flatMap { place < $0.count ? $0[place] : nil }
    }

    /// A tile's hashes, read once; what is wrong with its file is noted then.
    private mutating func hashes(of tile: Tile, level: Int) -> [Digest32]? {
        if let read = read[level], read.tile == tile { return read.hashes }
        var hashes: [Digest32]?
        do {
            hashes = try files.hashes(of: tile)
            if hashes == nil { damages.append(.init(.file, file: files.place(tile.path), "the tile is missing")) }
        } catch let error as TileFormatError {
            damages.append(.init(.tile, file: files.place(error.tile.path), error.reason))
        } catch {
            damages.append(.init(.file, file: files.place(tile.path), "\(error)"))
        }
        read[level] = (tile, hashes)
        return hashes
    }

    /// What follows from below, where that is known, and what the file says elsewhere; `nil` if that is not enough.
    private static func completed(_ computed: [Digest32?], with stored: [Digest32]?) -> [Digest32]? {
        var all: [Digest32] = []
        for (place, hash) in computed.enumerated() {
            guard let hash = hash ?? (place < stored?.count ?? 0 ? stored?[place] : nil) else { return nil }
            all.append(hash)
        }
        return all
    }

    /// Notes where a tile above the lowest level and what lies below it differ.
    private mutating func describe(
        _ tile: Tile, level: Int, computed: [Digest32]?, stored: [Digest32]?, _ culprit: TileJudgement.Culprit?
    ) {
        guard let culprit, let computed, let stored else { return }
        for place in computed.indices where computed[place] != stored[place] {
            let index = tile.index * Self.width + UInt64(place)
            let span = UInt64(1) << UInt64(8 * level)
            let (first, last) = (files.position(index * span), files.position(index * span + span - 1))
            let file = files.place(tile.path)
            switch culprit {
            case .tile:
                damages.append(
                    .init(
                        .tile, file: file, first: first, last: last,
                        "the tile was changed at its hash \(place): what lies below it is as it was written"))
            case .below where level == 1 && last.index < prunedBefore:
                let child = Tile(.hashes(level: 0), index: index) ?? tile
                damages.append(
                    .init(.tile, file: files.place(child.path), first: first, last: last, "the tile was changed"))
            case .below:
                damages.append(
                    .init(
                        .entry, file: file, first: first, last: last,
                        "one of these entries was changed together with the tile of its hash: this tile has another "
                            + "hash for them, which the tree confirms"))
            case .either:
                damages.append(
                    .init(
                        .entryOrTile, file: file, first: first, last: last,
                        "the tile's hash \(place) is not that of the entries and tiles below it, and nothing confirms "
                            + "one of them"))
            }
        }
    }
}
