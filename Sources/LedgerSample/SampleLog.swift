import Cryptography
import Foundation
import TransparencyLog

/// Writes one log as c2sp.org/tlog-tiles says, a bundle at a time.
struct SampleLog {
    let folder: String
    private let signer: NoteSigner
    private let origin: String
    private var builder = TileBuilder()
    private var waiting: [[UInt8]] = []
    private(set) var size = 0

    init(folder: String, origin: String) throws {
        self.folder = folder
        self.origin = origin
        guard let name = NoteKeyName(origin), let key = SigningKey(ed25519Seed: [UInt8](repeating: 7, count: 32)),
            let signer = NoteSigner(name: name, key: key)
        else { throw CocoaError(.featureUnsupported) }
        self.signer = signer
    }

    mutating func append(_ entry: [UInt8]) throws {
        builder.append(MerkleTree.leafHash(entry))
        waiting.append(entry)
        size += 1
        if waiting.count == Tile.fullWidth { try writeBundle() }
        if size.isMultiple(of: 65_536) { try writeTiles() }
    }

    /// The rest, and the checkpoint.
    mutating func finish() throws {
        if !waiting.isEmpty { try writeBundle() }
        try writeTiles()
        guard let checkpoint = Checkpoint(origin: origin, size: UInt64(size), root: builder.root) else {
            throw CocoaError(.featureUnsupported)
        }
        try write(Array("\(signer.verifier.text)\n".utf8), "vkey")
        try write(try checkpoint.signed(by: [signer]).bytes, "checkpoint")
    }

    private mutating func writeBundle() throws {
        let index = UInt64(size - waiting.count) / UInt64(Tile.fullWidth)
        guard let tile = Tile(.entries, index: index, width: waiting.count),
            let bytes = EntryBundle.encode(waiting[...])
        else { throw CocoaError(.fileWriteUnknown) }
        try write(bytes, tile.path)
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func writeTiles() throws {
        for output in builder.take() { try write(output.bytes, output.tile.path) }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let url = URL(filePath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}
