public import Ledger
public import TransparencyLog

/// Keeps the ledger on disk: one thread writes ahead what all others record, many entries with one write and one
/// synchronisation; another, behind it, gives them their place in the log.
///
/// `record` and `append` may be called from any thread, and neither blocks nor touches the disk. While a batch is being
/// written the next one gathers; so with one request in flight each waits for one synchronisation, and with many they
/// share it.
///
/// 1. The write-ahead log: an intent's receipt is given when the intent, and every entry before it, is durable there.
///    Entries that nobody waits for go with the next batch, at the latest after `LedgerStoreSettings.laziness`.
/// 2. Bundles and tiles (c2sp.org/tlog-tiles), some time later.
/// 3. The checkpoint over them, and then the file that remembers it.
///
/// A write ahead, or any synchronisation, that fails is final: it is unknown then what the disk holds, so no receipt is
/// given until a new start has read the disk. Anything else that fails, such as a full disk, is tried again while the
/// write-ahead log holds the entries; when that is full but for the results of intents already written, intents are
/// refused, which passes.
public final class LedgerStore: Sendable {
    /// How the ledger is.
    public enum Status: Hashable, Sendable {
        /// Intents are taken.
        case healthy
        /// Intents are refused until there is room again, for this reason.
        case noSpace(String)
        /// Writing failed. Final.
        case failed(String)
        /// `close` was called.
        case closed
    }

    /// How a rotation ended.
    public struct Rotation: Sendable {
        /// The last checkpoint of the log before.
        public let former: Checkpoint
        /// The number of the log that is written now.
        public let number: Int
        /// What it is called.
        public let origin: String
    }

    /// What a start cut from the write-ahead log: a record that was being written when the gateway ended, so that nobody had it
    /// confirmed. After a loss of power it may also be one that was confirmed moments before, and that the disk has not kept.
    public struct Cut: Hashable, Sendable {
        /// Where it stood, `FILE:BYTE`.
        public let place: String
        /// Bytes of its entries.
        public let bytes: Int
    }

    private let core: LedgerStoreCore
    private let threads: [LedgerThread]

    /// Takes the directory for this process, brings what only the write-ahead log holds into the log, cuts off what was
    /// never confirmed, and records the start on disk. Blocks. Throws if another process writes there, if something that
    /// was confirmed is not as it was written, or if the log is not the one that is remembered.
    public static func open(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start
    ) throws(LedgerStoreError) -> LedgerStore {
        try open(settings, start: start, system: SystemFileSystem())
    }

    static func open(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start, system: any FileSystem
    ) throws(LedgerStoreError) -> LedgerStore {
        let core = try LedgerStoreCore(settings, start: start, system: system)
        var threads: [LedgerThread] = []
        for body in core.bodies {
            guard let thread = LedgerThread(body) else {
                core.beginClosing(nil)
                for thread in threads { thread.join() }
                throw .system(operation: "start a thread for the ledger", path: settings.directory, code: 11)
            }
            threads.append(thread)
        }
        return LedgerStore(core: core, threads: threads)
    }

    /// Ends the present log of a ledger that nobody writes to, and begins the next one. Blocks.
    public static func rotate(_ settings: LedgerStoreSettings, at time: LedgerTime) throws(LedgerStoreError) -> Rotation
    {
        try rotate(settings, at: time, system: SystemFileSystem())
    }

    static func rotate(
        _ settings: LedgerStoreSettings, at time: LedgerTime, system: any FileSystem
    ) throws(LedgerStoreError) -> Rotation {
        try LedgerStoreCore.rotate(settings, at: time, system: system)
    }

    private init(core: LedgerStoreCore, threads: [LedgerThread]) {
        self.core = core
        self.threads = threads
    }

    deinit { close(nil) }

    /// Records an intent; `queue` gets exactly one completion with this token, the receipt or the reason why nothing
    /// may be sent.
    public func record(_ intent: EncodedIntent, token: UInt64, to queue: any LedgerCompletionQueue) {
        core.submit(.intent(intent, token: token, queue: queue))
    }

    /// Records a request's result, without waiting. Room for it was kept when its intent was written. Throws for what no
    /// entry holds; false if the ledger has failed or is closed, so that the result is not recorded.
    @discardableResult
    public func record(_ result: LedgerEntry.Result) throws(LedgerEntryTooLong) -> Bool {
        core.submit(.result(try LedgerEntry.result(result).encoded()))
    }

    /// Records any entry but an intent, without waiting. Throws for what no entry holds; false if it will not be
    /// recorded, because the ledger has failed, is closed or too slow (entries dropped later, for want of room, are
    /// counted in `droppedEntries`).
    @discardableResult
    public func append(_ entry: LedgerEntry) throws(LedgerEntryTooLong) -> Bool {
        let encoded = try entry.encoded()
        if case .result = entry { return core.submit(.result(encoded)) }
        return core.submit(.other(encoded))
    }

    /// Ends the present log with a last checkpoint and begins the next one, whose first entry says what it continues.
    /// Requests wait meanwhile, for as long as a checkpoint takes. `done` is called once, on a thread of the ledger, and
    /// must only hand over; on an error the present log goes on.
    public func rotate(
        at time: LedgerTime, _ done: @escaping @Sendable (Result<Rotation, LedgerStoreError>) -> Void
    ) {
        core.rotate(at: time, done)
    }

    /// Adds somebody to be told of each checkpoint, how far the log is under it. Called on a thread of the ledger, and must
    /// only hand over.
    public func follow(_ body: @escaping @Sendable (SequencedLog) -> Void) { core.sequencing.follow(body) }

    /// How the ledger is.
    public var status: Status { core.status }

    /// Whether intents are taken.
    public var isHealthy: Bool { status == .healthy }

    /// Why entries stay in the write-ahead log, without bundles and tiles, though intents may still be taken; tried again
    /// once a second. `nil` while they do not.
    public var sequencingTrouble: String? { core.sequencing.trouble }

    /// What this start cut; `nil` as a rule.
    public var cut: Cut? { core.cut }

    /// The number of the log that is written.
    public var log: Int { core.durable.log }

    /// The count of durable entries in it.
    public var size: UInt64 { core.durable.size }

    /// Entries that nobody waited for and that could not be written.
    public var droppedEntries: Int { core.droppedEntries }

    /// Writes all that waits, records the stop, makes a last checkpoint, and gives the directory free. Blocks until done;
    /// later calls do nothing.
    public func close(_ stop: LedgerEntry.Stop?) {
        guard core.beginClosing(stop) else { return }
        for thread in threads { thread.join() }
        core.finish()
    }
}
