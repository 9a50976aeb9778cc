internal import GRDB
internal import LedgerReport

/// The columns that `EventScan` reads of `event`.
enum EventColumn {
    static let names =
        "id, time, caller, place, form, policies, reason, gateway, model, attempt, request, operation, client, status, strategy"
    static let id: Int32 = 0
    static let time: Int32 = 1
    static let caller: Int32 = 2
    static let place: Int32 = 3
    static let form: Int32 = 4
    static let policies: Int32 = 5
    static let reason: Int32 = 6
    static let gateway: Int32 = 7
    static let model: Int32 = 8
    static let attempt: Int32 = 9
    static let request: Int32 = 10
    static let operation: Int32 = 11
    static let client: Int32 = 12
    static let status: Int32 = 13
    static let strategy: Int32 = 14
}

/// The columns that `EventScan` reads of `result`.
enum ResultColumn {
    static let names = "id, outcome, status, input, cached, output, cost, first_byte, total, sent"
    static let outcome: Int32 = 1
    static let status: Int32 = 2
    static let input: Int32 = 3
    static let cached: Int32 = 4
    static let output: Int32 = 5
    static let cost: Int32 = 6
    static let firstByte: Int32 = 7
    static let total: Int32 = 8
    static let sent: Int32 = 9
}

/// One finding, in the index's numbers.
struct FindingRow {
    let dataClass: Int64
    let place: Int64
    let treatment: Int64
    let count: Int64
}

/// Walks over attempts and denials that match, with their results and findings, in the order of the ledger or against it. Three
/// cursors go side by side, so that each table is read once.
struct EventScan {
    let db: Database
    let filter: ResolvedFilter
    var newestFirst = false
    /// Asked now and then; what it throws ends the walk.
    var check: () throws -> Void = {}

    private enum Bounds {
        /// Rows between two checks.
        static let rows = 2_048
    }

    /// Gives `body` the event's row, its result's row or `nil`, and its findings; false ends the walk.
    func run(_ body: (RowCursor, RowCursor?, [FindingRow]) throws -> Bool) throws {
        guard let range = try range() else { return }
        let arguments = [range.lowerBound, range.upperBound]
        let order = newestFirst ? "DESC" : "ASC"
        let events = try RowCursor(
            db,
            filter.request == nil
                ? "SELECT \(EventColumn.names) FROM event WHERE id BETWEEN ? AND ? ORDER BY id \(order)"
                : "SELECT \(EventColumn.names) FROM event WHERE id BETWEEN ? AND ? AND request = ? ORDER BY id \(order)",
            arguments)
        if let request = filter.request { events.bind(3, request) }
        var results = Side(
            try RowCursor(
                db, "SELECT \(ResultColumn.names) FROM result WHERE id BETWEEN ? AND ? ORDER BY id \(order)", arguments),
            newestFirst)
        var findings = Side(
            try RowCursor(
                db,
                """
                SELECT event, class, place, treatment, count FROM finding WHERE event BETWEEN ? AND ?
                ORDER BY event \(order), class \(order), place \(order), treatment \(order)
                """, arguments), newestFirst)
        var rows = 0
        var found: [FindingRow] = []
        while try events.next() {
            rows += 1
            if rows.isMultiple(of: Bounds.rows) { try check() }
            guard filter.admits(events) else { continue }
            let id = events.int(EventColumn.id)
            let hasResult = try results.seek(id)
            if let outcome = filter.outcome, events.isNull(EventColumn.reason) {
                guard hasResult, results.cursor.int(ResultColumn.outcome) == outcome else { continue }
            }
            found.removeAll(keepingCapacity: true)
            while try findings.seek(id) {
                let row = findings.cursor
                found.append(
                    FindingRow(dataClass: row.int(1), place: row.int(2), treatment: row.int(3), count: row.int(4)))
                findings.take()
            }
            if newestFirst { found.reverse() }
            if filter.asksForFindings, !found.contains(where: matches) { continue }
            guard try body(events, hasResult ? results.cursor : nil, found) else { return }
        }
    }

    /// Whether a finding is of the class and treatment that are asked for.
    func matches(_ finding: FindingRow) -> Bool {
        (filter.dataClass == nil || finding.dataClass == filter.dataClass)
            && (filter.treatment == nil || finding.treatment == filter.treatment)
    }

    /// The places between which everything of the time that is asked for stands; `nil` where there is nothing.
    private func range() throws -> ClosedRange<Int64>? {
        let cursor: RowCursor
        if let request = filter.request {
            cursor = try RowCursor(db, "SELECT min(id), max(id) FROM event WHERE request = ?")
            cursor.bind(1, request)
        } else if filter.since == .min, filter.until == .max {
            return Int64.min...Int64.max
        } else {
            cursor = try RowCursor(
                db, "SELECT min(id), max(id) FROM event INDEXED BY event_time WHERE time >= ? AND time < ?",
                [filter.since, filter.until])
        }
        guard try cursor.next(), !cursor.isNull(0) else { return nil }
        return cursor.int(0)...cursor.int(1)
    }

    /// A cursor that follows the events', by its first column.
    private struct Side {
        let cursor: RowCursor
        private let newestFirst: Bool
        private var isAtEnd = false
        private var current: Int64?

        init(_ cursor: RowCursor, _ newestFirst: Bool) {
            self.cursor = cursor
            self.newestFirst = newestFirst
        }

        /// Goes on until the row of this event; false where there is none (any more).
        mutating func seek(_ id: Int64) throws -> Bool {
            while !isAtEnd {
                if current == nil {
                    guard try cursor.next() else {
                        isAtEnd = true
                        return false
                    }
                    current = cursor.int(0)
                }
                guard let at = current else { return false }
                if at == id { return true }
                if newestFirst ? at < id : at > id { return false }
                current = nil
            }
            return false
        }

        /// Is done with the current row.
        mutating func take() { current = nil }
    }
}
