private import Glibc
public import Ledger

/// Why a ledger cannot be opened or read.
public enum LedgerStoreError: Error, Sendable, CustomStringConvertible {
    /// Another process writes to it.
    case inUse(directory: String)
    /// The system refused; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// The log is not as it was written. Line numbers count from 1.
    case broken(file: String, line: Int, problem: LedgerProblem)
    /// The file that remembers the end of the log cannot be read.
    case unreadableHead(path: String)
    /// The first entry cannot be written.
    case unwritable(directory: String, reason: String)
    /// A name in the `start` entry is far too long.
    case entry(LedgerEntryTooLong)

    /// Says what failed where.
    public var description: String {
        switch self {
        case .inUse(let directory): "`\(directory)`: another process writes to this ledger"
        case .system(let operation, let path, let code): "`\(path)`: cannot \(operation): \(Self.message(code))"
        case .broken(let file, let line, let problem): "\(file):\(line): \(problem)"
        case .unreadableHead(let path): "`\(path)`: expected `SEQUENCE:DIGEST`; it remembers where the log ended"
        case .unwritable(let directory, let reason): "`\(directory)`: \(reason)"
        case .entry(let error): "\(error)"
        }
    }

    /// The system's words for an error, in lowercase as our own.
    static func message(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
