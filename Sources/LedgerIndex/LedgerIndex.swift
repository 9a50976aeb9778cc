internal import GRDB
public import LedgerStore

/// The index of one ledger: an SQLite database that answers what the log says, and that can always be made anew from it.
///
/// Everything in it comes from the log; it proves nothing by itself. Several processes may have the same file open, such as a
/// gateway that feeds it and a command that asks. All calls block; each instance does one thing at a time.
public final class LedgerIndex: Sendable {
    /// Where it lies.
    public let path: String
    /// Where its ledger lies, for people.
    public let name: String
    /// Reads the ledger that it is of.
    public let reader: LedgerReader
    let queue: DatabaseQueue
    /// Whether `reader` gives only what is under a checkpoint: then others may have taken in more.
    let isFedFromTreeOnly: Bool
    /// Which file it is.
    let identity: UInt64?

    private enum Bounds {
        /// How long another process may write until we give up.
        static let busySeconds = 60.0
    }

    /// Opens the index of a ledger, and makes the file where there is none; `name` is what people call the ledger. A file that is no database, or a damaged one, is
    /// made anew. `cacheBytes` bounds the memory for pages. `isFedFromTreeOnly` says that the reader gives nothing beyond the checkpoints.
    public convenience init(
        path: String, reader: LedgerReader, name: String, cacheBytes: Int = 64 << 20, isFedFromTreeOnly: Bool = false
    ) throws(LedgerIndexError) {
        do {
            try self.init(opening: path, reader: reader, name: name, cacheBytes: cacheBytes, isFedFromTreeOnly)
        } catch let error as DatabaseError where Self.isDamage(error) {
            do {
                try IndexFile.remove(path)
                try self.init(opening: path, reader: reader, name: name, cacheBytes: cacheBytes, isFedFromTreeOnly)
            } catch {
                throw .database(path: path, problem: "\(error)")
            }
        } catch {
            throw .database(path: path, problem: Self.words(error))
        }
    }

    private init(
        opening path: String, reader: LedgerReader, name: String, cacheBytes: Int, _ isFedFromTreeOnly: Bool
    ) throws {
        self.path = path
        self.name = name
        self.reader = reader
        self.isFedFromTreeOnly = isFedFromTreeOnly
        var configuration = Configuration()
        configuration.busyMode = .timeout(Bounds.busySeconds)
        configuration.label = "ledger index"
        configuration.prepareDatabase { db in
            // Nothing waits for the disk: after a loss of power the index is made anew (see IndexFile.bootID).
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = OFF;
                    PRAGMA cache_size = -\(cacheBytes / 1_024);
                    PRAGMA mmap_size = 1073741824;
                    PRAGMA temp_store = MEMORY;
                    """)
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        identity = IndexFile.identity(path)
        try queue.inTransaction(.immediate) { db in
            if try !IndexSchema.prepare(db), try IndexFile.isOfAnotherBoot(db) { try IndexSchema.make(db) }
            return .commit
        }
    }

    /// Runs a question; damage found on the way makes the index anew, once.
    func answering<Answer>(_ body: (Database) throws -> Answer) throws(LedgerIndexError) -> Answer {
        do {
            return try queue.read(body)
        } catch let error as LedgerIndexError {
            throw error
        } catch {
            throw .database(path: path, problem: Self.words(error))
        }
    }

    static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    }

    static func words(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }
}
