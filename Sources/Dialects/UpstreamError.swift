public import Inference
internal import JSONText

/// What a provider said was wrong, read from whatever shape it came in (`design/wire.md`, 16 and 17): both dialects' own,
/// `error.code` as a number, `{"detail":…}`, a bare string, or no JSON at all.
public struct UpstreamError: Hashable, Sendable {
    /// For a person. It may quote the request in its treated form: restore it before it goes to the caller, and keep it
    /// out of logs.
    public var message: String
    /// The provider's word for the kind of error.
    public var type: String?
    /// The provider's code; numbers became text.
    public var code: String?
    /// The parameter at fault.
    public var param: String?

    /// Whether Google says by a reason of its own (google.rpc.ErrorInfo) that the key is at fault.
    private(set) var hasKeyReason = false

    /// Puts an error together.
    public init(message: String, type: String? = nil, code: String? = nil, param: String? = nil) {
        self.message = message
        self.type = type
        self.code = code
        self.param = param
    }

    /// Reads an error answer's body. What is no JSON is not quoted: it may be a page of HTML.
    /// `errorType` is what the answer's head says of the kind (`x-amzn-errortype`), where it does.
    public init(status: Int, body: [UInt8], errorType: String? = nil) {
        self.init(message: "the provider answered with status \(status)")
        // Its name ends at a colon, behind which an address may follow.
        defer { if let errorType { type = String(errorType.prefix { $0 != ":" }) } }
        guard var root = try? JSONDocument(parsing: body).root else { return }
        // Gemini's streams are arrays, and so are their errors.
        if root.kind == .array, let first = root[0] { root = first }
        guard root.kind == .object else { return }
        read(root)
    }

    /// Reads an error that came in a stream.
    init(_ root: JSONValue) {
        self.init(message: "the provider gave up")
        read(root)
    }

    /// Reads the event of a stream that tells of an error: of a frame, its name says which it is.
    init(_ event: ServerSentEvent, _ document: JSONDocument?, of parser: borrowing EventStreamParser) {
        self.init(message: "the provider gave up")
        if let document { read(document.root) }
        if event.isFailure { type = String(decoding: parser.bytes[event.name], as: UTF8.self) }
    }

    private mutating func read(_ root: JSONValue) {
        // Responses tell of a failure in what they would have answered.
        let error = root["error"] ?? root["response"]?["error"] ?? root
        if let text = error.string {
            message = text
            return
        }
        guard error.kind == .object else { return }
        if let text = (error["message"] ?? error["Message"] ?? error["detail"])?.string, !text.isEmpty {
            message = text
        }
        type = (error["type"] ?? error["status"])?.string
        if type == "error" { type = nil }
        param = error["param"]?.string
        if let value = error["code"] { code = value.string ?? value.int.map(String.init) }
        // Gemini calls a wrong key a bad request (google.rpc.ErrorInfo).
        guard let details = error["details"], details.kind == .array else { return }
        hasKeyReason = details.elements.prefix(16).contains {
            $0["reason"]?.string.map(Self.keyReasons.contains) ?? false
        }
    }

    /// The same error in another dialect: its class stays, its words for it and what it says of the translated request's members go.
    /// `status` is that of the answer, where there is one.
    public func translated(to dialect: Dialect, status: Int? = nil) -> UpstreamError {
        let status = status ?? statusOfType
        let body = ErrorClass(status: status)
        return UpstreamError(message: message, type: body.type(in: dialect), code: body.code(in: dialect))
    }

    /// What a provider's word for the kind of error would be as a status; in streams there is no other.
    public var statusOfType: Int {
        switch type {
        case "invalid_request_error", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE": 400
        case "authentication_error", "UNAUTHENTICATED": 401
        case "permission_error", "PERMISSION_DENIED": 403
        case "not_found_error", "NOT_FOUND": 404
        case "request_too_large": 413
        case "rate_limit_error", "rate_limit_exceeded", "insufficient_quota", "requests", "tokens",
            "RESOURCE_EXHAUSTED":
            429
        case "timeout_error", "DEADLINE_EXCEEDED": 504
        case "overloaded_error": 529
        case "UNAVAILABLE": 503
        case let type?: BedrockErrorBody.status(ofType: type) ?? statusOfCode
        case nil: statusOfCode
        }
    }

    private var statusOfCode: Int {
        switch code {
        case "rate_limit_exceeded": 429
        case "overloaded": 529
        case "server_is_overloaded", "slow_down": 503
        case "context_length_exceeded", "failed_to_download_image", "content_policy_violation", "content_filter": 400
        // What is wrong with a prompt or its pictures (OpenAI's `ResponseErrorCode`).
        case let code? where ["invalid_", "image_", "unsupported_", "empty_"].contains(where: code.hasPrefix): 400
        // Many servers say the status itself.
        case let code?: Int(code).flatMap { (400...599).contains($0) ? $0 : nil } ?? 500
        case nil: 500
        }
    }

    /// The status to answer with. That the provider refuses *our* credentials is our fault, not the caller's, whose SDK
    /// would blame its own key; everything odd is a failed upstream.
    public static func callerStatus(for status: Int) -> Int {
        switch status {
        case 401, 402, 403, 407: 502
        case 400..<600: status
        default: 502
        }
    }
}
