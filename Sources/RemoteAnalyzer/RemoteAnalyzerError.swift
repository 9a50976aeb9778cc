/// Why there is no analysis. There is never a part of one: the request that asked for it fails.
public struct RemoteAnalyzerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// No whole answer within the deadline.
        case deadline
        /// No connection, or it broke.
        case unreachable
        /// An answer with a status other than 200.
        case status
        /// An answer that is no analysis of what was sent: not JSON, of another shape, with offsets outside the text.
        case malformed
        /// Not asked, because the last calls failed.
        case circuitOpen = "circuit_open"
        /// Not asked, because the texts are more than an analysis may have.
        case tooLarge = "too_large"
        /// Not asked, because a text is not UTF-8.
        case notUTF8 = "not_utf8"
        /// Given up by the caller.
        case cancelled
    }

    /// What went wrong.
    public let kind: Kind
    /// More words; never a text, a part of an answer (which may quote one) or a secret.
    public let message: String
    /// The status, where it is one.
    public let status: Int?

    init(_ kind: Kind, _ message: String, status: Int? = nil) {
        self.kind = kind
        self.message = message
        self.status = status
    }

    /// `kind: message`.
    public var description: String { "\(kind.rawValue): \(message)" }

    /// What it says of the service. One that refuses a request for what is in it (RFC 9110 §15.5.1, .14, .21) is well.
    var outcome: CircuitBreaker.Outcome {
        switch kind {
        case .status: status == 400 || status == 413 || status == 422 ? .well : .unwell
        case .deadline, .unreachable, .malformed: .unwell
        case .circuitOpen, .tooLarge, .notUTF8, .cancelled: .unknown
        }
    }
}
