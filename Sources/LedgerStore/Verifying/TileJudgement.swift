internal import Cryptography
internal import TransparencyLog

/// Which of two testimonies about the hashes of one tile is the right one: what follows from what lies below it
/// (`computed`: entries, or lower tiles), or what its file says (`stored`). The judge is the hash in the tile above, or
/// the checkpoint.
enum TileJudgement {
    enum Culprit {
        /// What lies below was changed; the tile is right.
        case below
        /// The tile was changed; what lies below is right.
        case tile
        /// One of them was, or both.
        case either
    }

    /// The hash of the whole tile that is to be believed, as far as one is known, and whose fault a difference is.
    static func judge(
        computed: [Digest32]?, stored: [Digest32]?, above: Digest32?
    ) -> (believed: Digest32?, culprit: Culprit?) {
        guard let computed else { return (stored.map { MerkleTree.root(of: $0) } ?? above, nil) }
        let root = MerkleTree.root(of: computed)
        guard let stored, stored != computed else { return (root, nil) }
        guard let above else { return (root, .either) }
        if MerkleTree.root(of: stored) == above { return (above, .below) }
        return (above, root == above ? .tile : .either)
    }
}

/// The last, partial tile of each level of a log: together they make its root.
struct TreeEdge {
    /// Both testimonies about one tile.
    struct Level {
        let tile: Tile
        let computed: [Digest32]?
        let stored: [Digest32]?

        var differs: Bool { computed != nil && stored != nil && computed != stored }
    }

    /// From the leaves up; `nil` for a level that has no partial tile.
    var levels: [Level?] = []

    /// How the tiles at the edge lead to a root: for each level whether its file is right (`true`), or what follows
    /// from below (`false`). `nil` if no choice leads there.
    func choice(leadingTo root: Digest32) -> [Bool]? {
        let open = levels.indices.filter { levels[$0]?.differs == true }
        // At most 8 levels have tiles, so at most 256 choices.
        for bits in 0..<(1 << min(open.count, 8)) {
            var choice = levels.map { $0?.stored != nil }
            for (bit, level) in open.enumerated() { choice[level] = bits >> bit & 1 == 0 }
            if self.root(choice) == root { return choice }
        }
        return nil
    }

    /// The root that follows; `nil` if there is no testimony about a tile.
    private func root(_ choice: [Bool]) -> Digest32? {
        var root: Digest32?
        for (level, isStored) in zip(levels, choice) {
            guard let level else { continue }
            guard let hashes = isStored ? level.stored : level.computed else { return nil }
            var frontier = TreeFrontier()
            for hash in hashes { frontier.append(hash) }
            root =
                if let right = root {
                    // What hangs below this level's last, partial tile stands to the right of all its hashes.
                    frontier.hashes.reversed().reduce(right) { MerkleTree.nodeHash($1, $0) }
                } else {
                    frontier.root
                }
        }
        return root ?? MerkleTree.emptyRoot
    }
}
