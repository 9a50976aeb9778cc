private import Glibc
public import Ledger

/// Why a ledger cannot be opened or written.
public enum LedgerStoreError: Error, Sendable, CustomStringConvertible {
    /// Another process writes to it.
    case inUse(directory: String)
    /// The system refused; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// What was written could not be made durable, so that it is unknown what the disk holds; `code` is the system's
    /// `errno`.
    case synchronisation(path: String, code: Int32)
    /// Something else failed half-way, so that it is unknown what a start will find.
    case unclear(path: String, reason: String)
    /// Something that was confirmed is not as it was written; `place` is a file, with `:` and a byte where that is known.
    case damaged(place: String, reason: String)
    /// The ledger is not the one that is remembered, or not under this key or name.
    case otherLedger(path: String, reason: String)
    /// The folder has the files of an earlier version.
    case formerVersion(directory: String)
    /// The first entry cannot be written.
    case unwritable(directory: String, reason: String)
    /// A name in an entry is far too long.
    case entry(LedgerEntryTooLong)
    /// The checkpoint could not be signed.
    case signing(path: String)
    /// The ledger is closed, or has failed.
    case notServing(LedgerUnavailable)

    /// Says what failed where.
    public var description: String {
        switch self {
        case .inUse(let directory): "`\(directory)`: another process writes to this ledger"
        case .system(let operation, let path, let code): "`\(path)`: cannot \(operation): \(Self.message(code))"
        case .synchronisation(let path, let code): "`\(path)`: cannot synchronise: \(Self.message(code))"
        case .unclear(let path, let reason): "`\(path)`: may be there or not: \(reason)"
        case .damaged(let place, let reason), .otherLedger(let place, let reason): "\(place): \(reason)"
        case .formerVersion(let directory):
            "`\(directory)`: the ledger of an earlier version, `ledger-*.jsonl`, which is no longer read: move it away"
        case .unwritable(let directory, let reason): "`\(directory)`: \(reason)"
        case .entry(let error): "\(error)"
        case .signing(let path): "`\(path)`: the checkpoint could not be signed"
        case .notServing(let reason): "\(reason)"
        }
    }

    /// The system's words for an error, in lowercase as our own.
    static func message(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }

    /// The system's number for a full disk.
    static let noSpace = ENOSPC

    /// The system's number for a file that is not there.
    static let noFile = ENOENT

    /// Whether it is unknown now what the disk holds, so that nothing may be written any more.
    var isFinal: Bool {
        switch self {
        case .synchronisation, .unclear: true
        default: false
        }
    }
}
