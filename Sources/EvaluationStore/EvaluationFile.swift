internal import Cryptography
internal import Evaluation
internal import GRDB
internal import Inference

/// The SQLite file behind `EvaluationStore`. Every commit is synced to the disk: what is acknowledged was paid for.
final class EvaluationFile: Sendable {
    let pool: DatabasePool

    private static let schema = 1
    private static let busySeconds = 30.0

    init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.label = "evaluations"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeInTransaction(.immediate) { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard version == 0 || version == Self.schema else {
                throw DatabaseError(message: "it is of version \(version), this program knows \(Self.schema)")
            }
            try db.execute(sql: Self.tables)
            return .commit
        }
    }

    private static let tables = """
        CREATE TABLE IF NOT EXISTS run (
            number INTEGER PRIMARY KEY AUTOINCREMENT, suite TEXT NOT NULL, plan TEXT NOT NULL, began INTEGER NOT NULL,
            seed INTEGER NOT NULL, policy TEXT NOT NULL, baseline INTEGER NOT NULL, state TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS candidate (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, place INTEGER NOT NULL, name TEXT NOT NULL,
            model TEXT NOT NULL, method TEXT NOT NULL, dropped INTEGER, PRIMARY KEY (run, place)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS test (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, place INTEGER NOT NULL, id TEXT NOT NULL,
            tags TEXT NOT NULL, expected TEXT NOT NULL, PRIMARY KEY (run, place)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS answer (
            digest TEXT NOT NULL, generation INTEGER NOT NULL, run INTEGER NOT NULL, text TEXT NOT NULL,
            calls TEXT NOT NULL, refusal INTEGER NOT NULL, microseconds INTEGER, cost INTEGER, input INTEGER,
            output INTEGER, destination TEXT NOT NULL, request TEXT NOT NULL, prompt TEXT NOT NULL,
            PRIMARY KEY (digest, generation)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS answer_run ON answer (run, cost);
        CREATE TABLE IF NOT EXISTS intent (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, key TEXT NOT NULL, digest TEXT NOT NULL,
            most INTEGER, lost INTEGER NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS result (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, candidate INTEGER NOT NULL,
            test INTEGER NOT NULL, record TEXT NOT NULL, digest TEXT, PRIMARY KEY (run, candidate, test)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """

    static func words(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }

    func write(_ changes: [EvaluationStore.Change]) throws {
        try pool.writeInTransaction(.immediate) { db in
            for change in changes { try Self.write(change, db) }
            return .commit
        }
    }

    private static func write(_ change: EvaluationStore.Change, _ db: Database) throws {
        switch change {
        case .intend(let run, let intent):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO intent VALUES (?,?,?,?,0)")
                .execute(arguments: [run, intent.key, intent.digest.hex, intent.most?.nanoUSD])
        case .withdraw(let run, let key):
            try db.cachedStatement(sql: "DELETE FROM intent WHERE run = ? AND key = ?").execute(arguments: [run, key])
        case .lose(let run, let key):
            try db.cachedStatement(sql: "UPDATE intent SET lost = 1 WHERE run = ? AND key = ?")
                .execute(arguments: [run, key])
        case .answer(let run, let generation, let digest, let key, let stored):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
                .execute(arguments: arguments(run, generation, digest, stored))
            try db.cachedStatement(sql: "DELETE FROM intent WHERE run = ? AND key = ?").execute(arguments: [run, key])
        case .result(let run, let candidate, let test, let record, let digest):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO result VALUES (?,?,?,?,?)")
                .execute(arguments: [run, candidate, test, String(decoding: record, as: UTF8.self), digest?.hex])
        case .drop(let run, let candidate, let cases):
            try db.cachedStatement(sql: "UPDATE candidate SET dropped = ? WHERE run = ? AND place = ?")
                .execute(arguments: [cases, run, candidate])
        case .end(let run, let state):
            try db.cachedStatement(sql: "UPDATE run SET state = ? WHERE number = ?")
                .execute(arguments: [state.rawValue, run])
        }
    }

    private static func arguments(
        _ run: Int64, _ generation: Int64, _ digest: Digest32, _ stored: StoredAnswer
    ) -> StatementArguments {
        let answer = stored.answer
        let microseconds = answer.latencyMilliseconds.flatMap { Int64(exactly: ($0 * 1_000).rounded()) }
        return [
            digest.hex, generation, run, answer.text, answer.toolCallsText, answer.isMarkedRefusal, microseconds,
            answer.cost?.nanoUSD, answer.usage?.input, answer.usage?.output, stored.destination, stored.request,
            stored.prompt,
        ]
    }

    func answer(_ digest: Digest32, generation: Int64) throws -> StoredAnswer? {
        try pool.read { db in
            let find = try db.cachedStatement(sql: "SELECT * FROM answer WHERE digest = ? AND generation = ?")
            return try Row.fetchOne(find, arguments: [digest.hex, generation]).map(Self.stored)
        }
    }

    private static func stored(_ row: Row) -> StoredAnswer {
        var answer = Answer(row["text"])
        answer.toolCalls = Answer.toolCalls(row["calls"])
        answer.isMarkedRefusal = row["refusal"]
        answer.latencyMilliseconds = (row["microseconds"] as Int64?).map { Double($0) / 1_000 }
        answer.cost = (row["cost"] as Int64?).map { Money(nanoUSD: $0) }
        if let input = row["input"] as Int?, let output = row["output"] as Int? {
            answer.usage = TokenUsage(input: input, output: output)
        }
        return StoredAnswer(
            answer, destination: row["destination"], request: row["request"], prompt: row["prompt"])
    }
}
