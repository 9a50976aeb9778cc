internal import GRDB
public import Inference
public import Ledger
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

    /// Every attempt in which one of these values left, in the order of the ledger.
    public func exposures(of fingerprints: [ValueFingerprint]) throws(LedgerIndexError) -> [SubjectExposure] {
        try answering { db in
            let texts = try EventTexts(db, ledger: name)
            var ways: [Int64: Set<SubjectExposure.Way>] = [:]
            let cursor = try RowCursor(
                db,
                """
                SELECT coalesce(event.id, exposed.id), class, treatment FROM exposed
                LEFT JOIN part ON part.id = exposed.id
                LEFT JOIN event ON event.request = part.request AND event.attempt = part.attempt
                WHERE fingerprint = ?
                """)
            for fingerprint in Set(fingerprints) {
                cursor.reset()
                cursor.bind(1, RequestKey(high: fingerprint.high, low: fingerprint.low))
                while try cursor.next() {
                    let way = SubjectExposure.Way(
                        dataClass: try texts.word(cursor.int(1)), treatment: try texts.word(cursor.int(2)))
                    ways[cursor.int(0), default: []].insert(way)
                }
            }
            return try ways.sorted { $0.key < $1.key }.compactMap { id, ways in
                try texts.event(at: id).flatMap { SubjectExposure($0, ways: ways.sorted()) }
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

extension SubjectExposure {
    /// What the index knows of an attempt; `nil` for a denial, of which nothing left.
    fileprivate init?(_ event: LedgerEvent, ways: [Way]) {
        guard let destination = event.destination else { return nil }
        self.init(
            log: event.log, sequence: event.sequence, time: event.time.description, request: event.request,
            attempt: event.attempt, principal: event.principal, tenant: event.tenant, provider: destination.provider,
            model: destination.model, region: destination.region.isEmpty ? nil : destination.region,
            isInternal: destination.isInternal, form: event.form, ways: ways, outcome: event.result?.outcome,
            bytesSent: event.result?.bytesSent)
    }
}
