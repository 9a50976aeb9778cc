internal import GRDB
private import Glibc
internal import Inference
internal import Limits

/// The SQLite file behind `LimitStore`: two tables, one writer.
final class LimitFile: Sendable {
    let queue: DatabaseQueue

    /// What another process that has the file open is waited for, in seconds: a gateway that is just ending.
    private static let busySeconds = 5.0
    /// 2: tenants are told apart.
    private static let schema = 2

    init(path: String, durability: LimitStore.Durability) throws {
        try Self.close(path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.label = "limits"
        configuration.prepareDatabase { db in
            // One gateway, one file: two that count apart would each spend the whole. `synchronous = FULL` outlives a loss of power to the
            // last commit, but syncs the journal at each: 4 to 7 ms here (a virtual disk), which only 64 requests at once bring below
            // 100 us each, and which the request waits for before the ledger's own sync. Without it the ledger's intents, which are
            // synced, say after a loss of power what had left in those last moments.
            try db.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL");
                    """)
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inTransaction(.immediate) { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard (0...Self.schema).contains(version) else {
                throw DatabaseError(message: "it is of version \(version), this gateway knows \(Self.schema)")
            }
            if version == 1 { try db.execute(sql: "ALTER TABLE amount RENAME TO shared") }
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS amount (
                        kind TEXT NOT NULL, tenant TEXT NOT NULL, name TEXT NOT NULL, measure TEXT NOT NULL,
                        period INTEGER NOT NULL, spent INTEGER NOT NULL, assumed INTEGER NOT NULL,
                        PRIMARY KEY (kind, tenant, name, measure)) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS open (
                        id INTEGER PRIMARY KEY, request TEXT NOT NULL, attempt INTEGER NOT NULL, charges TEXT NOT NULL);
                    DELETE FROM amount WHERE measure IN ('requests_per_minute', 'tokens_per_minute')
                        AND period < unixepoch() - 3456000;
                    PRAGMA user_version = \(Self.schema);
                    """)
            // Of which tenant it was is not known: it stays in none, from where each one's account goes on (`LimitBook`).
            if version == 1 {
                try db.execute(
                    sql: """
                        INSERT INTO amount SELECT kind, '', name, measure, period, spent, assumed FROM shared;
                        DROP TABLE shared;
                        """)
            }
            return .commit
        }
    }

    /// Lets nobody but the owner read it, also one that was made by an older gateway; SQLite gives its other files the rights of this one.
    private static func close(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: reason()) }
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else {
            throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: reason())
        }
        // What a gateway that was killed left behind keeps the rights that it had.
        for other in ["-wal", "-shm"] { chmod(path + other, 0o600) }
    }

    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }

    func content() throws -> LimitStore.Content {
        try queue.read { db in
            let amounts = try Row.fetchAll(db, sql: "SELECT * FROM amount").map { row in
                guard let account = Self.account(row["kind"], row["tenant"], row["name"], row["measure"]) else {
                    throw Self.damaged
                }
                return StoredAmount(
                    account: account, period: row["period"], spent: Money(nanoUSD: row["spent"]),
                    assumed: Money(nanoUSD: row["assumed"]))
            }
            let open = try Row.fetchAll(db, sql: "SELECT * FROM open ORDER BY id").map { row in
                LimitStore.OpenAttempt(
                    id: row["id"], request: row["request"], attempt: row["attempt"],
                    charges: try Self.charges(row["charges"]))
            }
            return LimitStore.Content(amounts: amounts, open: open)
        }
    }

    func write(amounts: [StoredAmount], opened: [LimitStore.OpenAttempt], closed: [Int64]) throws {
        try queue.inTransaction(.immediate) { db in
            if !amounts.isEmpty {
                let put = try db.cachedStatement(sql: "INSERT OR REPLACE INTO amount VALUES (?, ?, ?, ?, ?, ?, ?)")
                for amount in amounts {
                    let (scope, measure) = (amount.account.scope, amount.account.measure)
                    try put.execute(arguments: [
                        scope.kind.word, scope.tenant ?? "", scope.name, measure.rawValue, amount.period,
                        amount.spent.nanoUSD, amount.assumed.nanoUSD,
                    ])
                }
            }
            // What came and went within one batch need not be written.
            let gone = Set(closed)
            let lasting = opened.filter { !gone.contains($0.id) }
            if !lasting.isEmpty {
                let put = try db.cachedStatement(sql: "INSERT OR REPLACE INTO open VALUES (?, ?, ?, ?)")
                for open in lasting {
                    try put.execute(arguments: [open.id, open.request, open.attempt, Self.text(open.charges)])
                }
            }
            if !closed.isEmpty {
                let delete = try db.cachedStatement(sql: "DELETE FROM open WHERE id = ?")
                for id in closed { try delete.execute(arguments: [id]) }
            }
            return .commit
        }
    }

    func close() throws { try queue.close() }

    static func words(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }

    // MARK: - Charges in one column

    // No name has a control character in it: a charge is a line, its parts stand between tabs. Version 1 had no tenants.
    private static func text(_ charges: [StoredCharge]) -> String {
        charges.map { charge in
            let scope = charge.account.scope
            return "\(scope.kind.word)\t\(scope.name)\t\(charge.account.measure.rawValue)\t\(charge.period)\t"
                + "\(charge.amount.nanoUSD)\t\(scope.tenant ?? "")"
        }.joined(separator: "\n")
    }

    private static func charges(_ text: String) throws -> [StoredCharge] {
        try text.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5 || parts.count == 6, let period = Int64(parts[3]), let amount = Int64(parts[4]),
                let account = account(parts[0], parts.count == 6 ? parts[5] : "", parts[1], parts[2])
            else { throw damaged }
            return StoredCharge(account: account, period: period, amount: Money(nanoUSD: amount))
        }
    }

    private static func account(
        _ kind: String, _ tenant: String, _ name: String, _ measure: String
    ) -> LimitAccount? {
        guard let scope = LimitScope(kind: kind, name: name, tenant: tenant.isEmpty ? nil : tenant),
            let measure = LimitMeasure(rawValue: measure)
        else { return nil }
        return LimitAccount(scope: scope, measure: measure)
    }

    private static let damaged = DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it is damaged")
}
