internal import Cryptography
internal import TransparencyLog

/// One bundle of up to 256 entries, and the tile of their hashes.
struct BundleCheck: Sendable {
    /// The tile of hashes, at level 0.
    let tile: Tile
    /// The entries' hashes, if as many as the tile is wide could be read.
    private(set) var computed: [Digest32]?
    /// The hashes that the tile's file has, if it could be read.
    private(set) var stored: [Digest32]?
    /// What is wrong with single entries or files in themselves.
    private(set) var damages: [LedgerDamage] = []
    /// Entries whose hash is that of the tile, and which have the form of an entry.
    private(set) var goodEntries = 0

    /// The hashes of those entries that could be read, also where there are too few or too many.
    private var found: [Digest32] = []
    /// The indices that entries of another hash say they have.
    private var claims: [Int: UInt64] = [:]
    /// Why the entries could not be told from each other behind those found.
    private var framing: String?
    private let files: LogFiles
    private let bundle: Tile

    /// Reads both files. `isPruned`: the bundle need not be there.
    init?(_ files: LogFiles, index: UInt64, inTreeOf size: UInt64, isPruned: Bool) {
        guard let tile = Tile(.hashes(level: 0), index: index, inTreeOf: size),
            let bundle = Tile(.entries, index: index, inTreeOf: size)
        else { return nil }
        self.files = files
        self.tile = tile
        self.bundle = bundle
        readTile()
        readBundle(isPruned: isPruned)
    }

    private var first: UInt64 { tile.index * UInt64(Tile.fullWidth) }

    private var wholeRange: (first: LedgerPosition, last: LedgerPosition) {
        (files.position(first), files.position(first + UInt64(tile.width) - 1))
    }

    private mutating func readTile() {
        do {
            stored = try files.hashes(of: tile)
            if stored == nil { damages.append(.init(.file, file: files.place(tile.path), "the tile is missing")) }
        } catch let error as TileFormatError {
            damages.append(.init(.tile, file: files.place(error.tile.path), error.reason))
        } catch {
            damages.append(.init(.file, file: files.place(tile.path), "\(error)"))
        }
    }

    private mutating func readBundle(isPruned: Bool) {
        let place = files.place(bundle.path)
        do throws(LedgerReadError) {
            guard let read = try files.bytes(of: bundle) else {
                guard !isPruned else { return }
                let (first, last) = wholeRange
                damages.append(.init(.entry, file: place, first: first, last: last, "the bundle is missing"))
                return
            }
            readEntries(read.bytes, isWider: read.tile.width > bundle.width)
        } catch {
            let (first, last) = wholeRange
            damages.append(.init(.entry, file: place, first: first, last: last, "\(error)"))
        }
    }

    /// Takes the entries apart. What a wider bundle has more is left for another time.
    private mutating func readEntries(_ bytes: [UInt8], isWider: Bool) {
        found.reserveCapacity(bundle.width)
        var offset = 0
        while offset < bytes.count, found.count < (isWider ? bundle.width : Tile.fullWidth) {
            guard bytes.count - offset >= 2 else {
                framing = "the bundle ends within the length of an entry"
                break
            }
            let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            offset += 2
            guard bytes.count - offset >= length else {
                framing = "the bundle ends within an entry"
                break
            }
            take(bytes, offset..<(offset + length))
            offset += length
        }
        if framing == nil, !isWider, offset < bytes.count { framing = "bytes stand behind the last entry" }
        if framing == nil, found.count != bundle.width {
            framing = "the bundle has \(found.count) entries instead of \(bundle.width)"
        }
        if framing == nil {
            computed = found
        } else if stored == nil || found.starts(with: stored ?? []) {
            // Nothing else will name it.
            let place = files.position(first + UInt64(min(found.count, bundle.width - 1)))
            damages.append(.init(.entry, file: files.place(bundle.path), first: place, framing ?? ""))
        }
    }

    private mutating func take(_ bytes: [UInt8], _ range: Range<Int>) {
        let hash = bytes.withUnsafeBytes { MerkleTree.leafHash(UnsafeRawBufferPointer(rebasing: $0[range])) }
        let number = found.count
        found.append(hash)
        if let stored, number >= stored.count || stored[number] != hash {
            claims[number] = EntryForm.index(bytes, in: range)
            return
        }
        let index = first + UInt64(number)
        guard let problem = EntryForm.problem(bytes, in: range, at: index) else {
            goodEntries += 1
            return
        }
        damages.append(.init(.entry, file: files.place(bundle.path), first: files.position(index), problem))
    }

    // MARK: - Verdict

    /// Whether entries and tile disagree.
    var differs: Bool { stored != nil && framing != nil || computed != nil && stored != nil && computed != stored }

    /// What is damaged, when it is known whose fault the difference is.
    func damages(by culprit: TileJudgement.Culprit) -> [LedgerDamage] {
        guard let stored, differs else { return [] }
        let place = files.place(bundle.path)
        if framing == nil {
            let wrong = found.indices.filter { found[$0] != stored[$0] }
            switch culprit {
            case .tile:
                let at = wrong.map { "\($0)" }.prefix(8).joined(separator: ", ") + (wrong.count > 8 ? " …" : "")
                return [
                    .init(
                        .tile, file: files.place(tile.path), first: files.position(first + UInt64(wrong[0])),
                        last: files.position(first + UInt64(wrong[wrong.count - 1])),
                        "the tile was changed at its hashes \(at): the entries are as they were written")
                ]
            case .below:
                return wrong.map { .init(.entry, file: place, first: position($0), fate(of: $0, stored)) }
            case .either:
                return wrong.map {
                    .init(
                        .entryOrTile, file: place, first: position($0),
                        "the entry's hash is not that in \(tile.path), and nothing confirms one of them")
                }
            }
        }
        let start = zip(found, stored).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, stored.count)
        guard start < stored.count else { return [] }  // named when it was read
        return [
            .init(
                .entry, file: place, first: position(start), last: wholeRange.last,
                "\(fate(of: start, stored)); \(framing ?? "")")
        ]
    }

    private func position(_ number: Int) -> LedgerPosition { files.position(first + UInt64(number)) }

    /// What became of the entry with a number of this bundle, as the hashes tell.
    private func fate(of number: Int, _ stored: [Digest32]) -> String {
        guard number < found.count else { return "missing" }
        let hash = found[number]
        if number > 0, hash == found[number - 1] { return "the entry before it is doubled" }
        if number + 1 < stored.count, hash == stored[number + 1], framing != nil { return "missing" }
        if let other = stored.firstIndex(of: hash) { return "entry \(position(other)) stands in its place" }
        if let claim = claims[number], claim != first + UInt64(number) {
            return "an entry that says it is \(files.position(claim)) stands in its place"
        }
        return "the entry was changed: its hash is not that in \(tile.path)"
    }
}
