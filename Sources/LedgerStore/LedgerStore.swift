public import Ledger

/// Keeps the ledger on disk: one thread writes what all others record, many entries with one write and one
/// synchronisation.
///
/// `record` and `append` may be called from any thread, and neither blocks nor touches the disk. While a batch is being
/// written the next one gathers; so with one request in flight each waits for one synchronisation, and with many they
/// share it.
///
/// - An intent's receipt is given when the intent, and every entry before it, is on disk.
/// - Entries that nobody waits for go with the next batch, at the latest after `LedgerStoreSettings.laziness`.
/// - A write or synchronisation that fails is final: it is unknown then what the disk holds, so no receipt is given
///   until a new start has read the disk. A full disk is found before writing and passes: room for results of intents
///   already written is set aside.
public final class LedgerStore: Sendable {
    /// How the ledger is.
    public enum Status: Hashable, Sendable {
        /// Intents are taken.
        case healthy
        /// Intents are refused until the disk has room; looked at once a second.
        case noSpace
        /// Writing failed. Final.
        case failed(String)
        /// `close` was called.
        case closed
    }

    private let core: LedgerStoreCore
    private let thread: LedgerThread

    /// Takes the directory for this process, reads the end of the log, cuts off an unfinished last line, and records
    /// the start on disk. Blocks. Throws if another process writes there, or if the log is not as it was written.
    public static func open(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start
    ) throws(LedgerStoreError) -> LedgerStore {
        try open(settings, start: start, operations: SystemFileOperations())
    }

    static func open(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start, operations: any FileOperations
    ) throws(LedgerStoreError) -> LedgerStore {
        let core = try LedgerStoreCore(settings, start: start, operations: operations)
        guard let thread = LedgerThread({ core.run() }) else {
            throw .system(operation: "start a thread for the ledger", path: settings.directory, code: 11)
        }
        return LedgerStore(core: core, thread: thread)
    }

    private init(core: LedgerStoreCore, thread: LedgerThread) {
        self.core = core
        self.thread = thread
    }

    deinit { close(nil) }

    /// Records an intent; `queue` gets exactly one completion with this token, the receipt or the reason why nothing
    /// may be sent.
    public func record(_ intent: EncodedIntent, token: UInt64, to queue: any LedgerCompletionQueue) {
        core.submit(.intent(intent, token: token, queue: queue))
    }

    /// Records a request's result, without waiting. Room for it was set aside when its intent was written. Throws for
    /// what no line holds; false if the ledger has failed or is closed, so that the result is not recorded.
    @discardableResult
    public func record(_ result: LedgerEntry.Result) throws(LedgerEntryTooLong) -> Bool {
        core.submit(.result(try LedgerEntry.result(result).encoded()))
    }

    /// Records any entry but an intent, without waiting. Throws for what no line holds; false if it will not be
    /// recorded, because the ledger has failed, is closed or too slow (entries dropped later, for want of room, are
    /// counted in `droppedEntries`).
    @discardableResult
    public func append(_ entry: LedgerEntry) throws(LedgerEntryTooLong) -> Bool {
        let encoded = try entry.encoded()
        if case .result = entry { return core.submit(.result(encoded)) }
        return core.submit(.other(encoded))
    }

    /// How the ledger is.
    public var status: Status { core.status }

    /// Whether intents are taken.
    public var isHealthy: Bool { status == .healthy }

    /// The end of the log on disk; to be kept elsewhere, see `LedgerHead`.
    public var head: LedgerHead? { core.head }

    /// Entries that nobody waited for and that could not be written.
    public var droppedEntries: Int { core.droppedEntries }

    /// Writes all that waits, records the stop, and gives the directory free. Blocks until done; later calls do
    /// nothing.
    public func close(_ stop: LedgerEntry.Stop?) {
        guard core.beginClosing(stop) else { return }
        thread.join()
    }
}
