internal import GRDB
internal import Ledger
public import LedgerReport
public import LedgerStore

extension LedgerIndex {
    /// Attempts and denials that match, the newest first, at most `limit`.
    public func events(
        _ filter: LedgerFilter, limit: Int, check: @escaping () throws -> Void = {}
    ) throws(LedgerIndexError) -> [LedgerEvent] {
        var found: [LedgerEvent] = []
        try answering { db in
            guard limit > 0, let resolved = try ResolvedFilter(db, filter) else { return }
            let texts = try EventTexts(db, ledger: name)
            try EventScan(db: db, filter: resolved, newestFirst: true, check: check).run { event, result, findings in
                found.append(try texts.event(event, result, findings))
                return found.count < limit
            }
        }
        return found
    }

    /// Gives `body` what matches, the newest first, without holding it, until it says no.
    public func forEach(
        _ filter: LedgerFilter, _ body: (LedgerEvent) throws -> Bool
    ) throws(LedgerIndexError) {
        try answering { db in
            guard let resolved = try ResolvedFilter(db, filter) else { return }
            let texts = try EventTexts(db, ledger: name)
            try EventScan(db: db, filter: resolved, newestFirst: true).run { event, result, findings in
                try body(try texts.event(event, result, findings))
            }
        }
    }

    /// An attempt in which values left whose fingerprints were asked for.
    public struct Exposed: Hashable, Sendable {
        /// The attempt.
        public let event: LedgerEvent
        /// Of which class and in which form: `raw`, `surrogate` …
        public let dataClass: String
        /// How it left.
        public let treatment: String
    }

    /// Every attempt in which one of these values left, the oldest first.
    public func exposures(of fingerprints: [Fingerprint128]) throws(LedgerIndexError) -> [Exposed] {
        try answering { db in
            struct Hit: Hashable {
                let event: Int64
                let dataClass: Int64
                let treatment: Int64
            }
            var hits: Set<Hit> = []
            let cursor = try RowCursor(
                db,
                """
                SELECT coalesce(event.id, exposed.id), class, treatment FROM exposed
                LEFT JOIN part ON part.id = exposed.id
                LEFT JOIN event ON event.request = part.request AND event.attempt = part.attempt
                WHERE fingerprint = ?
                """)
            for fingerprint in fingerprints {
                cursor.reset()
                cursor.bind(1, fingerprint.bytes)
                while try cursor.next() {
                    hits.insert(Hit(event: cursor.int(0), dataClass: cursor.int(1), treatment: cursor.int(2)))
                }
            }
            let texts = try EventTexts(db, ledger: name)
            return try hits.sorted { ($0.event, $0.dataClass, $0.treatment) < ($1.event, $1.dataClass, $1.treatment) }
                .compactMap { hit in
                    guard let event = try texts.event(at: hit.event) else { return nil }
                    return Exposed(
                        event: event, dataClass: try texts.word(hit.dataClass),
                        treatment: try texts.word(hit.treatment))
                }
        }
    }

    /// Where all that the ledger says of a request stands, in order: its intents, their results, or its denial.
    public func positions(ofRequest request: String) throws(LedgerIndexError) -> [LedgerPosition] {
        guard let key = RequestKey(request) else { return [] }
        return try answering { db in
            var ids: [Int64] = []
            for sql in [
                "SELECT id FROM event WHERE request = ?",
                "SELECT entry FROM result WHERE id IN (SELECT id FROM event WHERE request = ?)",
            ] {
                let cursor = try RowCursor(db, sql)
                cursor.bind(1, key)
                while try cursor.next() { ids.append(cursor.int(0)) }
            }
            return ids.sorted().map { LedgerPosition(log: IndexSchema.log($0), index: IndexSchema.index($0)) }
        }
    }

    /// What filters may offer of what stands in the index: principals, providers and models, each sorted, a thousand at most.
    public func choices() throws(LedgerIndexError) -> PageChoices {
        try answering { db in
            var choices = PageChoices()
            choices.principals = try String.fetchAll(
                db, sql: "SELECT DISTINCT name FROM caller ORDER BY name LIMIT 1000")
            choices.providers = try String.fetchAll(db, sql: "SELECT DISTINCT provider FROM place ORDER BY provider")
            choices.models = try String.fetchAll(db, sql: "SELECT DISTINCT model FROM place ORDER BY model LIMIT 1000")
            return choices
        }
    }
}
