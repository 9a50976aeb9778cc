/// Why something beyond this machine was not reached, or did not do what it was asked.
public struct RelayFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure.
    public enum Kind: String, Hashable, Sendable {
        /// The name was not resolved, or no connection came about.
        case unreachable
        /// The certificate does not hold, or the handshake failed: trying again changes nothing.
        case tls
        /// It took too long.
        case timeout
        /// The connection ended in the middle.
        case cut
        /// The answer is longer than anything that was asked for.
        case tooLong
        /// The server answered with a status that means no.
        case refused
        /// We were told to stop.
        case stopped
        /// Our own fault.
        case `internal`
    }

    /// What kind.
    public let kind: Kind
    /// Where and what, for people; nothing that a peer wrote but its status.
    public let message: String
    /// The status of an answer; `nil` where there was none.
    public let status: Int?
    /// When the server wants to be asked again, in milliseconds from then; `nil` if it did not say.
    let retryAfter: Int?

    /// Takes the parts.
    init(_ kind: Kind, _ message: String, status: Int? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
    }

    /// Says where and what.
    public var description: String { message }

    /// Whether it may pass by itself.
    var isPassing: Bool {
        switch kind {
        case .unreachable, .timeout, .cut: true
        case .refused: status.map(HTTPAnswer.isPassing) ?? false
        case .tls, .tooLong, .stopped, .internal: false
        }
    }
}
