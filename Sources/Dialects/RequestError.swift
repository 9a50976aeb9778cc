public import Inference

/// What went wrong with a request, in words that belong to no dialect. `ErrorBody` says it in the caller's dialect.
public enum ErrorKind: String, Hashable, Sendable, CaseIterable {
    /// The request can't be understood: 400.
    case invalidRequest = "invalid_request"
    /// No valid credential: 401.
    case unauthenticated
    /// Policy denies it: 403.
    case forbidden
    /// No such path: 404.
    case notFound = "not_found"
    /// No such model, or none that this principal may use: 404.
    case modelNotFound = "model_not_found"
    /// The path exists, for another method: 405.
    case methodNotAllowed = "method_not_allowed"
    /// The request did not arrive in time: 408.
    case requestTimeout = "request_timeout"
    /// The body is too large: 413.
    case payloadTooLarge = "payload_too_large"
    /// The body is no JSON by its own account: 415.
    case unsupportedMediaType = "unsupported_media_type"
    /// A part can't be inspected, and policy wants it inspected: 422.
    case unprocessable
    /// A limit applies to what the request leaves open: 422.
    case unbounded
    /// A limit is spent: 429.
    case rateLimited = "rate_limited"
    /// The header fields are too large: 431.
    case headersTooLarge = "headers_too_large"
    /// A fault of ours: 500.
    case internalFailure = "internal"
    /// The provider failed or answered what can't be understood: 502.
    case upstreamFailed = "upstream_failed"
    /// No candidate is left, or the ledger can't be written: 503.
    case unavailable
    /// The provider did not answer in time: 504.
    case timeout
    /// Too much to do: 503 for OpenAI's clients, 529 for Anthropic's.
    case overloaded

    /// The HTTP status in a dialect.
    public func status(in dialect: Dialect) -> Int {
        switch self {
        case .invalidRequest: 400
        // Amazon's clients know no 401.
        case .unauthenticated: dialect == .bedrock ? 403 : 401
        case .forbidden: 403
        case .notFound, .modelNotFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .payloadTooLarge: 413
        case .unsupportedMediaType: 415
        case .unprocessable, .unbounded: 422
        case .rateLimited: 429
        case .headersTooLarge: 431
        case .internalFailure: 500
        case .upstreamFailed: 502
        case .unavailable: 503
        case .timeout: 504
        case .overloaded: dialect == .anthropic ? 529 : 503
        }
    }
}

/// Why a request is refused: a kind, words for a person, and the parameter at fault where there is one.
public struct RequestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public let kind: ErrorKind
    /// For a person: no prompt text, no secret.
    public let message: String
    /// The member of the body at fault, such as `messages`.
    public let param: String?

    /// Puts an error together.
    public init(_ kind: ErrorKind, _ message: String, param: String? = nil) {
        self.kind = kind
        self.message = message
        self.param = param
    }

    /// The HTTP status in a dialect.
    public func status(in dialect: Dialect) -> Int { kind.status(in: dialect) }

    /// The message.
    public var description: String { message }
}
