internal import Cryptography
internal import GRDB
internal import LedgerStore

/// How far the index knows each log, and by what it knows the log again.
struct IndexMarks {
    private struct Mark {
        let number: Int
        /// The log's name; empty before its first checkpoint.
        var name: String
        /// The first entry that is in here.
        var first: UInt64
        /// The first entry that is not in here yet.
        var next: UInt64
        /// SHA-256 of the entry before `next`.
        var anchor: [UInt8]
        /// The root of the log's first `next` entries, once a checkpoint has said it; empty before.
        var root: [UInt8] = []
    }

    private var marks: [Int: Mark] = [:]
    private var lastEntry: [UInt8] = []
    private var current: Int?

    /// As they stand in the database.
    init(_ db: Database) throws {
        let rows = try RowCursor(db, "SELECT number, name, first, next, anchor, root FROM mark")
        while try rows.next() {
            let number = Int(rows.int(0))
            marks[number] = Mark(
                number: number, name: rows.text(1), first: UInt64(clamping: rows.int(2)),
                next: UInt64(clamping: rows.int(3)), anchor: rows.blob(4), root: rows.blob(5))
        }
        current = marks.keys.max()
    }

    private var last: Mark? { current.flatMap { marks[$0] } }

    /// Where to read on.
    var next: LedgerPosition? { last.map { LedgerPosition(log: $0.number, index: $0.next) } }

    /// Where the last entry that is known has to be; `nil` where there is none, or it is pruned.
    func anchorPosition(_ logs: [LogFacts]) -> LedgerPosition? {
        guard let last, last.next > 0, !last.anchor.isEmpty,
            let log = logs.first(where: { $0.number == last.number }), log.prunedBefore < last.next
        else { return nil }
        return LedgerPosition(log: last.number, index: last.next - 1)
    }

    /// Whether an entry is the one that the index knows at that place.
    func isAnchor(_ entry: UnsafeRawBufferPointer) -> Bool {
        SHA256.hash(entry).bytes == last?.anchor ?? []
    }

    /// Whether these may be the logs that the index knows: each is there, under its name, no log is closed before what is known of it,
    /// and a closed one has the root that it had.
    func agree(with logs: [LogFacts]) -> Bool {
        marks.values.allSatisfy { mark in
            guard let log = logs.first(where: { $0.number == mark.number }) else { return false }
            guard mark.name.isEmpty || log.origin == mark.name else { return false }
            guard mark.number != current else { return true }
            guard log.size >= mark.next else { return false }
            return mark.root.isEmpty || log.size > mark.next || log.root == mark.root
        }
    }

    /// Whether more is known than is under the last checkpoint.
    func areAhead(of logs: [LogFacts]) -> Bool {
        guard let last, let newest = logs.last, newest.number == last.number else { return false }
        return last.next >= newest.size
    }

    /// Forgets what the logs themselves have forgotten.
    mutating func prune(_ db: Database, _ logs: [LogFacts]) throws {
        for log in logs where log.prunedBefore > marks[log.number]?.first ?? .max {
            try IndexSchema.forget(
                db, before: IndexSchema.id(log: log.number, index: log.prunedBefore),
                after: IndexSchema.id(log: log.number, index: 0))
            marks[log.number]?.first = log.prunedBefore
            if log.prunedBefore > marks[log.number]?.next ?? 0 {
                marks[log.number]?.next = log.prunedBefore
                marks[log.number]?.anchor = []
            }
            try save(db, logs)
        }
    }

    /// Notes that an entry is taken in.
    mutating func advance(to position: LedgerPosition, _ entry: UnsafeRawBufferPointer) {
        if current != position.log {
            settle()
            current = position.log
        }
        marks[position.log, default: Mark(number: position.log, name: "", first: position.index, next: 0, anchor: [])]
            .next = position.index + 1
        marks[position.log]?.root = []
        lastEntry.removeAll(keepingCapacity: true)
        lastEntry.append(contentsOf: entry)
    }

    /// Makes the last entry of the log at hand its anchor.
    private mutating func settle() {
        guard let current, !lastEntry.isEmpty else { return }
        marks[current]?.anchor = SHA256.hash(lastEntry).bytes
    }

    /// Writes them into the database.
    mutating func save(_ db: Database, _ logs: [LogFacts]) throws {
        settle()
        var writer = try RowWriter(db, "INSERT OR REPLACE INTO mark VALUES (?,?,?,?,?,?)")
        for mark in marks.values {
            let log = logs.first { $0.number == mark.number }
            let name = log?.origin ?? mark.name
            let root = log?.size == mark.next ? log?.root : nil
            writer.add(Int64(mark.number))
            writer.add(name)
            writer.add(Int64(clamping: mark.first))
            writer.add(Int64(clamping: mark.next))
            writer.add(mark.anchor)
            writer.add(root ?? mark.root)
            try writer.write()
        }
    }
}
