public import TransparencyLog

/// What a `LedgerVerifier` found.
public struct LedgerVerdict: Sendable {
    /// One log that was checked.
    public struct Log: Sendable {
        /// Its number, as its folder is called.
        public let number: Int
        /// Its folder's path, or its address.
        public let place: String
        /// The key by which its checkpoint was checked; `nil` if there is none that can be read.
        public internal(set) var key: NoteVerifier?
        /// Its checkpoint, if the signature holds: to be kept elsewhere, for the next check.
        public internal(set) var checkpoint: SignedCheckpoint?
        /// The cosignatures on it of those witnesses that were asked for, as far as they hold.
        public internal(set) var cosignatures: [VerifiedSignature] = []
        /// Entries that were read and are as they were written.
        public internal(set) var entries: UInt64 = 0
        /// Entries before this index are pruned, and the log's key says so.
        public internal(set) var prunedBefore: UInt64 = 0
        /// When they were pruned last, in ISO 8601; `nil` if none are.
        public internal(set) var prunedAt: String?
        /// The log's first entry, where that is pruned and the note about it still has it; the tree proves it.
        var continued: [UInt8]?
        /// Entries that only the write-ahead log has yet.
        public internal(set) var waiting: UInt64 = 0
        /// Files that no log has, such as a crash leaves, or that are ahead of the checkpoint. They harm nothing.
        public internal(set) var strangers: [String] = []
    }

    /// How many problems are described at most.
    public static let describedDamages = 1_000

    /// The logs in their order.
    public internal(set) var logs: [Log] = []
    /// What is not as it was written, in the order of the logs; the first so many.
    public private(set) var damages: [LedgerDamage] = []
    /// How many problems there are, also those that are not described.
    public private(set) var damageCount = 0

    /// Whether everything is as it was written.
    public var isIntact: Bool { damageCount == 0 }

    mutating func add(_ damage: LedgerDamage) {
        damageCount += 1
        if damages.count < Self.describedDamages { damages.append(damage) }
    }
}
