import Cryptography
import Testing
import TransparencyLog

@Suite struct TileTests {
    @Test(
        arguments: [
            ("tile/0/000", 0, 0, 256), ("tile/63/999.p/255", 63, 999, 255), ("tile/0/x001/x234/067", 0, 1_234_067, 256),
            ("tile/1/x001/000.p/1", 1, 1000, 1), ("tile/entries/000.p/16", -1, 0, 16),
            ("tile/entries/x018/x446/x744/x073/x709/x551/615", -1, UInt64.max, 256),
        ] as [(String, Int, UInt64, Int)])
    func `a path names a tile, and the tile has that path`(_ path: String, _ level: Int, _ index: UInt64, _ width: Int)
        throws
    {
        let tile = try #require(Tile(path: path))
        #expect(tile.path == path)
        #expect(tile == Tile(level < 0 ? .entries : .hashes(level: level), index: index, width: width))
        #expect(tile.full.isFull && tile.full.index == index)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000",
        "tile/+1/000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/1/2", "tile/data/000", "/tile/0/000",
        "tile/0/000/", "tile/0/x001//000", "tile/0/+01", "tile/0/x+01/000", "tile/0/.p/3", "tile/entries/x1/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/٠٠٠",
    ])
    func `what is no path is refused`(_ path: String) { #expect(Tile(path: path) == nil) }

    @Test func `a tree of 70,000 entries has the tiles that the specification counts`() {
        let tiles = Tile.added(from: 0, to: 70_000)
        func count(_ content: Tile.Content) -> [Int] { tiles.filter { $0.content == content }.map(\.width) }
        #expect(count(.hashes(level: 0)).count == 274 && count(.hashes(level: 0)).last == 112)
        #expect(count(.hashes(level: 1)) == [256, 17])
        #expect(count(.hashes(level: 2)) == [1])
        #expect(count(.entries) == count(.hashes(level: 0)))
        #expect(Tile.added(from: 255, to: 256).map(\.path) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"])
        #expect(Tile.added(from: 256, to: 257).map(\.path) == ["tile/entries/001.p/1", "tile/0/001.p/1"])
        #expect(Tile.added(from: 5, to: 5).isEmpty && Tile.added(from: 6, to: 5).isEmpty)
        #expect(Tile.added(from: 0, to: 1 << 63).isEmpty)
        #expect(Tile.added(from: (1 << 63) - 2, to: (1 << 63) - 1).count == 2)
    }

    @Test func `a log that grows by any steps writes the tiles out of which it can be read again`() throws {
        var dice = Dice(state: 5)
        let log = PlainLog(70_000)
        var builder = TileBuilder()
        var frontier = TreeFrontier()
        var files: [String: [UInt8]] = [:]
        var previous: UInt64 = 0
        var previousRoot = MerkleTree.emptyRoot
        while previous < 70_000 {
            let step = [1, 2, 7, 255, 256, 257, 4096, 21_000].randomElement(using: &dice) ?? 1
            let size = min(70_000, previous + UInt64(step))
            for index in previous..<size {
                builder.append(log.leaves[Int(index)])
                frontier.append(log.leaves[Int(index)])
            }
            let written = builder.take()
            let expected = Tile.added(from: previous, to: size).filter { $0.content != .entries }
            #expect(Set(written.map(\.tile)) == Set(expected))
            for output in written { files[output.tile.path] = output.bytes }
            #expect(builder.root == frontier.root)
            let present = files
            let fetch: (Tile) throws -> [UInt8] = { tile in try #require(present[tile.path], "\(tile)") }
            let opened = TileReader(size: size, fetch: fetch)
            var reader = try #require(opened)
            #expect(try reader.root() == frontier.root)
            #expect(try reader.frontier() == frontier)
            if previous > 0 {
                let proof = try reader.consistencyProof(from: previous)
                #expect(proof.verifies(oldRoot: previousRoot, newRoot: frontier.root))
                #expect(try reader.root(at: previous) == previousRoot)
            }
            for _ in 0..<20 {
                let index = UInt64.random(in: 0..<size, using: &dice)
                let proof = try reader.inclusionProof(of: index)
                #expect(proof.verifies(log.leaves[Int(index)], root: frontier.root))
            }
            // A process that starts again goes on from the partial tiles.
            let restored = try TileBuilder(size: size, read: fetch)
            builder = try #require(restored)
            previous = size
            previousRoot = frontier.root
        }
    }

    @Test func `a full tile does for a partial one, and other lengths do not`() throws {
        let hashes = PlainLog(256).leaves
        let bytes = HashTile.encode(hashes)
        let partial = try #require(Tile(.hashes(level: 0), index: 0, width: 5))
        #expect(try HashTile.decode(bytes, as: partial) == Array(hashes.prefix(5)))
        #expect(try HashTile.decode(Array(bytes.prefix(160)), as: partial) == Array(hashes.prefix(5)))
        for count in [0, 159, 161, 192, 8191, 8193] {
            let other = Array((bytes + bytes).prefix(count))
            #expect(throws: TileFormatError.self) { try HashTile.decode(other, as: partial) }
        }
    }

    @Test func `a reader refuses what is not within the log, whatever it is asked`() throws {
        let opened = TileReader(size: 300) { _ in [] }
        var reader = try #require(opened)
        for node in [TreeNode(level: 0, index: 300), TreeNode(level: 8, index: 1), TreeNode(level: 70, index: 0)] {
            #expect(throws: TreeRangeError.self) { try reader.hash(of: node) }
        }
        #expect(throws: TreeRangeError.self) { try reader.hash(of: TreeNode(level: -1, index: 0)) }
        #expect(throws: TreeRangeError.self) { try reader.hash(of: TreeNode(level: 0, index: .max)) }
        #expect(throws: TreeRangeError.self) { try reader.inclusionProof(of: 300) }
        #expect(throws: TreeRangeError.self) { try reader.inclusionProof(of: 0, in: .max) }
        #expect(throws: TreeRangeError.self) { try reader.consistencyProof(from: 0) }
        #expect(throws: TreeRangeError.self) { try reader.consistencyProof(from: 5, to: 301) }
        #expect(throws: TileFormatError.self) { try reader.root() }
        #expect(TileReader(size: 1 << 63) { _ in [] } == nil)
    }

    @Test func `entries of up to 65,535 bytes go into a bundle and come out`() throws {
        let entries = [[], [1], [UInt8](repeating: 7, count: 65_535)]
        let bytes = try #require(EntryBundle.encode(entries))
        #expect(bytes.prefix(7) == [0, 0, 0, 1, 1, 0xFF, 0xFF])
        let tile = try #require(Tile(.entries, index: 0, width: 3))
        #expect(try EntryBundle.decode(bytes, as: tile).map { Array($0) } == entries)
        #expect(EntryBundle.encode([[UInt8](repeating: 7, count: 65_536)]) == nil)
        #expect(EntryBundle.encode([[UInt8]](repeating: [], count: 257)) == nil)
        for width in [1, 2, 4] {
            let other = try #require(Tile(.entries, index: 0, width: width))
            #expect(throws: TileFormatError.self) { try EntryBundle.decode(bytes, as: other) }
        }
        for count in [1, 3, 6, bytes.count - 1] {
            #expect(throws: TileFormatError.self) { try EntryBundle.decode(Array(bytes.prefix(count)), as: tile) }
        }
        let crowd = [UInt8](repeating: 0, count: 2 * 257)
        #expect(throws: TileFormatError.self) { try EntryBundle.decode(crowd, as: tile) }
        #expect(try EntryBundle.decode(Array(crowd.dropLast(2)), as: tile).count == 3)
    }
}
