private import Glibc

/// Why a ledger, or a part of one, cannot be read.
public enum LedgerReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system refused; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// There is no ledger there.
    case noLedger(String)
    /// The folder holds the hash-chained files of an earlier version, which is no longer read.
    case formerVersion(String)
    /// A file that must be there is not.
    case missing(path: String)
    /// A file is not of the form that it must have; the reason says why.
    case malformed(path: String, reason: String)
    /// What is read from somewhere else than the disk could not be had.
    case unreachable(String, reason: String)

    /// Says what failed where.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "`\(path)`: cannot \(operation): \(String(cString: strerror(code)).lowercased())"
        case .noLedger(let path): "`\(path)`: no ledger: expected folders such as `log-000001` with a `vkey` each"
        case .formerVersion(let path):
            "`\(path)`: the ledger of an earlier version, `ledger-*.jsonl`, which is no longer read: move it away"
        case .missing(let path): "`\(path)`: the file is missing"
        case .malformed(let path, let reason): "`\(path)`: \(reason)"
        case .unreachable(let place, let reason): "`\(place)`: \(reason)"
        }
    }
}
