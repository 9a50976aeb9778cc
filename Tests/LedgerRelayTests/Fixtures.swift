import Cryptography
import Foundation
import LedgerStore
import TransparencyLog

/// A ledger's folder of a test's own, gone with it.
final class SampleLedger {
    let path: String
    private var logs: [Int: [[UInt8]]] = [:]

    init() throws {
        path = "\(NSTemporaryDirectory())sallyport-relay-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Appends entries to a log and publishes them.
    func append(_ count: Int, to log: Int = 1) throws {
        var entries = logs[log] ?? []
        for _ in 0..<count {
            entries.append(
                Array(#"{"kind":"intent","seq":\#(entries.count),"time":"2026-11-23T10:00:00.000Z","v":3}"#.utf8))
        }
        logs[log] = entries
        try write(entries, log)
    }

    func entries(_ log: Int = 1) -> [[UInt8]] { logs[log] ?? [] }

    private func write(_ entries: [[UInt8]], _ number: Int) throws {
        let folder = URL(filePath: "\(path)/\(LedgerFolder.name(ofLog: number))")
        func write(_ bytes: [UInt8], _ name: String) throws {
            let url = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        var builder = TileBuilder()
        for entry in entries { builder.append(MerkleTree.leafHash(entry)) }
        for output in builder.take() {
            try write(output.bytes, output.tile.path)
            guard case .hashes(level: 0) = output.tile.content,
                let bundle = Tile(.entries, index: output.tile.index, width: output.tile.width)
            else { continue }
            let first = Int(bundle.index) * Tile.fullWidth
            try write(EntryBundle.encode(entries[first..<(first + bundle.width)]) ?? [], bundle.path)
        }
        guard let name = NoteKeyName("relay.test/\(number)"),
            let key = SigningKey(ed25519Seed: [UInt8](repeating: 7, count: 32)),
            let signer = NoteSigner(name: name, key: key),
            let checkpoint = Checkpoint(origin: "\(name)", size: UInt64(entries.count), root: builder.root)
        else { throw CocoaError(.featureUnsupported) }
        try write(Array("\(signer.verifier.text)\n".utf8), "vkey")
        try write(try checkpoint.signed(by: [signer]).bytes, "checkpoint")
    }
}
