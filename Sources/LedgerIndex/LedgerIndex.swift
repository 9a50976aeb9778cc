internal import GRDB

/// The ledger's index: an SQLite database that answers what the log says, and that can always be made anew from it.
struct LedgerIndex {
    private let database: DatabaseQueue

    /// An index in memory.
    init() throws { database = try DatabaseQueue() }
}
