internal import GRDB
internal import Ledger
public import LedgerReport

extension LedgerIndex {
    /// Adds what matches the filter to a report; several ledgers may be added to one. `check` is asked now and then, what it throws
    /// ends the work.
    public func add(
        to builder: inout ReportBuilder, _ filter: LedgerFilter, check: @escaping () throws -> Void = {}
    ) throws(LedgerIndexError) {
        var sum = builder
        try answering { db in
            let count = try Int.fetchOne(db, sql: "SELECT total(next - first) FROM mark") ?? 0
            sum.addLedger(name, entries: count)
            if !filter.isNarrow { try Self.addOthers(db, filter, &sum) }
            guard let resolved = try ResolvedFilter(db, filter) else { return }
            let numbers = try ReportNumbers(db)
            let again = try Self.requestsTriedAgain(db)
            var seen: Set<RequestKey> = []
            let scan = EventScan(db: db, filter: resolved, check: check)
            try scan.run { event, result, findings in
                var entry = ReportBuilder.Entry()
                entry.time = event.int(EventColumn.time)
                entry.caller = try numbers.caller(event.int(EventColumn.caller), &sum)
                entry.policies = try numbers.policies(event.int(EventColumn.policies), &sum)
                if event.isNull(EventColumn.reason) {
                    entry.place = try numbers.place(event.int(EventColumn.place), &sum)
                    if let gateway = event.optionalInt(EventColumn.gateway) { entry.gateway = gateway }
                    if !again.isEmpty {
                        let request = event.request(EventColumn.request)
                        if again.contains(request) { entry.isNewRequest = seen.insert(request).inserted }
                    }
                    if let result { try Self.take(result, numbers, &sum, &entry) }
                } else {
                    entry.reason = try numbers.word(event.int(EventColumn.reason), &sum)
                }
                sum.add(entry)
                for finding in findings where scan.matches(finding) {
                    sum.addFinding(
                        dataClass: try numbers.word(finding.dataClass, &sum),
                        treatment: try numbers.word(finding.treatment, &sum), count: Int(finding.count))
                }
                return true
            }
        }
        builder = sum
    }

    private static func take(
        _ result: RowCursor, _ numbers: ReportNumbers, _ sum: inout ReportBuilder, _ entry: inout ReportBuilder.Entry
    ) throws {
        entry.outcome = try numbers.word(result.int(ResultColumn.outcome), &sum)
        if let input = result.optionalInt(ResultColumn.input) {
            entry.input = input
            entry.cachedInput = result.int(ResultColumn.cached)
            entry.output = result.int(ResultColumn.output)
        }
        entry.nanoUSD = result.optionalInt(ResultColumn.cost)
        if let firstByte = result.optionalInt(ResultColumn.firstByte) { entry.firstByte = firstByte }
        if let total = result.optionalInt(ResultColumn.total) { entry.total = total }
    }

    /// The few requests that had more than one attempt.
    private static func requestsTriedAgain(_ db: Database) throws -> Set<RequestKey> {
        var found: Set<RequestKey> = []
        let cursor = try RowCursor(db, "SELECT request FROM event INDEXED BY event_again WHERE attempt > 1")
        while try cursor.next() { found.insert(cursor.request(0)) }
        return found
    }

    /// Entries without a principal's request.
    private static func addOthers(_ db: Database, _ filter: LedgerFilter, _ sum: inout ReportBuilder) throws {
        let range = [filter.since?.milliseconds ?? .min, filter.until?.milliseconds ?? .max]
        let reasons = try RowCursor(
            db,
            """
            SELECT kinds.text, reasons.text, sum(count) FROM turned_away JOIN word kinds ON kinds.id = kind
            JOIN word reasons ON reasons.id = reason WHERE time >= ? AND time < ? GROUP BY kind, reason
            """, range)
        while try reasons.next() {
            let reason = sum.word(reasons.text(1))
            if reasons.text(0) == "refused" {
                sum.addRefused(reason: reason, count: Int(reasons.int(2)))
            } else {
                sum.addUnidentified(reason: reason, count: Int(reasons.int(2)))
            }
        }
        let acts = try RowCursor(
            db,
            """
            SELECT word.text, count(*) FROM act JOIN word ON word.id = kind WHERE time >= ? AND time < ?
            GROUP BY kind
            """, range)
        while try acts.next() { sum.addAct(kind: sum.word(acts.text(0)), count: Int(acts.int(1))) }
    }
}

/// The report's numbers for the index's, each looked up once.
private final class ReportNumbers {
    private var words: [Int] = []
    private var callers: [Int] = []
    private var places: [Int] = []
    private var lists: [Int] = []
    private let word: RowCursor
    private let caller: RowCursor
    private let place: RowCursor
    private let list: RowCursor

    init(_ db: Database) throws {
        word = try RowCursor(db, "SELECT text FROM word WHERE id = ?")
        caller = try RowCursor(db, "SELECT tenant, name FROM caller WHERE id = ?")
        place = try RowCursor(db, "SELECT provider, model, region, internal FROM place WHERE id = ?")
        list = try RowCursor(db, "SELECT text FROM list WHERE id = ?")
    }

    func word(_ id: Int64, _ sum: inout ReportBuilder) throws -> Int {
        try number(id, &words, word) { sum.word($0.text(0)) }
    }

    func caller(_ id: Int64, _ sum: inout ReportBuilder) throws -> Int {
        try number(id, &callers, caller) { sum.caller(tenant: $0.text(0), name: $0.text(1)) }
    }

    func place(_ id: Int64, _ sum: inout ReportBuilder) throws -> Int {
        try number(id, &places, place) {
            sum.place(
                LedgerEvent.Place(
                    provider: $0.text(0), model: $0.text(1), region: $0.text(2), isInternal: $0.int(3) != 0))
        }
    }

    func policies(_ id: Int64, _ sum: inout ReportBuilder) throws -> Int {
        try number(id, &lists, list) { sum.policies(JSONList.texts($0.text(0))) }
    }

    private func number(
        _ id: Int64, _ known: inout [Int], _ cursor: RowCursor, _ make: (RowCursor) -> Int
    ) throws -> Int {
        let index = Int(id)
        if index < known.count, known[index] >= 0 { return known[index] }
        if index >= known.count {
            known.append(contentsOf: repeatElement(-1, count: index + 1 - known.count + known.count / 2))
        }
        cursor.reset()
        cursor.bind(1, id)
        defer { cursor.reset() }
        _ = try cursor.next()
        known[index] = make(cursor)
        return known[index]
    }
}
