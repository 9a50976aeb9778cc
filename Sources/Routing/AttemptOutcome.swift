/// How an attempt to have a candidate answer went, up to the first byte of its answer's body.
public enum AttemptOutcome: Hashable, Sendable {
    /// The provider answered with this status.
    case answered(status: Int)
    /// No connection came about: address, TCP, TLS or proxy.
    case connectFailure
    /// The connection came about, but the answer did not begin in time.
    case firstByteTimeout
    /// The connection was lost before the answer began.
    case lostBeforeFirstByte
    /// Something came to the caller, and then the connection was lost or the time was over.
    case failedInMidstream
    /// The caller went away.
    case cancelled
    /// Another attempt at the same time answered first, and this one was given up.
    case outpaced

    /// Whether the next candidate shall be tried: nothing has come to the caller, and another may do better. Other errors, such as
    /// 400, would be the same elsewhere and are the caller's to see.
    public var shouldTryNext: Bool {
        switch self {
        case .answered(let status): Self.isProvidersFault(status)
        case .connectFailure, .firstByteTimeout, .lostBeforeFirstByte: true
        case .failedInMidstream, .cancelled, .outpaced: false
        }
    }

    /// Whether it brought an answer that tells how long answers take: errors come sooner.
    var isAnswer: Bool {
        guard case .answered(let status) = self else { return false }
        return (200...299).contains(status)
    }

    /// What it says of the candidate's health; `nil`: nothing.
    var isHealthy: Bool? {
        switch self {
        case .answered(let status): !Self.isProvidersFault(status)
        case .connectFailure, .firstByteTimeout, .lostBeforeFirstByte, .failedInMidstream: false
        case .cancelled, .outpaced: nil
        }
    }

    /// Besides overload and failure: 401, 402 and 407 refuse the gateway's own credentials, and another candidate has others; 408 and 424
    /// say that the model took too long or failed.
    private static func isProvidersFault(_ status: Int) -> Bool {
        [401, 402, 407, 408, 424, 429].contains(status) || (500...599).contains(status)
    }
}
