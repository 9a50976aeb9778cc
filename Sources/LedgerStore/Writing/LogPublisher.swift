internal import TransparencyLog

/// Writes the files of a ledger's logs in the order that lets a reader trust a checkpoint: what it covers, then the
/// checkpoint, then the memory of it. Owned by one thread; blocks.
struct LogPublisher: Sendable {
    private enum Bounds {
        /// How many versions of a partial tile stay beside the one that counts, for readers of an older checkpoint.
        static let partials = 8
    }

    let directory: LedgerDirectory
    private let settings: LedgerStoreSettings
    private var files: DurableFiles
    /// The paths of partial tiles that are there, by the path of the full one, the oldest first.
    private var partials: [String: [String]] = [:]
    /// The last checkpoint that was published.
    private(set) var last: SignedCheckpoint?

    init(_ settings: LedgerStoreSettings, system: any FileSystem) {
        directory = LedgerDirectory(path: settings.directory)
        self.settings = settings
        files = DurableFiles(system: system, synchronises: settings.durability == .power)
    }

    /// What a log is called.
    func origin(_ number: Int) -> String { "\(settings.signer.verifier.name)/\(number)" }

    /// The key that signs for a log.
    func signer(_ number: Int) throws(LedgerStoreError) -> NoteSigner {
        guard let name = NoteKeyName(origin(number)), let signer = settings.signer.named(name) else {
            throw .signing(path: directory.checkpointPath(number))
        }
        return signer
    }

    /// Makes the ledger's folder (not those above it), and its name durable.
    mutating func makeLedger() throws(LedgerStoreError) {
        try files.makeDirectory(directory.path, below: DurableFiles.directory(of: directory.path))
        try files.settle()
    }

    /// Makes a new log's folder, with its key and the checkpoint of no entries: under another name first, so that there is
    /// never a log without them.
    mutating func makeLog(_ number: Int) throws(LedgerStoreError) {
        let folder = directory.logPath(number)
        let new = folder + ".new"
        try files.makeDirectory(new, below: directory.path)
        let key = try signer(number).verifier.text
        let checkpoint = try signed(LogTree(), log: number)
        try files.write(Array("\(key)\n".utf8), to: "\(new)/vkey")
        try files.write(checkpoint.bytes, to: "\(new)/checkpoint")
        try files.settle()
        try files.move(new, to: folder)
        try files.settle()
        last = checkpoint
    }

    /// Whether a start may find the checkpoint of a log; also where that can't be told.
    func mayShow(_ number: Int) -> Bool {
        do throws(FileFault) {
            return try files.system.names(directory.logPath(number))?.contains("checkpoint") ?? false
        } catch {
            return true
        }
    }

    /// Puts a log that has grown on disk; gives it back as it is to grow on.
    mutating func publish(_ tree: LogTree, log number: Int) throws(LedgerStoreError) -> LogTree {
        var tree = tree
        let outputs = tree.takeFiles()
        let root = directory.logPath(number)
        for output in outputs {
            let path = "\(root)/\(output.tile.path)"
            try files.makeDirectory(DurableFiles.directory(of: path), below: root)
            try files.write(output.bytes, to: path)
        }
        try files.settle()
        try publishCheckpoint(of: tree, log: number)
        try remember()
        for output in outputs { tidy(output.tile, root) }
        return tree
    }

    /// Puts the last checkpoint into the memory.
    mutating func remember() throws(LedgerStoreError) {
        guard let last, let path = settings.remembered else { return }
        try files.write(last.bytes, to: path)
        try files.settle()
    }

    /// Takes what the start found.
    mutating func adopt(_ checkpoint: SignedCheckpoint) { last = checkpoint }

    /// Writes the checkpoint again with further signatures, if it still is the last one.
    mutating func cosign(_ checkpoint: SignedCheckpoint, log number: Int) throws(LedgerStoreError) {
        guard checkpoint.text == last?.text else { return }
        try files.write(checkpoint.bytes, to: directory.checkpointPath(number))
        try files.settle()
        last = checkpoint
    }

    private mutating func publishCheckpoint(of tree: LogTree, log number: Int) throws(LedgerStoreError) {
        let signed = try signed(tree, log: number)
        try files.write(signed.bytes, to: directory.checkpointPath(number))
        try files.settle()
        last = signed
    }

    private func signed(_ tree: LogTree, log number: Int) throws(LedgerStoreError) -> SignedCheckpoint {
        let signer = try signer(number)
        guard let checkpoint = tree.checkpoint(origin: origin(number)),
            let signed = try? checkpoint.signed(by: [signer])
        else { throw .signing(path: directory.checkpointPath(number)) }
        return signed
    }

    /// Takes partial tiles away that nobody needs any more. What fails here costs some room only.
    private mutating func tidy(_ tile: Tile, _ root: String) {
        let full = "\(root)/\(tile.full.path)"
        let system = files.system
        guard tile.isFull else {
            partials[full, default: []].append("\(root)/\(tile.path)")
            while let known = partials[full], known.count > Bounds.partials {
                try? system.remove(known[0])
                partials[full]?.removeFirst()
            }
            return
        }
        partials[full] = nil
        guard let names = try? system.names("\(full).p") else { return }
        for name in names { try? system.remove("\(full).p/\(name)") }
        try? system.removeDirectory("\(full).p")
    }
}
