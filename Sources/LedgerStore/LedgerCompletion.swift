public import Ledger

/// Takes what became of intents. Usually one for each event loop: all that one batch brings for it comes in one call.
public protocol LedgerCompletionQueue: AnyObject, Sendable {
    /// Takes completions in the order of their intents. Called on the ledger's own thread, or, where the ledger refuses
    /// at once, on the thread that recorded; it must only hand over, by the event loop's `execute`, say.
    func deliver(_ completions: [LedgerCompletion])
}

/// What became of an intent. Every intent gets exactly one.
public struct LedgerCompletion: Sendable {
    /// The intent's token, as its recorder chose it.
    public let token: UInt64
    /// The receipt, or why there is none and nothing may be sent.
    public let result: Result<IntentReceipt, LedgerUnavailable>
}

/// Why an entry was not recorded.
public enum LedgerUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    /// Writing failed once, so what the disk holds is unknown. Final until the next start.
    case failed(String)
    /// There is no room beyond what results in flight need, because the disk is full or bundles cannot be written; says
    /// which. Passes when there is.
    case noSpace(String)
    /// The disk is too slow for what comes. Passes.
    case overloaded
    /// The ledger is closed.
    case closed

    /// Says why.
    public var description: String {
        switch self {
        case .failed(let reason): "the ledger failed: \(reason)"
        case .noSpace(let reason): "the ledger has no room: \(reason)"
        case .overloaded: "the ledger's disk is too slow"
        case .closed: "the ledger is closed"
        }
    }
}
