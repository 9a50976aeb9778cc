private import Glibc

/// What is wrong with a vault, with the file or folder concerned.
public enum VaultError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system refused an operation on a path, with its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// Another process writes there.
    case inUse(directory: String)
    /// A file that is none of the vault's, or not as it was written.
    case damaged(path: String, problem: String)
    /// Sealed under another master key: the fingerprints of both.
    case otherMaster(path: String, sealed: String, given: String)
    /// What was sealed was shredded, so that nobody can read it any more.
    case shredded(what: String)
    /// OpenSSL failed.
    case cryptography(String)

    /// Lowercase, without a final period; never a payload's text.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code): "\(path): cannot \(operation): \(Self.message(code))"
        case .inUse(let directory): "\(directory): another gateway writes to this vault"
        case .damaged(let path, let problem): "\(path): \(problem)"
        case .otherMaster(let path, let sealed, let given):
            "\(path): sealed under the master key \(sealed), and the one given is \(given)"
        case .shredded(let what): "\(what) was shredded: nobody can read it any more"
        case .cryptography(let problem): problem
        }
    }

    static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Why a payload was not sealed, so that nothing may be sent.
public enum VaultUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    /// Writing failed once, so what the disk holds is unknown. Final until the next start.
    case failed(String)
    /// The disk is full. Passes.
    case noSpace
    /// The disk is too slow for what comes. Passes.
    case overloaded
    /// A new day's key could not be made yet, for this reason. Passes.
    case noKey(String)
    /// The vault is closed.
    case closed

    /// Says why.
    public var description: String {
        switch self {
        case .failed(let reason): "the vault failed: \(reason)"
        case .noSpace: "the vault's disk is full"
        case .overloaded: "the vault's disk is too slow"
        case .noKey(let reason): "the vault has no key for today: \(reason)"
        case .closed: "the vault is closed"
        }
    }
}
