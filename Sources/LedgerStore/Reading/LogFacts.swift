private import Cryptography
public import TransparencyLog

/// What one log of a ledger says about itself. Nothing of it is checked.
public struct LogFacts: Sendable {
    /// Its number, as its folder is called.
    public let number: Int
    /// The checkpoint; `nil` for a log that has none yet.
    public let checkpoint: SignedCheckpoint?
    /// Entries before this index are pruned: their bundles are gone, their hashes are not.
    public let prunedBefore: UInt64

    /// The count of entries under the checkpoint.
    public var size: UInt64 { checkpoint?.checkpoint.size ?? 0 }

    /// The root under the checkpoint, 32 bytes; `nil` before the first.
    public var root: [UInt8]? { checkpoint?.checkpoint.root.bytes }

    /// The log's name; `nil` before its first checkpoint.
    public var origin: String? { checkpoint.map { String(decoding: $0.checkpoint.origin, as: UTF8.self) } }
}
