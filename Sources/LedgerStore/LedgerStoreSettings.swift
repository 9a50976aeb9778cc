/// Where and how a ledger is kept.
public struct LedgerStoreSettings: Sendable {
    /// What an entry on disk survives.
    public enum Durability: String, Sendable, CaseIterable {
        /// Loss of power: every batch is synchronised (`fdatasync`) before its intents count as written.
        case power
        /// The end of this process, `kill -9` included, but not of the machine: nothing is synchronised. Much faster on
        /// slow disks.
        case process
    }

    /// The directory; made where it is missing, with access for its owner only.
    public var directory: String
    /// What an entry on disk survives.
    public var durability: Durability
    /// A file of this many bytes is followed by a new one.
    public var rotationBytes: Int
    /// Room on the disk that intents leave free, so that the results of those written can be written too.
    public var reservedBytes: Int
    /// The most milliseconds that an entry without a waiting caller stays in memory.
    public var laziness: Int
    /// Microseconds from one synchronisation's start to the next one's, at least, while requests come at the same time:
    /// more of them share one then, and a synchronisation costs the processor more than all else that the ledger does. A
    /// request on its own never waits for company.
    public var gathering: Int
    /// Bytes of entries that may wait for the disk; past them, intents are refused.
    public var queueBytes: Int

    /// The defaults are those of `sallyport.yaml`: files of 256 MiB, 4 MiB of reserve (results of some 8,000 requests
    /// in flight), 50 ms, 1 ms, a queue of 32 MiB.
    public init(
        directory: String, durability: Durability = .power, rotationBytes: Int = 256 << 20,
        reservedBytes: Int = 4 << 20, laziness: Int = 50, gathering: Int = 1_000,
        queueBytes: Int = 32 << 20
    ) {
        self.directory = directory
        self.durability = durability
        self.rotationBytes = rotationBytes
        self.reservedBytes = reservedBytes
        self.laziness = laziness
        self.gathering = gathering
        self.queueBytes = queueBytes
    }
}
