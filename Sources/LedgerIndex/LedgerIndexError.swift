internal import GRDB

/// Why the index gave no answer.
public enum LedgerIndexError: Error, Equatable, CustomStringConvertible {
    /// The database failed; its own words.
    case database(path: String, problem: String)
    /// The question took longer than it may.
    case tookTooLong
    /// The one who asked went away, or the process ends.
    case cancelled

    /// What to do about it, or what happened.
    public var description: String {
        switch self {
        case .database(let path, let problem): "\(path): \(problem) (the index can always be deleted and made anew)"
        case .tookTooLong: "the question took too long; ask for a shorter time, or on the command line"
        case .cancelled: "cancelled"
        }
    }
}
