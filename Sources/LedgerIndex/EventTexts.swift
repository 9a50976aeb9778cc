internal import GRDB
internal import Ledger
internal import LedgerReport

/// Puts texts in the place of the index's numbers, for rows that people see. Within one database access.
final class EventTexts {
    private struct Caller {
        let tenant: String
        let name: String
        let teams: [String]
    }

    private enum Bounds {
        /// Texts at hand before they are let go.
        static let texts = 50_000
    }

    private let ledger: String
    private var words: [Int64: String] = [:]
    private var lists: [Int64: [String]] = [:]
    private var callers: [Int64: Caller] = [:]
    private var places: [Int64: LedgerEvent.Place] = [:]
    private let word: RowCursor
    private let list: RowCursor
    private let caller: RowCursor
    private let place: RowCursor
    private let event: RowCursor
    private let result: RowCursor
    private let findings: RowCursor

    init(_ db: Database, ledger: String) throws {
        self.ledger = ledger
        word = try RowCursor(db, "SELECT text FROM word WHERE id = ?")
        list = try RowCursor(db, "SELECT text FROM list WHERE id = ?")
        caller = try RowCursor(db, "SELECT tenant, name, teams FROM caller WHERE id = ?")
        place = try RowCursor(db, "SELECT provider, model, region, internal FROM place WHERE id = ?")
        event = try RowCursor(db, "SELECT \(EventColumn.names) FROM event WHERE id = ?")
        result = try RowCursor(db, "SELECT \(ResultColumn.names) FROM result WHERE id = ?")
        findings = try RowCursor(
            db, "SELECT class, place, treatment, count FROM finding WHERE event = ? ORDER BY class, place, treatment")
    }

    func word(_ id: Int64) throws -> String { try text(id, &words, word) { $0.text(0) } }

    /// The row at a place.
    func event(at id: Int64) throws -> LedgerEvent? {
        for cursor in [event, result, findings] {
            cursor.reset()
            cursor.bind(1, id)
        }
        defer { for cursor in [event, result, findings] { cursor.reset() } }
        guard try event.next() else { return nil }
        var rows: [FindingRow] = []
        while try findings.next() {
            rows.append(
                FindingRow(
                    dataClass: findings.int(0), place: findings.int(1), treatment: findings.int(2),
                    count: findings.int(3)))
        }
        return try event(event, try result.next() ? result : nil, rows)
    }

    /// The row that the cursors stand at.
    func event(_ row: RowCursor, _ result: RowCursor?, _ findings: [FindingRow]) throws -> LedgerEvent {
        var event = LedgerEvent()
        let id = row.int(EventColumn.id)
        event.ledger = ledger
        event.log = IndexSchema.log(id)
        event.sequence = IndexSchema.index(id)
        event.time = LedgerTime(milliseconds: row.int(EventColumn.time))
        event.request = row.request(EventColumn.request).text
        event.attempt = Int(row.int(EventColumn.attempt))
        let caller = try text(row.int(EventColumn.caller), &callers, caller) {
            Caller(tenant: $0.text(0), name: $0.text(1), teams: JSONList.texts($0.text(2)))
        }
        (event.tenant, event.principal, event.teams) = (caller.tenant, caller.name, caller.teams)
        event.client = try word(row.int(EventColumn.client))
        event.operation = try word(row.int(EventColumn.operation))
        event.model = try word(row.int(EventColumn.model))
        event.policies = try text(row.int(EventColumn.policies), &lists, list) { JSONList.texts($0.text(0)) }
        if let reason = row.optionalInt(EventColumn.reason) {
            event.decision = .denied
            event.reason = try word(reason)
            event.status = row.optionalInt(EventColumn.status).map { Int($0) }
        } else {
            event.destination = try text(row.int(EventColumn.place), &places, place) {
                LedgerEvent.Place(
                    provider: $0.text(0), model: $0.text(1), region: $0.text(2), isInternal: $0.int(3) != 0)
            }
            event.form = try word(row.int(EventColumn.form))
            event.strategy = try word(row.int(EventColumn.strategy))
        }
        event.findings = try findings.map {
            LedgerEvent.Finding(
                dataClass: try word($0.dataClass), place: try word($0.place), treatment: try word($0.treatment),
                count: Int($0.count))
        }
        if let result { event.result = try self.result(result) }
        return event
    }

    private func result(_ row: RowCursor) throws -> LedgerEvent.Result {
        var result = LedgerEvent.Result()
        result.outcome = try word(row.int(ResultColumn.outcome))
        result.status = row.optionalInt(ResultColumn.status).map { Int($0) }
        result.input = row.optionalInt(ResultColumn.input).map { Int($0) }
        result.cachedInput = row.optionalInt(ResultColumn.cached).map { Int($0) }
        result.output = row.optionalInt(ResultColumn.output).map { Int($0) }
        result.nanoUSD = row.optionalInt(ResultColumn.cost)
        result.firstByteMicroseconds = row.optionalInt(ResultColumn.firstByte)
        result.totalMicroseconds = row.optionalInt(ResultColumn.total)
        result.bytesSent = row.optionalInt(ResultColumn.sent).map { Int($0) }
        return result
    }

    private func text<Value>(
        _ id: Int64, _ known: inout [Int64: Value], _ cursor: RowCursor, _ make: (RowCursor) -> Value
    ) throws -> Value {
        if let value = known[id] { return value }
        cursor.reset()
        cursor.bind(1, id)
        defer { cursor.reset() }
        _ = try cursor.next()
        let value = make(cursor)
        if known.count >= Bounds.texts { known.removeAll(keepingCapacity: true) }
        known[id] = value
        return value
    }
}
