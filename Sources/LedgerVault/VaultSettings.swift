/// Where and how a vault is kept.
public struct VaultSettings: Sendable {
    /// The folder; made where it is missing, with access for its owner only.
    public var directory: String
    /// What wraps the keys of days.
    public var master: VaultMaster
    /// Whether a payload is on disk for good (`fdatasync`) before it counts as sealed; otherwise it survives the end of the process only.
    /// Shredding always is.
    public var isDurable: Bool
    /// Bytes of payloads that may wait for the disk; past them, requests that are to be sealed are refused, and answers lost.
    public var queueBytes: Int
    /// The most milliseconds that an answer, which nobody waits for, stays in memory.
    public var laziness: Int

    /// 256 MiB may wait, and answers 50 ms, unless told otherwise.
    public init(
        directory: String, master: VaultMaster, isDurable: Bool = true, queueBytes: Int = 256 << 20, laziness: Int = 50
    ) {
        self.directory = directory
        self.master = master
        self.isDurable = isDurable
        self.queueBytes = queueBytes
        self.laziness = laziness
    }
}
