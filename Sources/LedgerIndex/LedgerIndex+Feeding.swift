internal import GRDB
internal import LedgerStore

extension LedgerIndex {
    private enum Bounds {
        /// Entries of one transaction: enough that its end costs nothing, few enough that others can write in between.
        static let entries = 50_000
        /// Bytes of them.
        static let bytes = 64 << 20
    }

    /// Entries of one transaction where others shall hardly wait: some 30 ms.
    static var smallStep: Int { 2_000 }

    /// What became of one transaction.
    private enum Step {
        case more
        case done
        case otherLog
    }

    /// Brings the index up to date; returns how many entries came in. An index of another log, or of one that was longer than it
    /// is now, is made anew. `progress` hears the entries so far and says whether to go on.
    @discardableResult
    public func update(progress: (Int) -> Bool = { _ in true }) throws(LedgerIndexError) -> Int {
        try update(limit: Bounds.entries, progress: progress)
    }

    /// The same, with at most so many entries a transaction.
    @discardableResult
    func update(limit: Int, progress: (Int) -> Bool) throws(LedgerIndexError) -> Int {
        try feeding { try self.catchUp(limit, progress) }
    }

    /// Makes the index anew from the log.
    @discardableResult
    public func rebuild(progress: (Int) -> Bool = { _ in true }) throws(LedgerIndexError) -> Int {
        try feeding {
            try self.begin { try IndexSchema.make($0) }
            let count = try self.catchUp(Bounds.entries, progress)
            try self.queue.writeWithoutTransaction { try IndexFile.sync($0) }
            return count
        }
    }

    /// Brings what was written to the disk, so that the index outlives the machine's next start. Worth it at the end only.
    public func sync() throws(LedgerIndexError) {
        try feeding { try self.queue.writeWithoutTransaction { try IndexFile.sync($0) } }
    }

    /// How many entries it knows.
    public func entryCount() throws(LedgerIndexError) -> Int {
        try answering { try Int.fetchOne($0, sql: "SELECT total(next - first) FROM mark") ?? 0 }
    }

    private func feeding<Value>(_ body: () throws -> Value) throws(LedgerIndexError) -> Value {
        do {
            do {
                return try body()
            } catch let error as DatabaseError where Self.isDamage(error) {
                try begin { try IndexSchema.make($0) }
                return try body()
            }
        } catch let error as LedgerIndexError {
            throw error
        } catch let error as LedgerReadError {
            throw .database(path: name, problem: "\(error)")
        } catch {
            throw .database(path: path, problem: Self.words(error))
        }
    }

    private func begin(_ body: (Database) throws -> Void) throws {
        try queue.inTransaction(.immediate) { db in
            try body(db)
            return .commit
        }
    }

    private func catchUp(_ limit: Int, _ progress: (Int) -> Bool) throws -> Int {
        try queue.writeWithoutTransaction { try IndexFile.beginUnsynced($0) }
        var count = 0
        while true {
            var step = Step.done
            try begin { db in step = try self.step(db, limit, &count) }
            switch step {
            case .done: return count
            case .otherLog: try begin { try IndexSchema.make($0) }
            case .more: break
            }
            guard progress(count) else { throw LedgerIndexError.cancelled }
        }
    }

    /// Takes in what one transaction may hold.
    private func step(_ db: Database, _ limit: Int, _ count: inout Int) throws -> Step {
        let logs = try reader.logs
        var marks = try IndexMarks(db)
        guard marks.agree(with: logs) else { return .otherLog }
        try marks.prune(db, logs)
        if isFedFromTreeOnly, marks.areAhead(of: logs) { return .done }
        let indexer = try EntryIndexer(db)
        // The entry before is read again: it tells whether this is still the same log.
        var anchor = marks.anchorPosition(logs)
        var (taken, bytes) = (0, 0)
        var step = Step.done
        try reader.entries(from: anchor ?? marks.next) { position, entry in
            if let expected = anchor {
                anchor = nil
                guard position == expected, marks.isAnchor(entry) else {
                    step = .otherLog
                    return false
                }
                return true
            }
            _ = try indexer.add(IndexSchema.id(log: position.log, index: position.index), entry)
            marks.advance(to: position, entry)
            taken += 1
            bytes += entry.count
            guard taken < limit, bytes < Bounds.bytes else {
                step = .more
                return false
            }
            return true
        }
        // Where the entry that ought to be there is not, the log is shorter than it was.
        guard anchor == nil, step != .otherLog else { return .otherLog }
        if taken > 0 { try marks.save(db, logs) }
        count += taken
        return step
    }
}
