internal import Cryptography
internal import Inference

/// Gives entries their place in a log, and gives out receipts when it is told that they are on disk. Touches no disk
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
        /// The entries as in a bundle (c2sp.org/tlog-tiles): for each its length in 16 bits, and its bytes.
        public let bytes: [UInt8]
        /// Where each entry ends in `bytes`; at least one.
        public let ends: [Int]
        /// The index of the first entry in its log.
        public let first: UInt64
        let intents: [PendingIntent]

        /// The number of entries.
        public var count: Int { ends.count }
        /// The index after the last entry.
        public var end: UInt64 { first + UInt64(ends.count) }
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
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var intents: [PendingIntent] = []
    /// The index of the next entry.
    public private(set) var nextSequence: UInt64

    /// Goes on in a log of so many entries.
    public init(size: UInt64) { nextSequence = size }

    /// Whether nothing has been appended since the last batch.
    public var isEmpty: Bool { ends.isEmpty }

    /// Whether a batch failed, so that nothing is taken any more.
    public var hasFailed: Bool { phase == .failed }

    /// Appends an intent, already encoded. `confirm` will give its receipt, in the order of the intents. Not after a
    /// failure.
    public mutating func append(_ intent: EncodedIntent) {
        for exposure in intent.exposures { append(exposure) }
        intents.append(
            PendingIntent(
                requestID: intent.requestID, destination: intent.destination, form: intent.form,
                commitment: intent.commitment, attempt: intent.attempt, sequence: nextSequence))
        append(intent.entry)
    }

    /// Appends an entry that nobody waits for. Not after a failure.
    public mutating func append(_ entry: EncodedEntry) {
        precondition(phase != .failed, "an entry after the ledger failed")
        entry.append(sequence: nextSequence, to: &bytes)
        ends.append(bytes.count)
        nextSequence += 1
    }

    /// What has gathered, to be written; `nil` if nothing has, if a batch is still out, or after a failure.
    public mutating func takeBatch() -> Batch? {
        guard phase == .ready, !ends.isEmpty else { return nil }
        phase = .writing
        let batch = Batch(bytes: bytes, ends: ends, first: nextSequence - UInt64(ends.count), intents: intents)
        bytes = []
        ends = []
        intents = []
        bytes.reserveCapacity(batch.bytes.count)
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
        bytes = []
        ends = []
        intents = []
    }
}
