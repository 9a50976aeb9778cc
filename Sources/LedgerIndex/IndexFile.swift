internal import GRDB
private import Glibc
public import LedgerStore

/// The index's file: where it lies, and whether what is in it can be trusted after the machine went down.
enum IndexFile {
    static let name = "index.sqlite"

    /// This run of the machine. What was written without a sync in an earlier one may be in pieces.
    static let bootID: String = {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "re") else { return "unknown" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, 64, file) != nil else { return "unknown" }
        return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init), as: UTF8.self)
    }()

    /// Whether another run of the machine wrote here without a sync. The empty identifier says that all is synced.
    static func isOfAnotherBoot(_ db: Database) throws -> Bool {
        let id = try String.fetchOne(db, sql: "SELECT id FROM boot") ?? ""
        return !id.isEmpty && id != bootID
    }

    /// Says, synced, that from now on it is written without syncs. Outside of transactions, before the first write.
    static func beginUnsynced(_ db: Database) throws {
        guard try String.fetchOne(db, sql: "SELECT id FROM boot") != bootID else { return }
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.inTransaction(.immediate) {
            try db.execute(sql: "UPDATE boot SET id = ?", arguments: [bootID])
            return .commit
        }
        try db.execute(sql: "PRAGMA synchronous = OFF")
    }

    /// Brings everything to the disk and says so, unless somebody wrote meanwhile.
    static func sync(_ db: Database) throws {
        let count = "SELECT total(next) FROM mark"
        let before = try Double.fetchOne(db, sql: count)
        try db.execute(sql: "PRAGMA synchronous = FULL")
        defer { try? db.execute(sql: "PRAGMA synchronous = OFF") }
        _ = try? db.checkpoint(.truncate)
        try db.inTransaction(.immediate) {
            guard try Double.fetchOne(db, sql: count) == before else { return .rollback }
            try db.execute(sql: "UPDATE boot SET id = ''")
            return .commit
        }
    }

    /// What tells a file from another one that was put in its place; `nil` where there is none.
    static func identity(_ path: String) -> UInt64? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return UInt64(facts.st_ino) ^ UInt64(facts.st_dev) << 40
    }

    /// Deletes the database with its journal. Whoever has it open goes on with the deleted one.
    static func remove(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw DatabaseError(
                resultCode: .SQLITE_CANTOPEN, message: "cannot delete it: \(String(cString: strerror(errno)))")
        }
    }

    /// Where the index of a ledger lies: in its folder; where that cannot be written, in the user's cache.
    static func place(of directory: String) throws(LedgerIndexError) -> String {
        if access(directory, W_OK) == 0 { return "\(directory)/\(name)" }
        let real = realpath(directory, nil)
        let whole = real.map { String(cString: $0) } ?? directory
        free(real)
        let home = getenv("XDG_CACHE_HOME").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        let cache = home ?? getenv("HOME").map { "\(String(cString: $0))/.cache" } ?? "/tmp"
        let folder = "\(cache)/sallyport"
        for path in [cache, folder] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw .database(path: path, problem: String(cString: strerror(errno)).lowercased())
        }
        let letters = whole.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: Character(Unicode.Scalar(byte))
            default: "_" as Character
            }
        }
        return "\(folder)/\(String(letters).suffix(120))-\(digest(whole)).sqlite"
    }

    /// Tells paths apart that read the same without their signs (FNV-1a; nobody gains by a collision in his own cache).
    private static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}

extension LedgerIndex {
    /// Whether the file is still where it was opened: it may be deleted at any time.
    public var isInPlace: Bool { identity == IndexFile.identity(path) }

    /// Opens the index of a ledger's folder: in that folder, or, where it cannot be written, in the user's cache
    /// (`$XDG_CACHE_HOME/sallyport`, `~/.cache/sallyport`).
    public static func open(
        _ reader: LedgerReader, directory: String, cacheBytes: Int = 64 << 20, isFedFromTreeOnly: Bool = false
    ) throws(LedgerIndexError) -> LedgerIndex {
        try LedgerIndex(
            path: try IndexFile.place(of: directory), reader: reader, name: directory, cacheBytes: cacheBytes,
            isFedFromTreeOnly: isFedFromTreeOnly)
    }
}
