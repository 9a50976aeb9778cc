internal import Cryptography
internal import Evaluation
public import EvaluationReport
internal import GRDB
internal import Inference

extension EvaluationStore {
    /// A run in one line.
    public struct Listed: Sendable {
        /// Its number.
        public let number: Int64
        /// The suite's name.
        public let suite: String
        /// When it began, RFC 3339.
        public let startedAt: String
        /// How it stands.
        public let state: StoredRun.State
        /// How many candidates it has.
        public let candidates: Int
        /// How many cases it has.
        public let cases: Int
    }

    /// The runs, the newest first.
    public func runs(limit: Int = 100) throws(EvaluationStoreError) -> [Listed] {
        try reading { file in
            try file.pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT *, (SELECT count(*) FROM candidate WHERE run = number) AS candidates,
                            (SELECT count(*) FROM test WHERE run = number) AS tests
                        FROM run ORDER BY number DESC LIMIT ?
                        """, arguments: [limit]
                ).map { row in
                    Listed(
                        number: row["number"], suite: row["suite"], startedAt: Self.time(row["began"]),
                        state: StoredRun.State(rawValue: row["state"]) ?? .open, candidates: row["candidates"],
                        cases: row["tests"])
                }
            }
        }
    }

    /// A run with all its results; `nil` as number: the last one. `nil` where there is none.
    public func record(of number: Int64?) throws(EvaluationStoreError) -> RunRecord? {
        try reading { file in
            try file.pool.read { db in
                let row =
                    if let number {
                        try Row.fetchOne(db, sql: "SELECT * FROM run WHERE number = ?", arguments: [number])
                    } else {
                        try Row.fetchOne(db, sql: "SELECT * FROM run ORDER BY number DESC LIMIT 1")
                    }
                return try row.map { try record($0, db) }
            }
        }
    }

    private func record(_ run: Row, _ db: Database) throws -> RunRecord {
        let number: Int64 = run["number"]
        var cases: [RunRecord.Case] = []
        for row in try Row.fetchAll(
            db, sql: "SELECT id, tags FROM test WHERE run = ? ORDER BY place", arguments: [number])
        {
            cases.append(RunRecord.Case(id: row["id"], tags: Self.list(row["tags"])))
        }
        let entrants = try Row.fetchAll(
            db, sql: "SELECT * FROM candidate WHERE run = ? ORDER BY place", arguments: [number])
        var results: [[CaseResult?]] = Array(
            repeating: Array(repeating: nil, count: cases.count), count: entrants.count)
        let rows = try Row.fetchCursor(
            db, sql: "SELECT candidate, test, record FROM result WHERE run = ?", arguments: [number])
        while let row = try rows.next() {
            let (candidate, test): (Int, Int) = (row["candidate"], row["test"])
            guard results.indices.contains(candidate), cases.indices.contains(test) else { continue }
            results[candidate][test] = CaseResult(
                record: Array((row["record"] as String).utf8), caseID: cases[test].id, tags: cases[test].tags)
        }
        let state: RunRecord.State =
            switch StoredRun.State(rawValue: run["state"]) {
            case .finished: .finished
            case .spent: .spent
            default: .interrupted
            }
        return RunRecord(
            id: String(number), suite: run["suite"], startedAt: Self.time(run["began"]),
            seed: UInt64(bitPattern: run["seed"]), policyHash: run["policy"], state: state, cases: cases,
            contestants: zip(entrants, results).map { row, results in
                RunRecord.Contestant(
                    name: row["name"], model: row["model"], method: row["method"], results: results,
                    droppedAfter: row["dropped"])
            }, baseline: run["baseline"]
        ) { contestant, test in self.texts(number, contestant, test) }
    }

    private func texts(_ run: Int64, _ candidate: Int, _ test: Int) -> RunRecord.Texts? {
        try? file.pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT test.expected, answer.prompt, answer.text, answer.calls FROM test
                        LEFT JOIN result ON result.run = test.run AND result.test = test.place AND result.candidate = ?
                        LEFT JOIN answer ON answer.number = result.answer
                        WHERE test.run = ? AND test.place = ?
                        """, arguments: [candidate, run, test])
            else { return nil }
            let (text, calls): (String?, String?) = (row["text"], row["calls"])
            return RunRecord.Texts(
                prompt: row["prompt"] ?? "", expected: Self.list(row["expected"]),
                answer: text.map { $0 + (calls.map { $0.isEmpty ? "" : "\n\($0)" } ?? "") })
        }
    }

    private static func time(_ seconds: Int64) -> String { Timestamp.text(seconds) }
}
