/// One thing in a ledger that is not as it was written, and where.
public struct LedgerDamage: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is damaged.
    public enum Part: String, Sendable, CaseIterable {
        /// Entries: changed, missing, doubled, moved or of a wrong form; `first` says which.
        case entry
        /// A tile of hashes, while the entries are right.
        case tile
        /// Entries or the tile of their hashes: nothing tells which.
        case entryOrTile = "entry or tile"
        /// The signed head of a log.
        case checkpoint
        /// A log's public key.
        case key
        /// A file that is missing or of a wrong form, where it is not about single entries.
        case file
        /// The word of a log about the log before it.
        case link
        /// The log against a checkpoint that was kept elsewhere: entries are gone, or were rewritten.
        case history
        /// The write-ahead log.
        case waiting = "write-ahead log"
    }

    /// What is damaged.
    public let part: Part
    /// The file's path, or its address.
    public let file: String
    /// The first entry concerned, if it is about entries.
    public let first: LedgerPosition?
    /// The last entry concerned; that of `first` for one alone.
    public let last: LedgerPosition?
    /// What is wrong, for people; nothing of the entry itself.
    public let reason: String

    /// Takes the parts.
    public init(
        _ part: Part, file: String, first: LedgerPosition? = nil, last: LedgerPosition? = nil, _ reason: String
    ) {
        self.part = part
        self.file = file
        self.first = first
        self.last = last ?? first
        self.reason = reason
    }

    /// `FILE: entry LOG/INDEX: REASON`.
    public var description: String {
        guard let first, let last else { return "\(file): \(reason)" }
        let entries = first == last ? "entry \(first)" : "entries \(first) to \(last)"
        return "\(file): \(entries): \(reason)"
    }
}
