internal import GRDB

/// The index's tables. Their version is the file's `user_version`; an index of another version is made anew.
///
/// A row's `id` is its entry's place: the log's number in the bits from 40 on, the index in the log below. So rows stand in the
/// order of the ledger, and need no other key. Texts stand once, in `word`.
enum IndexSchema {
    static let version: Int32 = 4

    static func id(log: Int, index: UInt64) -> Int64 { Int64(log) << 40 | Int64(truncatingIfNeeded: index) }
    static func log(_ id: Int64) -> Int { Int(id >> 40) }
    static func index(_ id: Int64) -> UInt64 { UInt64(id & (1 << 40 - 1)) }

    /// What is known of each log: its name, the first index that is not in here yet, the SHA-256 of the
    /// entry before, and the root of the whole log, where all that its checkpoint covers is in here.
    private static let tables = """
        CREATE TABLE mark(number INTEGER PRIMARY KEY, name TEXT NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL, anchor BLOB NOT NULL,
          root BLOB NOT NULL);
        CREATE TABLE boot(id TEXT NOT NULL);
        INSERT INTO boot VALUES ('');

        CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE list(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE caller(id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, teams TEXT NOT NULL,
          UNIQUE(tenant, name, kind, teams));
        CREATE TABLE place(id INTEGER PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL, region TEXT NOT NULL, internal INTEGER NOT NULL,
          UNIQUE(provider, model, region, internal));

        CREATE TABLE event(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, request BLOB NOT NULL, attempt INTEGER NOT NULL,
          caller INTEGER NOT NULL, place INTEGER, form INTEGER, policies INTEGER NOT NULL, reason INTEGER, gateway INTEGER,
          model INTEGER NOT NULL, operation INTEGER NOT NULL, client INTEGER NOT NULL, status INTEGER,
          strategy INTEGER NOT NULL);
        CREATE INDEX event_request ON event(request);
        CREATE INDEX event_time ON event(time);
        CREATE INDEX event_again ON event(request) WHERE attempt > 1;

        CREATE TABLE result(id INTEGER PRIMARY KEY, outcome INTEGER NOT NULL, status INTEGER, input INTEGER, cached INTEGER, output INTEGER,
          cost INTEGER, first_byte INTEGER, total INTEGER, sent INTEGER, entry INTEGER NOT NULL);
        CREATE TABLE finding(event INTEGER NOT NULL, class INTEGER NOT NULL, place INTEGER NOT NULL, treatment INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY(event, class, place, treatment)) WITHOUT ROWID;

        CREATE TABLE exposed(fingerprint BLOB NOT NULL, id INTEGER NOT NULL, class INTEGER NOT NULL, treatment INTEGER NOT NULL,
          PRIMARY KEY(fingerprint, id, class, treatment)) WITHOUT ROWID;
        CREATE TABLE part(id INTEGER PRIMARY KEY, request BLOB NOT NULL, attempt INTEGER NOT NULL);

        CREATE TABLE turned_away(id INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, reason INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY(id, reason)) WITHOUT ROWID;
        CREATE TABLE act(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL);
        """

    /// Makes the tables in a database that has none of this version; true if it did. In a transaction.
    static func prepare(_ db: Database) throws -> Bool {
        guard try Int32.fetchOne(db, sql: "PRAGMA user_version") != version else { return false }
        try make(db)
        return true
    }

    /// Drops whatever is there and makes the tables anew. In a transaction.
    static func make(_ db: Database) throws {
        let tables = try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for table in tables { try db.execute(sql: "DROP TABLE \(table.quotedDatabaseIdentifier)") }
        try db.execute(sql: Self.tables)
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// Forgets what stands before a place, after a prune. In a transaction.
    static func forget(_ db: Database, before id: Int64, after start: Int64) throws {
        for table in ["event", "result", "part", "turned_away", "act"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE id >= ? AND id < ?", arguments: [start, id])
        }
        try db.execute(sql: "DELETE FROM finding WHERE event >= ? AND event < ?", arguments: [start, id])
        try db.execute(sql: "DELETE FROM exposed WHERE id >= ? AND id < ?", arguments: [start, id])
    }
}
