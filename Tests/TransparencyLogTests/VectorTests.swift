import Cryptography
import Foundation
import SharedMaterial
import Testing
import TransparencyLog

/// The vectors of transparency-dev/merkle, transparency-dev/tessera and FiloSottile/sunlight: whatever files there are.
@Suite struct VectorTests {
    private static func vectors(for what: String) throws -> Archive? {
        try SharedMaterial.place("data/tlog/vectors.tar.gz", for: what).map { try Archive($0) }
    }

    struct Proof: Decodable {
        var leafIdx: UInt64?
        var treeSize: UInt64?
        var start: UInt64?
        var end: UInt64?
        var size: UInt64?
        var size1: UInt64?
        var size2: UInt64?
        var root: String?
        var root1: String?
        var root2: String?
        var leafHash: String?
        var proof: [String]?
        var wantErr: Bool
    }

    /// A hash; `nil` for what is none, which the vectors of inclusion have and nothing can be the root or leaf of.
    private func strict(_ text: String?) -> Digest32? { Base64.decode((text ?? "").bytes).flatMap { Digest32($0) } }

    /// Vectors of consistency have roots that are no hashes; then a hash that stands for just those bytes.
    private func hash(_ text: String?) throws -> Digest32 {
        let bytes = try #require(Base64.decode((text ?? "").bytes))
        return Digest32(bytes) ?? SHA256.hash(bytes)
    }

