import Cryptography
import Foundation
import Ledger
import LedgerStore
import TransparencyLog

/// A ledger's folder of a test's own, written file by file as c2sp.org/tlog-tiles says; gone with it.
final class SampleLedger {
    let path: String
    let name = "sallyport.test/gateway"
    let seed: [UInt8]
    private(set) var logs: [Int: SampleLog] = [:]

    init(entries count: Int? = nil, seed: UInt8 = 7) throws {
        self.seed = [UInt8](repeating: seed, count: 32)
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(root)/sallyport-reading-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard let count else { return }
        try log(1) { log in for index in 0..<count { log.append(SampleLog.entry(index)) } }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func folder(_ log: Int) -> String { "\(path)/\(LedgerFolder.name(ofLog: log))" }

    /// Appends to a log, made where it is missing, and writes its files.
    @discardableResult
    func log(_ number: Int, _ body: (inout SampleLog) -> Void) throws -> SampleLog {
        var log = try logs[number] ?? SampleLog(origin: "\(name)/\(number)", seed: seed)
        body(&log)
        try log.write(to: folder(number))
        logs[number] = log
        return log
    }

    /// Begins the next log as a rotation does.
    func rotate() throws {
        guard let last = logs.keys.max(), let log = logs[last] else { return }
        let entry = """
            {"after":{"origin":"\(log.origin)","root":"\(Base64.encode(log.root.bytes))","size":\(log.size)},\
            "kind":"continued","seq":0,"time":"2026-11-23T10:00:00.000Z","v":\(LedgerSchema.version)}
            """
        try self.log(last + 1) { $0.append(Array(entry.utf8)) }
    }

    func read(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(file)"))) }

    func write(_ bytes: [UInt8], to file: String) throws {
        let url = URL(filePath: "\(path)/\(file)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }

    /// All files below the folder.
    func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
        return all.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(path)/\($0)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    func change(_ file: String, at offset: Int, by mask: UInt8 = 1) throws {
        var bytes = try read(file)
        bytes[offset] ^= mask
        try write(bytes, to: file)
    }
}

/// One log in memory, and its files.
struct SampleLog {
    let origin: String
    let signer: NoteSigner
    private(set) var entries: [[UInt8]] = []
    private var builder = TileBuilder()
    private var outputs: [TileBuilder.Output] = []

    init(origin: String, seed: [UInt8]) throws {
        self.origin = origin
        guard let name = NoteKeyName(origin), let key = SigningKey(ed25519Seed: seed),
            let signer = NoteSigner(name: name, key: key)
        else { throw CocoaError(.featureUnsupported) }
        self.signer = signer
    }

    var size: Int { entries.count }
    var root: Digest32 { builder.root }

    static func entry(_ index: Int, request: String? = nil, kind: String = "intent", minute: Int = 0) -> [UInt8] {
        let time = "2026-11-23T\(String(format: "%02d:%02d", 10 + minute / 60, minute % 60)):00.000Z"
        return Array(
            """
            {"kind":"\(kind)","model":"m","request":"\(request ?? "req_\(index)")","seq":\(index),"time":"\(time)",\
            "v":\(LedgerSchema.version)}
            """.utf8)
    }

    mutating func append(_ entry: [UInt8]) {
        entries.append(entry)
        builder.append(MerkleTree.leafHash(entry))
    }

    func checkpoint() throws -> SignedCheckpoint {
        guard let checkpoint = Checkpoint(origin: origin, size: UInt64(size), root: root) else {
            throw CocoaError(.featureUnsupported)
        }
        return try checkpoint.signed(by: [signer])
    }

    /// Writes bundles, tiles and the checkpoint as the log is now.
    mutating func write(to folder: String) throws {
        func write(_ bytes: [UInt8], _ path: String) throws {
            let url = URL(filePath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        let outputs = builder.take()
        for output in outputs {
            try write(output.bytes, output.tile.path)
            guard case .hashes(level: 0) = output.tile.content,
                let tile = Tile(.entries, index: output.tile.index, width: output.tile.width)
            else { continue }
            let first = Int(tile.index) * Tile.fullWidth
            try write(EntryBundle.encode(entries[first..<(first + tile.width)]) ?? [], tile.path)
        }
        try write(Array("\(signer.verifier.text)\n".utf8), "vkey")
        try write(try checkpoint().bytes, "checkpoint")
    }
}
