internal import GRDB

/// Texts that the index keeps once, by their numbers. What was looked up stays at hand, but not without bound: callers choose some.
final class IndexWords {
    private enum Bounds {
        /// Texts at hand before they are let go; at up to a few hundred bytes each.
        static let texts = 50_000
    }

    struct Caller: Hashable {
        let tenant: String
        let name: String
        let kind: String
        let teams: String
    }

    struct Place: Hashable {
        let provider: String
        let model: String
        let region: String
        let isInternal: Bool
    }

    private let db: Database
    private var words: [String: Int64] = [:]
    private var lists: [String: Int64] = [:]
    private var callers: [Caller: Int64] = [:]
    private var places: [Place: Int64] = [:]

    /// For one transaction: what is rolled back must not be remembered.
    init(_ db: Database) { self.db = db }

    func word(_ text: String) throws -> Int64 {
        if let id = words[text] { return id }
        let id = try number("word", text)
        if words.count >= Bounds.texts { words.removeAll(keepingCapacity: true) }
        words[text] = id
        return id
    }

    func list(_ text: String) throws -> Int64 {
        if let id = lists[text] { return id }
        let id = try number("list", text)
        if lists.count >= Bounds.texts { lists.removeAll(keepingCapacity: true) }
        lists[text] = id
        return id
    }

    func caller(_ caller: Caller) throws -> Int64 {
        if let id = callers[caller] { return id }
        let arguments: StatementArguments = [caller.tenant, caller.name, caller.kind, caller.teams]
        let id = try find(
            "SELECT id FROM caller WHERE tenant = ? AND name = ? AND kind = ? AND teams = ?",
            "INSERT INTO caller(tenant, name, kind, teams) VALUES (?, ?, ?, ?)", arguments)
        if callers.count >= Bounds.texts { callers.removeAll(keepingCapacity: true) }
        callers[caller] = id
        return id
    }

    func place(_ place: Place) throws -> Int64 {
        if let id = places[place] { return id }
        let arguments: StatementArguments = [place.provider, place.model, place.region, place.isInternal]
        let id = try find(
            "SELECT id FROM place WHERE provider = ? AND model = ? AND region = ? AND internal = ?",
            "INSERT INTO place(provider, model, region, internal) VALUES (?, ?, ?, ?)", arguments)
        if places.count >= Bounds.texts { places.removeAll(keepingCapacity: true) }
        places[place] = id
        return id
    }

    private func number(_ table: String, _ text: String) throws -> Int64 {
        try find("SELECT id FROM \(table) WHERE text = ?", "INSERT INTO \(table)(text) VALUES (?)", [text])
    }

    private func find(_ select: String, _ insert: String, _ arguments: StatementArguments) throws -> Int64 {
        if let id = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: arguments) { return id }
        try db.cachedStatement(sql: insert).execute(arguments: arguments)
        return db.lastInsertedRowID
    }
}