    private func verdict(_ vector: Proof, _ kind: String) throws -> Bool {
        var hashes: [Digest32] = []
        for text in vector.proof ?? [] {
            guard let hash = Base64.decode(text.bytes).flatMap({ Digest32($0) }) else { return false }
            hashes.append(hash)
        }
        switch kind {
        case "inclusion":
            let proof = InclusionProof(
                index: try #require(vector.leafIdx), size: try #require(vector.treeSize), hashes: hashes)
            guard let leaf = strict(vector.leafHash), let root = strict(vector.root) else { return false }
            return proof.verifies(leaf, root: root)
        case "subtreeinclusion":
            let subtree = Subtree(start: try #require(vector.start), end: try #require(vector.end))
            guard let subtree, let leaf = strict(vector.leafHash), let root = strict(vector.root) else { return false }
            return subtree.verifies(leaf, at: try #require(vector.leafIdx), proof: hashes, root: root)
        case "consistency":
            let proof = ConsistencyProof(
                oldSize: try #require(vector.size1), newSize: try #require(vector.size2), hashes: hashes)
            return proof.verifies(oldRoot: try hash(vector.root1), newRoot: try hash(vector.root2))
        default:
            let proof = SubtreeConsistencyProof(
                start: try #require(vector.start), end: try #require(vector.end), size: try #require(vector.size),
                hashes: hashes)
            return proof.verifies(subtree: try hash(vector.root1), root: try hash(vector.root2))
        }
    }

    @Test(arguments: ["inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"])
    func `proofs hold and fail as other implementations say`(_ kind: String) throws {
        guard let archive = try Self.vectors(for: "Merkle proofs of \(kind)") else { return }
        let names = archive.names(containing: "/\(kind)/").filter { $0.hasSuffix(".json") }
        #expect(!names.isEmpty)
        for name in names {
            let vector = try JSONDecoder().decode(Proof.self, from: Data(try #require(archive[name])))
            #expect(try verdict(vector, kind) == !vector.wantErr, "\(name)")
        }
        print("merkle \(kind): \(names.count) vectors")
    }

    /// The log `example.com/log/testdata` of Tessera; the key is in its sources.
    static let tesseraKey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

    @Test func `every state of a growing log has the root that its signed checkpoint names`() throws {
        guard let archive = try Self.vectors(for: "a growing log") else { return }
        let key = try NoteVerifier(text: VectorTests.tesseraKey)
        let checkpoints = archive.names(containing: "tessera/testdata/log/checkpoint")
        #expect(!checkpoints.isEmpty)
        var heads: [Checkpoint] = []
        for name in checkpoints {
            let bytes = try #require(archive[name])
            let signed = try SignedCheckpoint(parsing: bytes)
            #expect(signed.bytes == bytes && signed.checkpoint.text == signed.text)
            if signed.checkpoint.origin == key.name.bytes { try signed.verified(by: LogTrust(logKeys: [key])) }
            heads.append(signed.checkpoint)
        }
        heads.sort { $0.size < $1.size }
        for head in heads { try check(head, archive, "tessera/testdata/log/", heads.prefix { $0.size < head.size }) }
    }

    /// The tree of a checkpoint from tiles and from bundles, and proofs out of them.
    private func check(
        _ head: Checkpoint, _ archive: Archive, _ folder: String, _ earlier: ArraySlice<Checkpoint> = []
    ) throws {
        let opened = TileReader(size: head.size) { tile in try #require(archive[folder + tile.path], "\(tile)") }
        var reader = try #require(opened)
        #expect(try reader.root() == head.root)
        var builder = TileBuilder()
        for index in 0..<head.size {
            let leaf = try reader.hash(of: TreeNode(level: 0, index: index))
            builder.append(leaf)
            #expect(try reader.inclusionProof(of: index).verifies(leaf, root: head.root))
        }
        #expect(builder.root == head.root)
        for output in builder.take() {
            #expect(output.bytes == archive[folder + output.tile.path], "\(output.tile)")
        }
        for old in earlier where old.size > 0 {
            let proof = try reader.consistencyProof(from: old.size)
            #expect(proof.verifies(oldRoot: old.root, newRoot: head.root))
        }
        // Sunlight's bundles are compressed and decoys.
        for tile in Tile.added(from: 0, to: head.size) where tile.content == .entries {
            guard let bytes = archive[folder + tile.path], !bytes.starts(with: [0x1F, 0x8B]) else { continue }
            let entries = try EntryBundle.decode(bytes, as: tile)
            #expect(EntryBundle.encode(entries.map { Array($0) }) == bytes)
            for (place, entry) in entries.enumerated() {
                let node = TreeNode(level: 0, index: tile.index * 256 + UInt64(place))
                #expect(try reader.hash(of: node) == MerkleTree.leafHash(entry))
            }
        }
    }

    private struct WitnessFile: Decodable {
        var name: String
        var verifier_keys: [String]
    }

    @Test func `a witnessed tree has the root that its witnesses have cosigned`() throws {
        guard let archive = try Self.vectors(for: "a witnessed tree") else { return }
        var keys: [NoteVerifier] = []
        for name in archive.names(containing: "sunlight/") where name.hasSuffix(".v0.json") {
            let file = try JSONDecoder().decode(WitnessFile.self, from: Data(try #require(archive[name])))
            for text in file.verifier_keys {
                let key = try NoteVerifier(text: text)
                #expect(key.text == text && key.type == .cosignatureV1)
                keys.append(key)
            }
        }
        var cosigned = 0
        var trees = 0
        for name in archive.names(containing: "sunlight/") where name.hasSuffix("/checkpoint") {
            let bytes = try #require(archive[name])
            if bytes.starts(with: "decoy".bytes) {
                #expect(throws: LogFormatError.self) { try SignedCheckpoint(parsing: bytes) }
                continue
            }
            let signed = try SignedCheckpoint(parsing: bytes)
            #expect(signed.bytes == bytes)
            let note = try SignedNote(parsing: bytes)
            if signed.signatures.contains(where: { mark in keys.contains { $0.name == mark.name } }) {
                let good = try note.verified(by: keys)
                #expect(good.allSatisfy { ($0.time ?? 0) > 1_700_000_000 })
                cosigned += good.count
                var changed = note.text
                changed[changed.count - 3] ^= 1
                let other = try #require(SignedNote(text: changed, signatures: note.signatures))
                #expect(throws: NoteVerificationError.self) { try other.verified(by: keys) }
            } else {
                // Signed by the log alone, by a type that is not known here: kept, and no proof of anything.
                #expect(throws: NoteVerificationError.unsigned) { try note.verified(by: keys) }
            }
            let folder = String(name.dropLast("checkpoint".count))
            let tiles = archive.names(containing: folder + "tile/0/")
            guard let first = tiles.first.flatMap({ archive[$0] }) else { continue }
            if first.starts(with: "fake".bytes) {
                #expect(throws: TileFormatError.self) { try check(signed.checkpoint, archive, folder) }
            } else {
                try check(signed.checkpoint, archive, folder)
                trees += 1
            }
        }
        #expect(cosigned > 0 && trees > 0)
    }
}
