internal import Cryptography
internal import Inference
private import TransparencyLog

/// Gives entries their place in the log, and gives out receipts when it is told that they are on disk. Touches no disk
/// itself: its owner appends entries, takes what has gathered as one batch, makes that durable, and says so.
///
///     appended ──takeBatch──▶ in a batch ──confirm──▶ durable, receipts given out
///                                       └──fail─────▶ failed for good
///
/// One batch is out at a time. After a failure it is unknown what the disk holds, so no further entry is taken, ever: a
/// new sequencer starts from what a reading of the disk finds.
public struct LedgerSequencer: ~Copyable {
    /// Entries that have their place, as they are to be written.
    public struct Batch: Sendable {
        /// The lines, each with its line feed.
        public let bytes: [UInt8]
        /// The number of lines, at least one.
        public let count: Int
        /// The end of the log when this is on disk.
        public let head: LedgerHead
        let intents: [PendingIntent]
    }

    /// What a receipt will say.
    struct PendingIntent: Sendable {
        let requestID: RequestID
        let destination: Destination
        let form: SendingForm
        let commitment: Digest32
        let attempt: Int
        let sequence: UInt64
    }

    private enum Phase {
        case ready
        case writing
        case failed
    }

    private var phase = Phase.ready
    private var chain: HashChain
    private var lines: [UInt8] = []
    private var count = 0
    private var intents: [PendingIntent] = []

    /// Goes on after a log that ends in `head`; `nil` for a log without lines.
    public init(after head: LedgerHead?) {
        chain = head.map { HashChain(head: $0.digest, count: $0.sequence + 1) } ?? HashChain()
    }

    /// The index of the next entry.
    public var nextSequence: UInt64 { chain.count }

    /// Whether nothing has been appended since the last batch.
    public var isEmpty: Bool { count == 0 }

    /// Whether a batch failed, so that nothing is taken any more.
    public var hasFailed: Bool { phase == .failed }

    /// Appends an intent, already encoded. `confirm` will give its receipt, in the order of the intents. Not after a
    /// failure.
    public mutating func append(_ intent: EncodedIntent) {
        for exposure in intent.exposures { append(exposure) }
        intents.append(
            PendingIntent(
                requestID: intent.requestID, destination: intent.destination, form: intent.form,
                commitment: intent.commitment, attempt: intent.attempt, sequence: chain.count))
        append(intent.entry)
    }

    /// Appends an entry that nobody waits for. Not after a failure.
    public mutating func append(_ entry: EncodedEntry) {
        precondition(phase != .failed, "an entry after the ledger failed")
        let start = lines.count
        entry.appendLine(previous: chain.head, sequence: chain.count, to: &lines)
        lines.withUnsafeBytes { chain.append(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        lines.append(UInt8(ascii: "\n"))
        count += 1
    }

    /// What has gathered, to be written; `nil` if nothing has, if a batch is still out, or after a failure.
    public mutating func takeBatch() -> Batch? {
        guard phase == .ready, count > 0 else { return nil }
        phase = .writing
        let batch = Batch(
            bytes: lines, count: count, head: LedgerHead(sequence: chain.count - 1, digest: chain.head),
            intents: intents)
        lines = []
        intents = []
        count = 0
        lines.reserveCapacity(batch.bytes.count)
        return batch
    }

    /// Takes the word that a batch is on disk for good; gives the receipts of its intents, in their order.
    public mutating func confirm(_ batch: Batch) -> [IntentReceipt] {
        precondition(phase == .writing, "a batch confirmed that was not out")
        phase = .ready
        return batch.intents.map { IntentReceipt(intent: $0) }
    }

    /// Takes the word that a batch may not be on disk: there will be no receipts any more.
    public mutating func fail() {
        phase = .failed
        lines = []
        intents = []
        count = 0
    }
}
