public import TransparencyLog

/// Where and how a ledger is kept.
public struct LedgerStoreSettings: Sendable {
    /// What an entry on disk survives.
    public enum Durability: String, Sendable, CaseIterable {
        /// Loss of power: every batch is synchronised (`fdatasync`) before its intents count as written, and so is every
        /// file before the checkpoint that counts on it.
        case power
        /// The end of this process, `kill -9` included, but not of the machine: nothing is synchronised. Much faster on
        /// slow disks.
        case process
    }

    /// The sizes of the write-ahead log.
    public struct WriteAhead: Hashable, Sendable {
        /// The bytes of one file, a multiple of 512.
        public var fileBytes: Int
        /// How many files there are at most: what no checkpoint covers yet must fit them.
        public var maximumFiles: Int
        /// What is kept free, in bytes, for the result of each intent that has none yet.
        public var resultBytes: Int

        /// The defaults: 16 files of 4 MiB, 2 KiB a result.
        public init(fileBytes: Int = 4 << 20, maximumFiles: Int = 16, resultBytes: Int = 2_048) {
            self.fileBytes = fileBytes
            self.maximumFiles = maximumFiles
            self.resultBytes = resultBytes
        }
    }

    /// The directory; made where it is missing, with access for its owner only.
    public var directory: String
    /// Signs checkpoints; its name is the ledger's, and its logs are called `name/1` and so on.
    public var signer: NoteSigner
    /// The file that remembers the last checkpoint, best on another disk than the ledger; `nil`: none.
    public var remembered: String?
    /// What an entry on disk survives.
    public var durability: Durability
    /// Milliseconds from an entry to the checkpoint that covers it, roughly; sooner if much comes.
    public var checkpointInterval: Int
    /// The sizes of the write-ahead log.
    public var writeAhead: WriteAhead
    /// The most milliseconds that an entry without a waiting caller stays in memory.
    public var laziness: Int
    /// Microseconds from one synchronisation's start to the next one's, at least, while requests come at the same time:
    /// more of them share one then, and a synchronisation costs the processor more than all else that the ledger does. A
    /// request on its own never waits for company.
    public var gathering: Int
    /// Bytes of entries that may wait for the disk; past them, intents are refused.
    public var queueBytes: Int
    /// Asks others to sign checkpoints too; `nil`: nobody.
    public var cosigner: (any CheckpointCosigner)?

    /// The defaults are those of `sallyport.yaml`: a checkpoint a second, 50 ms, 1 ms, a queue of 32 MiB.
    public init(
        directory: String, signer: NoteSigner, remembered: String? = nil, durability: Durability = .power,
        checkpointInterval: Int = 1_000, writeAhead: WriteAhead = WriteAhead(), laziness: Int = 50,
        gathering: Int = 1_000, queueBytes: Int = 32 << 20, cosigner: (any CheckpointCosigner)? = nil
    ) {
        self.directory = directory
        self.signer = signer
        self.remembered = remembered
        self.durability = durability
        self.checkpointInterval = checkpointInterval
        self.writeAhead = writeAhead
        self.laziness = laziness
        self.gathering = gathering
        self.queueBytes = queueBytes
        self.cosigner = cosigner
    }
}
