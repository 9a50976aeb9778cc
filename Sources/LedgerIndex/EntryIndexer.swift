internal import GRDB
internal import Inference
internal import JSONText
internal import Ledger

/// Writes entries into the tables, within one transaction. What it does not know it passes over: the log is the truth, and
/// later schemas may say more than this index asks for. Writing an entry again changes nothing.
final class EntryIndexer {
    private struct Attempt: Hashable {
        let request: RequestKey
        let number: Int64
    }

    private enum Bounds {
        /// Intents of this transaction that are kept at hand for their results.
        static let intents = 100_000
    }

    private let words: IndexWords
    private var event: RowWriter
    private var result: RowWriter
    private var finding: RowWriter
    private var exposed: RowWriter
    private var part: RowWriter
    private var turnedAway: RowWriter
    private var act: RowWriter
    private let earlier: RowCursor
    private var intents: [Attempt: Int64] = [:]
    private let nothing: Int64
    private let unscannable: Int64
    private let raw: Int64

    init(_ db: Database) throws {
        words = IndexWords(db)
        event = try RowWriter(db, "INSERT OR REPLACE INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        result = try RowWriter(db, "INSERT OR REPLACE INTO result VALUES (?,?,?,?,?,?,?,?,?,?,?)")
        finding = try RowWriter(
            db, "INSERT INTO finding VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET count = excluded.count")
        exposed = try RowWriter(db, "INSERT OR IGNORE INTO exposed VALUES (?,?,?,?)")
        part = try RowWriter(db, "INSERT OR REPLACE INTO part VALUES (?,?,?)")
        turnedAway = try RowWriter(db, "INSERT OR REPLACE INTO turned_away VALUES (?,?,?,?,?)")
        act = try RowWriter(db, "INSERT OR REPLACE INTO act VALUES (?,?,?)")
        earlier = try RowCursor(db, "SELECT id FROM event WHERE request = ? AND attempt = ?")
        nothing = try words.word("")
        unscannable = try words.word("unscannable")
        raw = try words.word("raw")
    }

    /// Takes an entry at its place; false where it is no entry that can be read.
    func add(_ id: Int64, _ bytes: UnsafeRawBufferPointer) throws -> Bool {
        guard let document = try? JSONDocument(copying: bytes), document.root.kind == .object,
            let kind = document.root["kind"]?.string,
            let time = document.root["time"]?.string.flatMap(LedgerTime.init)?.milliseconds
        else { return false }
        let entry = document.root
        switch kind {
        case "intent": return try addIntent(id, time, entry)
        case "cached": return try addCached(id, time, entry)
        case "denied": return try addDenied(id, time, entry)
        case "result": return try addResult(id, entry)
        case "exposure": return try addExposure(id, entry)
        case "unidentified", "refused": try addTurnedAway(id, time, kind, entry)
        default:
            act.add(id)
            act.add(time)
            act.add(try words.word(kind))
            try act.write()
        }
        return true
    }

    // MARK: Kinds

    private func addIntent(_ id: Int64, _ time: Int64, _ entry: JSONValue) throws -> Bool {
        guard let request = Self.request(entry), let destination = entry["destination"] else { return false }
        let number = try addPermitted(id, time, request, destination, entry)
        try addFindings(id, entry, form: Self.text(entry["form"]))
        if let exposed = entry["exposed"] { try addExposed(id, exposed) }
        if intents.count >= Bounds.intents { intents.removeAll(keepingCapacity: true) }
        intents[Attempt(request: request, number: number)] = id
        return true
    }

    /// An answer from the cache is an attempt that has ended and of which nothing left.
    private func addCached(_ id: Int64, _ time: Int64, _ entry: JSONValue) throws -> Bool {
        guard let request = Self.request(entry), let destination = entry["destination"] else { return false }
        _ = try addPermitted(id, time, request, destination, entry)
        try addFindings(id, entry, form: nil)
        result.add(id)
        result.add(try words.word("cached"))
        for _ in 0..<4 { result.addNull() }
        result.add(0)
        for _ in 0..<2 { result.addNull() }
        result.add(0)
        result.add(id)
        try result.write()
        return true
    }

    /// The event of what policy permits; its attempt.
    private func addPermitted(
        _ id: Int64, _ time: Int64, _ request: RequestKey, _ destination: JSONValue, _ entry: JSONValue
    ) throws -> Int64 {
        let number = Self.int(entry["attempt"]) ?? 1
        event.add(id)
        event.add(time)
        event.add(request)
        event.add(number)
        event.add(try caller(entry["principal"]))
        event.add(
            try words.place(
                IndexWords.Place(
                    provider: Self.text(destination["provider"]), model: Self.text(destination["model"]),
                    region: Self.text(destination["region"]), isInternal: destination["internal"]?.bool ?? false)))
        event.add(try words.word(Self.text(entry["form"])))
        event.add(try words.list(entry["policies"].map(Self.written) ?? "[]"))
        event.addNull()
        event.add(Self.gateway(entry["stages_us"]))
        try addAsked(entry)
        event.addNull()
        event.add(try words.word(Self.text(entry["route"]?["strategy"])))
        try event.write()
        return number
    }

    private func addDenied(_ id: Int64, _ time: Int64, _ entry: JSONValue) throws -> Bool {
        guard let request = Self.request(entry) else { return false }
        event.add(id)
        event.add(time)
        event.add(request)
        event.add(0)
        event.add(try caller(entry["principal"]))
        event.addNull()
        event.addNull()
        event.add(try words.list(Self.policies(ofConsidered: entry["considered"])))
        event.add(try words.word(Self.text(entry["reason"])))
        event.add(Self.gateway(entry["stages_us"]))
        try addAsked(entry)
        event.add(Self.int(entry["status"]))
        event.add(nothing)
        try event.write()
        try addFindings(id, entry, form: nil)
        return true
    }

    private func addAsked(_ entry: JSONValue) throws {
        event.add(try words.word(Self.text(entry["model"])))
        event.add(try words.word(Self.text(entry["operation"])))
        event.add(try words.word(Self.text(entry["client"])))
    }

    private func addResult(_ id: Int64, _ entry: JSONValue) throws -> Bool {
        guard let intent = try intent(of: id, entry) else { return false }
        let usage = entry["usage"]
        result.add(intent)
        result.add(try words.word(Self.text(entry["outcome"])))
        result.add(Self.int(entry["status"]))
        result.add(Self.int(usage?["input"]))
        result.add(Self.int(usage?["cached_input"]))
        result.add(Self.int(usage?["output"]))
        result.add(Self.int(entry["cost_nano_usd"]))
        result.add(Self.int(entry["first_byte_us"]))
        result.add(Self.int(entry["total_us"]))
        result.add(Self.int(entry["bytes_sent"]))
        result.add(id)
        try result.write()
        return true
    }

    /// The place of the intent that a result belongs to: by request and attempt, since logs may have been changed between them.
    private func intent(of id: Int64, _ entry: JSONValue) throws -> Int64? {
        guard let request = Self.request(entry) else { return nil }
        let number = Self.int(entry["attempt"]) ?? (Self.int(entry["retries"]) ?? 0) &+ 1
        let attempt = Attempt(request: request, number: number)
        if let id = intents.removeValue(forKey: attempt) { return id }
        earlier.reset()
        earlier.bind(1, request)
        earlier.bind(2, number)
        defer { earlier.reset() }
        return try earlier.next() ? earlier.int(0) : nil
    }

    private func addExposure(_ id: Int64, _ entry: JSONValue) throws -> Bool {
        guard let request = Self.request(entry), let exposed = entry["exposed"] else { return false }
        part.add(id)
        part.add(request)
        part.add(Self.int(entry["attempt"]) ?? 1)
        try part.write()
        try addExposed(id, exposed)
        return true
    }

    private func addTurnedAway(_ id: Int64, _ time: Int64, _ kind: String, _ entry: JSONValue) throws {
        guard let reasons = entry["reasons"] else { return }
        let kind = try words.word(kind)
        for (reason, count) in reasons.members {
            turnedAway.add(id)
            turnedAway.add(time)
            turnedAway.add(kind)
            turnedAway.add(try words.word(Self.text(reason)))
            turnedAway.add(Self.int(count) ?? 0)
            try turnedAway.write()
        }
    }

    // MARK: Parts of entries

    private func addFindings(_ id: Int64, _ entry: JSONValue, form: String?) throws {
        struct Key: Hashable {
            let dataClass: Int64
            let place: Int64
            let treatment: Int64
        }
        var sums: [Key: Int64] = [:]
        for line in Self.list(entry["data"]) {
            let treatment = line["treatment"].map(Self.text) ?? form ?? ""
            let key = Key(
                dataClass: try words.word(Self.text(line["class"])), place: try words.word(Self.text(line["place"])),
                treatment: try words.word(treatment))
            sums[key, default: 0] &+= Self.int(line["count"]) ?? 0
        }
        // What no detector can read has left as it is.
        for line in Self.list(entry["coverage"]) {
            guard line["verdict"]?.equals("unscannable") == true else { continue }
            let key = Key(
                dataClass: unscannable, place: try words.word(Self.text(line["place"])),
                treatment: form == nil ? nothing : raw)
            sums[key, default: 0] &+= Self.int(line["count"]) ?? 0
        }
        for (key, count) in sums {
            finding.add(id)
            finding.add(key.dataClass)
            finding.add(key.place)
            finding.add(key.treatment)
            finding.add(count)
            try finding.write()
        }
    }

    private func addExposed(_ id: Int64, _ list: JSONValue) throws {
        for line in list.elements {
            let dataClass = try words.word(Self.text(line["class"]))
            let treatment = try words.word(Self.text(line["treatment"]))
            for value in Self.list(line["values"]) {
                guard let fingerprint = value.string.flatMap({ ValueFingerprint($0) }) else { continue }
                exposed.add(RequestKey(high: fingerprint.high, low: fingerprint.low))
                exposed.add(id)
                exposed.add(dataClass)
                exposed.add(treatment)
                try exposed.write()
            }
        }
    }

    private func caller(_ principal: JSONValue?) throws -> Int64 {
        try words.caller(
            IndexWords.Caller(
                tenant: Self.text(principal?["tenant"]), name: Self.text(principal?["name"]),
                kind: Self.text(principal?["kind"]), teams: principal?["teams"].map(Self.written) ?? "[]"))
    }

    /// The policies of all destinations of a denial, each once, as a JSON array.
    private static func policies(ofConsidered considered: JSONValue?) -> String {
        var names: Set<String> = []
        for candidate in list(considered) {
            for policy in list(candidate["policies"]) { names.insert(text(policy)) }
        }
        var json = JSONWriter(capacity: 64)
        json.beginArray()
        for name in names.sorted() { json.string(name) }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The gateway's own time, all stages together.
    private static func gateway(_ stages: JSONValue?) -> Int64? {
        guard let stages, stages.kind == .object else { return nil }
        return stages.members.reduce(into: 0) { $0 &+= int($1.value) ?? 0 }
    }

    private static func request(_ entry: JSONValue) -> RequestKey? {
        entry["request"]?.withRawBytes { RequestKey($0) }
    }

    /// An array's elements; none for all else.
    private static func list(_ value: JSONValue?) -> [JSONValue] { value.map { Array($0.elements) } ?? [] }

    private static func int(_ value: JSONValue?) -> Int64? { value?.int.map(Int64.init) }

    private static func text(_ value: JSONValue?) -> String { value?.string ?? "" }

    /// An array as it is written.
    private static func written(_ value: JSONValue) -> String {
        value.withRawBytes { String(decoding: $0, as: UTF8.self) }
    }
}
