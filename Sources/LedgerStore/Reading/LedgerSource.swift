/// Where the files of a ledger are read from: its folder, or a server that has a copy of it.
///
/// Nothing that comes from it is trusted; whoever checks a ledger takes a source for a stranger's.
public protocol LedgerSource: Sendable {
    /// How messages name a file of a log, such as `checkpoint` or `tile/entries/000`; the log itself for an empty path.
    func place(of path: String, inLog log: Int) -> String

    /// The numbers of the logs that it has, in order.
    func logNumbers() throws(LedgerReadError) -> [Int]

    /// Whether this is one log alone, without those before and after it.
    var isOneLog: Bool { get }

    /// The whole content of a file of a log; `nil` if there is none. Called from several threads at once.
    func contents(of path: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]?

    /// The paths of all files below a log, in any order; `nil` where they cannot be listed.
    func paths(inLog log: Int) throws(LedgerReadError) -> [String]?

    /// The numbers of the logs of which the write-ahead log holds entries, in order, be they under a checkpoint or not.
    func waitingLogs() throws(LedgerReadError) -> [Int]

    /// Gives the entries of a log that no checkpoint covers yet and that are in the write-ahead log only, in order from
    /// an index on, until `body` says no. The first may be later than asked for: then those before it have become
    /// part of the tree in the meantime.
    func waitingEntries(
        ofLog log: Int, from index: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool
    ) throws
}

extension LedgerSource {
    /// A whole ledger.
    public var isOneLog: Bool { false }

    /// None: a copy has what is under a checkpoint.
    public func waitingEntries(
        ofLog log: Int, from index: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool
    ) throws {}

    /// None: a copy has no write-ahead log.
    public func waitingLogs() throws(LedgerReadError) -> [Int] { [] }

    /// They cannot be listed.
    public func paths(inLog log: Int) throws(LedgerReadError) -> [String]? { nil }
}
