internal import JSONText

/// Turns entries, given in their order, into lines that other programs read.
///
/// `jsonl` are the entries as they stand. `csv` has a row for each attempt of a request, each answer from the cache and each denial. `ocsf` has an event for each
/// attempt (the intent with its result), each denial, each administrative act, and each other entry.
///
/// An attempt is told when its result comes, or when it is known that none will: at the next `start` of the gateway, or at the end. Memory:
/// the intents that wait for their results.
public struct LedgerExport: Sendable {
    /// What is written.
    public enum Format: String, Sendable, CaseIterable {
        /// Events of the Open Cybersecurity Schema Framework, one a line; see `OCSFEvent`.
        case ocsf
        /// The entries themselves, one a line.
        case jsonl
        /// Comma-separated values (RFC 4180), the columns' names first; see `CSVRow`.
        case csv
    }

    /// Where a log's entries belong.
    struct Place {
        let log: Int
    }

    /// An intent that waits for its result.
    struct Attempt {
        let place: Place
        let intent: JSONDocument
        /// Fingerprints in entries beside it.
        let furtherValues: Int
    }

    private let format: Format
    private let since: LedgerTime?
    private let until: LedgerTime?
    private var waiting: [String: Attempt] = [:]
    /// Fingerprints in `exposure` entries whose intent has not come yet.
    private var furtherValues: [String: Int] = [:]

    /// Entries from `since` on and before `until`; a result belongs to its intent, whenever it came.
    public init(_ format: Format, since: LedgerTime? = nil, until: LedgerTime? = nil) {
        self.format = format
        self.since = since
        self.until = until
    }

    /// What stands before all lines.
    public static func begin(_ format: Format, into output: inout [UInt8]) {
        if format == .csv { CSVRow.appendHeader(to: &output) }
    }

    /// Takes the next entry and appends what it completes. False for what is no entry.
    public mutating func add(
        log: Int, _ entry: UnsafeRawBufferPointer, into output: inout [UInt8]
    ) -> Bool {
        if format == .jsonl, since == nil, until == nil {
            output.append(contentsOf: entry)
            output.append(UInt8(ascii: "\n"))
            return true
        }
        guard let document = try? JSONDocument(parsing: [UInt8](entry)), document.root.kind == .object,
            let kind = document.root["kind"]?.string
        else { return false }
        let isWanted = isWanted(document.root)
        if format == .jsonl {
            guard isWanted else { return true }
            output.append(contentsOf: entry)
            output.append(UInt8(ascii: "\n"))
            return true
        }
        add(Place(log: log), document, kind, isWanted, &output)
        return true
    }

    /// Appends the attempts that have no result.
    public mutating func finish(into output: inout [UInt8]) {
        let left = waiting.values.sorted { Self.order($0) < Self.order($1) }
        waiting = [:]
        furtherValues = [:]
        for attempt in left { append(attempt, result: nil, &output) }
    }

    private mutating func add(
        _ place: Place, _ document: JSONDocument, _ kind: String, _ isWanted: Bool, _ output: inout [UInt8]
    ) {
        let entry = document.root
        switch kind {
        case "exposure":
            if format == .csv, isWanted { furtherValues[Self.key(entry), default: 0] += Self.values(entry) }
            if format == .ocsf, isWanted { OCSFEvent.append(other: entry, place, to: &output) }
        case "intent":
            let key = Self.key(entry)
            let further = furtherValues.removeValue(forKey: key) ?? 0
            guard isWanted else { return }
            waiting[key] = Attempt(place: place, intent: document, furtherValues: further)
        case "result":
            guard let attempt = waiting.removeValue(forKey: Self.key(entry)) else { return }
            append(attempt, result: entry, &output)
        case "cached":
            guard isWanted else { return }
            switch format {
            case .csv: CSVRow.append(cached: entry, place, to: &output)
            case .ocsf: OCSFEvent.append(other: entry, place, to: &output)
            case .jsonl: break
            }
        case "denied":
            guard isWanted else { return }
            switch format {
            case .csv: CSVRow.append(denial: entry, place, to: &output)
            case .ocsf: OCSFEvent.append(denial: entry, place, to: &output)
            case .jsonl: break
            }
        default:
            // Whoever writes has begun anew: what waited gets no result any more.
            if kind == "start" { finish(into: &output) }
            if format == .ocsf, isWanted { OCSFEvent.append(other: entry, place, to: &output) }
        }
    }

    private func append(_ attempt: Attempt, result: JSONValue?, _ output: inout [UInt8]) {
        switch format {
        case .csv: CSVRow.append(attempt, result: result, to: &output)
        case .ocsf: OCSFEvent.append(attempt, result: result, to: &output)
        case .jsonl: break
        }
    }

    private func isWanted(_ entry: JSONValue) -> Bool {
        guard since != nil || until != nil else { return true }
        guard let time = entry["time"]?.string.flatMap(LedgerTime.init)?.milliseconds else { return false }
        return time >= since?.milliseconds ?? .min && time < until?.milliseconds ?? .max
    }

    private static func key(_ entry: JSONValue) -> String {
        "\(entry["request"]?.string ?? "")#\(entry["attempt"]?.int ?? 0)"
    }

    private static func order(_ attempt: Attempt) -> (Int, Int) {
        (attempt.place.log, attempt.intent.root["seq"]?.int ?? 0)
    }

    /// How many fingerprints an entry has.
    static func values(_ entry: JSONValue) -> Int {
        var count = 0
        guard let lines = entry["exposed"] else { return 0 }
        for line in lines.elements {
            if let values = line["values"] { for _ in values.elements { count += 1 } }
        }
        return count
    }
}
