internal import Cryptography
internal import Evaluation
internal import GRDB
internal import Inference
private import Synchronization

/// The SQLite file behind `EvaluationStore`. Every commit is synced to the disk: what is acknowledged was paid for.
///
/// Answers stand in the order in which they came, so that a commit writes few pages; where each stands is in memory.
final class EvaluationFile: Sendable {
    typealias AnswerKey = EvaluationStore.AnswerKey

    let pool: DatabasePool
    private let places = Mutex<[AnswerKey: Int64]>([:])

    private static let schema = 2
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
            guard (0...Self.schema).contains(version) else {
                throw DatabaseError(message: "it is of version \(version), this program knows \(Self.schema)")
            }
            if version == 1 { try db.execute(sql: Self.leavingFirst) }
            try db.execute(sql: Self.tables)
            if version == 1 { try db.execute(sql: Self.takingFirst) }
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
            number INTEGER PRIMARY KEY, digest TEXT NOT NULL, generation INTEGER NOT NULL, run INTEGER NOT NULL,
            text TEXT NOT NULL, calls TEXT NOT NULL, refusal INTEGER NOT NULL, microseconds INTEGER, cost INTEGER,
            input INTEGER, output INTEGER, destination TEXT NOT NULL, request TEXT NOT NULL, prompt TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS answer_run ON answer (run, cost);
        CREATE TABLE IF NOT EXISTS intent (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, key TEXT NOT NULL, digest TEXT NOT NULL,
            most INTEGER, lost INTEGER NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS result (
            run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, candidate INTEGER NOT NULL,
            test INTEGER NOT NULL, record TEXT NOT NULL, answer INTEGER, PRIMARY KEY (run, candidate, test)) WITHOUT ROWID;
        PRAGMA user_version = 2;
        """

    /// Files of version 1 had answers by their digests, and results that named those.
    private static let leavingFirst = """
        ALTER TABLE answer RENAME TO answer_1;
        ALTER TABLE result RENAME TO result_1;
        DROP INDEX answer_run;
        """
    private static let takingFirst = """
        INSERT INTO answer SELECT NULL, * FROM answer_1 ORDER BY run;
        CREATE INDEX answer_digest ON answer (digest);
        INSERT INTO result SELECT run, candidate, test, record, (
            SELECT number FROM answer WHERE answer.digest = result_1.digest AND generation IN (0, result_1.run)
            ORDER BY generation DESC LIMIT 1) FROM result_1;
        DROP INDEX answer_digest;
        DROP TABLE answer_1;
        DROP TABLE result_1;
        """

    static func words(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }

    func write(_ changes: [EvaluationStore.Change]) throws {
        var added: [AnswerKey: Int64] = [:]
        try pool.writeInTransaction(.immediate) { db in
            for change in changes { try write(change, &added, db) }
            return .commit
        }
        places.withLock { $0.merge(added) { $1 } }
    }

    private func write(_ change: EvaluationStore.Change, _ added: inout [AnswerKey: Int64], _ db: Database) throws {
        switch change {
        case .intend(let run, let intent):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO intent VALUES (?,?,?,?,0)")
                .execute(arguments: [run, intent.key, intent.digest.hex, intent.most?.nanoUSD])
        case .withdraw(let run, let key):
            try db.cachedStatement(sql: "DELETE FROM intent WHERE run = ? AND key = ?").execute(arguments: [run, key])
        case .lose(let run, let key):
            try db.cachedStatement(sql: "UPDATE intent SET lost = 1 WHERE run = ? AND key = ?")
                .execute(arguments: [run, key])
        case .answer(let run, let key, let intent, let stored):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
                .execute(arguments: Self.arguments(place(of: key), run, key, stored))
            added[key] = db.lastInsertedRowID
            try db.cachedStatement(sql: "DELETE FROM intent WHERE run = ? AND key = ?").execute(
                arguments: [run, intent])
        case .result(let run, let candidate, let test, let record, let key):
            let answer = key.flatMap { added[$0] ?? place(of: $0) }
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO result VALUES (?,?,?,?,?)")
                .execute(arguments: [run, candidate, test, String(decoding: record, as: UTF8.self), answer])
        case .drop(let run, let candidate, let cases):
            try db.cachedStatement(sql: "UPDATE candidate SET dropped = ? WHERE run = ? AND place = ?")
                .execute(arguments: [cases, run, candidate])
        case .end(let run, let state):
            try db.cachedStatement(sql: "UPDATE run SET state = ? WHERE number = ?")
                .execute(arguments: [state.rawValue, run])
        }
    }

    private static func arguments(
        _ place: Int64?, _ run: Int64, _ key: AnswerKey, _ stored: StoredAnswer
    ) -> StatementArguments {
        let answer = stored.answer
        let microseconds = answer.latencyMilliseconds.flatMap { Int64(exactly: ($0 * 1_000).rounded()) }
        return [
            place, key.digest.hex, key.generation, run, answer.text, answer.toolCallsText, answer.isMarkedRefusal,
            microseconds, answer.cost?.nanoUSD, answer.usage?.input, answer.usage?.output, stored.destination,
            stored.request, stored.prompt,
        ]
    }

    private func place(of key: AnswerKey) -> Int64? { places.withLock { $0[key] } }

    /// Learns where the answers of a generation stand.
    func learnPlaces(generation: Int64, _ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT digest, number FROM answer WHERE generation = ?", arguments: [generation])
        var found: [AnswerKey: Int64] = [:]
        while let row = try rows.next() {
            guard let digest = Digest32(hex: row["digest"] as String) else { continue }
            found[AnswerKey(digest, generation: generation)] = row["number"]
        }
        places.withLock { $0.merge(found) { $1 } }
    }

    func answer(_ key: AnswerKey) throws -> StoredAnswer? {
        guard let place = place(of: key) else { return nil }
        return try pool.read { db in
            let find = try db.cachedStatement(sql: "SELECT * FROM answer WHERE number = ?")
            return try Row.fetchOne(find, arguments: [place]).map(Self.stored)
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
