public import TransparencyLog

/// Asks others, such as witnesses (c2sp.org/tlog-witness), to sign a checkpoint too.
public protocol CheckpointCosigner: Sendable {
    /// Further signatures for a checkpoint that is on disk already under the log's own; none if nobody signs.
    ///
    /// Called on a thread of its own, never for two checkpoints at once, and not for each: while it takes its time, those in
    /// between are passed over. Signatures that come when the next checkpoint is made already are lost with theirs.
    ///
    /// - Parameter directory: The log's folder, for tiles (of consistency proofs).
    func cosignatures(for checkpoint: SignedCheckpoint, directory: String) -> [NoteSignature]
}

/// How far a log is under a checkpoint.
public struct SequencedLog: Hashable, Sendable {
    /// The log's number.
    public let log: Int
    /// The count of its entries that are under the checkpoint.
    public let size: UInt64
}
