internal import GRDB
internal import JSONText
internal import Ledger
internal import LedgerReport

/// A filter with the index's numbers in place of its texts; `nil` where a text stands nowhere in the index, so that nothing matches.
struct ResolvedFilter {
    let since: Int64
    let until: Int64
    let decision: LedgerFilter.Decision?
    /// The numbers that may stand in a column; `nil` where any may.
    private let callers: Set<Int64>?
    private let places: Set<Int64>?
    private let policies: Set<Int64>?
    private let model: Int64?
    private let modelPlaces: Set<Int64>?
    private let form: Int64?
    let outcome: Int64?
    let dataClass: Int64?
    let treatment: Int64?
    let request: RequestKey?

    /// Whether findings decide.
    var asksForFindings: Bool { dataClass != nil || treatment != nil }

    init?(_ db: Database, _ filter: LedgerFilter) throws {
        since = filter.since?.milliseconds ?? .min
        until = filter.until?.milliseconds ?? .max
        decision = filter.decision
        func word(_ field: LedgerFilter.Field) throws -> Int64?? {
            guard let text = filter[field] else { return .some(nil) }
            guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM word WHERE text = ?", arguments: [text]) else {
                return nil
            }
            return id
        }
        guard let form = try word(.form), let outcome = try word(.outcome), let dataClass = try word(.dataClass),
            let treatment = try word(.treatment)
        else { return nil }
        self.form = form
        self.outcome = outcome
        self.dataClass = dataClass
        self.treatment = treatment
        if let text = filter[.request] {
            guard let key = RequestKey(text) else { return nil }
            request = key
        } else {
            request = nil
        }
        callers = try Self.callers(db, filter)
        places = try filter[.provider].map {
            try Set(Int64.fetchAll(db, sql: "SELECT id FROM place WHERE provider = ?", arguments: [$0]))
        }
        policies = try filter[.policy].map { try Self.lists(db, "SELECT id, text FROM list", holding: $0) }
        if let text = filter[.model] {
            // No word has the number 0.
            model = try Int64.fetchOne(db, sql: "SELECT id FROM word WHERE text = ?", arguments: [text]) ?? 0
            modelPlaces = try Set(Int64.fetchAll(db, sql: "SELECT id FROM place WHERE model = ?", arguments: [text]))
        } else {
            (model, modelPlaces) = (nil, nil)
        }
        if callers?.isEmpty == true || places?.isEmpty == true || policies?.isEmpty == true { return nil }
    }

    /// Whether a row matches in all that stands in its own columns.
    func admits(_ row: RowCursor) -> Bool {
        let time = row.int(EventColumn.time)
        guard time >= since, time < until else { return false }
        let isDenied = !row.isNull(EventColumn.reason)
        if let decision, (decision == .denied) != isDenied { return false }
        if let callers, !callers.contains(row.int(EventColumn.caller)) { return false }
        if let places, !places.contains(row.int(EventColumn.place)) { return false }
        if let policies, !policies.contains(row.int(EventColumn.policies)) { return false }
        if let form, row.int(EventColumn.form) != form { return false }
        if let outcome, isDenied, row.int(EventColumn.reason) != outcome { return false }
        if let model, row.int(EventColumn.model) != model {
            return modelPlaces?.contains(row.int(EventColumn.place)) ?? false
        }
        return true
    }

    private static func callers(_ db: Database, _ filter: LedgerFilter) throws -> Set<Int64>? {
        let fields: [(String, String)] = [(.principal, "name"), (.tenant, "tenant")].compactMap { field, column in
            filter[field as LedgerFilter.Field].map { (column, $0) }
        }
        guard !fields.isEmpty || filter[.team] != nil else { return nil }
        let conditions = fields.map { "\($0.0) = ?" }.joined(separator: " AND ")
        let sql = "SELECT id, teams FROM caller" + (fields.isEmpty ? "" : " WHERE " + conditions)
        return try lists(db, sql, StatementArguments(fields.map(\.1)), holding: filter[.team])
    }

    /// The numbers of rows whose second column, a JSON array, holds a text.
    private static func lists(
        _ db: Database, _ sql: String, _ arguments: StatementArguments = [], holding text: String?
    ) throws -> Set<Int64> {
        var found: Set<Int64> = []
        for row in try Row.fetchAll(db, sql: sql, arguments: arguments) {
            guard let id = row[0] as Int64?, let list = row[1] as String? else { continue }
            guard let text else {
                found.insert(id)
                continue
            }
            if JSONList.texts(list).contains(text) { found.insert(id) }
        }
        return found
    }
}

/// Lists of texts, which the index keeps as JSON arrays.
enum JSONList {
    static func texts(_ json: String) -> [String] {
        guard let document = try? JSONDocument(parsing: Array(json.utf8)) else { return [] }
        return document.root.elements.compactMap(\.string)
    }
}
