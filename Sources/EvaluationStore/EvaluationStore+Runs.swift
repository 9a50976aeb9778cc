public import Cryptography
internal import GRDB
public import Inference
internal import JSONText

extension EvaluationStore {
    /// What is known of a run that goes on.
    public struct Progress: Sendable {
        /// Its number.
        public let run: Int64
        /// Requests that were under way when it stopped, by what their answers will be kept under.
        public let underWay: [Digest32: StoredIntent]
        /// What it has spent so far, requests whose answers were lost counted at their most; those under way left out.
        public let spent: Money
        /// Whether the cost of something that it paid for is not known.
        public let hasUnknownCosts: Bool
        /// Answers that it has paid for.
        public let answers: Int
        /// Whether it is a run that had begun before.
        public let isResumed: Bool
    }

    /// Keeps a new run, or goes on with the last one of the same plan, if that has not finished. Blocks.
    /// `usesOldAnswers`: those of earlier runs count.
    public func begin(
        _ run: StoredRun, anew: Bool = false, usesOldAnswers: Bool = true
    ) throws(EvaluationStoreError) -> Progress {
        try reading { file in
            try file.pool.write { db in
                let last = try Row.fetchOne(
                    db, sql: "SELECT number, state FROM run WHERE plan = ? ORDER BY number DESC LIMIT 1",
                    arguments: [run.plan.hex])
                if !anew, let last, (last["state"] as String) != StoredRun.State.finished.rawValue {
                    let number: Int64 = last["number"]
                    try db.execute(sql: "UPDATE run SET state = 'open' WHERE number = ?", arguments: [number])
                    try file.learnPlaces(generation: usesOldAnswers ? 0 : number, db)
                    return try Self.progress(number, db)
                }
                let number = try Self.insert(run, db)
                if usesOldAnswers { try file.learnPlaces(generation: 0, db) }
                return Progress(
                    run: number, underWay: [:], spent: Money(nanoUSD: 0), hasUnknownCosts: false, answers: 0,
                    isResumed: false)
            }
        }
    }

    private static func insert(_ run: StoredRun, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO run (suite, plan, began, seed, policy, baseline, state) VALUES (?,?,?,?,?,?,'open')",
            arguments: [
                run.suite, run.plan.hex, run.began, Int64(bitPattern: run.seed), run.policyHash, run.baseline,
            ])
        let number = db.lastInsertedRowID
        for (place, candidate) in run.candidates.enumerated() {
            try db.cachedStatement(sql: "INSERT INTO candidate VALUES (?,?,?,?,?,NULL)")
                .execute(arguments: [number, place, candidate.name, candidate.model, candidate.method])
        }
        for (place, test) in run.tests.enumerated() {
            try db.cachedStatement(sql: "INSERT INTO test VALUES (?,?,?,?,?)")
                .execute(arguments: [number, place, test.id, Self.text(test.tags), Self.text(test.expected)])
        }
        return number
    }

    private static func progress(_ number: Int64, _ db: Database) throws -> Progress {
        var underWay: [Digest32: StoredIntent] = [:]
        var lost: Int64 = 0
        for row in try Row.fetchAll(db, sql: "SELECT * FROM intent WHERE run = ?", arguments: [number]) {
            let most: Int64? = row["most"]
            if row["lost"] as Bool {
                lost = lost.addingReportingOverflow(most ?? 0).partialValue
            } else if let digest = Digest32(hex: row["digest"] as String) {
                underWay[digest] = StoredIntent(
                    digest: digest, key: row["key"], most: most.map { Money(nanoUSD: $0) })
            }
        }
        let sums = try Row.fetchOne(
            db, sql: "SELECT count(*) AS answers, count(cost) AS known, total(cost) AS cost FROM answer WHERE run = ?",
            arguments: [number])
        let answers: Int = sums?["answers"] ?? 0
        let cost: Double = sums?["cost"] ?? 0
        return Progress(
            run: number, underWay: underWay, spent: Money(nanoUSD: Int64(cost) + lost),
            hasUnknownCosts: (sums?["known"] ?? 0) < answers, answers: answers,
            isResumed: true)
    }

    /// Which cases of a run have results, by candidate and case.
    public func results(of run: Int64) throws(EvaluationStoreError) -> [Int: [Int: [UInt8]]] {
        try reading { file in
            try file.pool.read { db in
                var results: [Int: [Int: [UInt8]]] = [:]
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT candidate, test, record FROM result WHERE run = ?", arguments: [run])
                while let row = try rows.next() {
                    results[row["candidate"], default: [:]][row["test"]] = Array((row["record"] as String).utf8)
                }
                return results
            }
        }
    }

    static func text(_ list: [String]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for text in list { writer.string(text) }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    static func list(_ text: String) -> [String] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)) else { return [] }
        return document.root.elements.compactMap(\.string)
    }
}
