internal import JSONText

/// `{"error":{"message","type","param","code"}}`; `code` is a string or null (`design/wire.md`, 13).
enum OpenAIErrorBody {
    static func body(_ error: RequestError) -> [UInt8] {
        var message = error.message
        // litellm takes a 401 of this type for a bad request unless it finds these words.
        if error.kind == .unauthenticated, !message.contains(incorrectKey) { message = "\(incorrectKey): \(message)" }
        let (type, code) = names(of: error.kind)
        return write(message: message, type: type, param: error.param, code: code)
    }

    static func body(_ error: UpstreamError, status: Int) -> [UInt8] {
        write(
            message: error.message, type: error.type ?? type(ofStatus: status), param: error.param, code: error.code)
    }

    private static let incorrectKey = "Incorrect API key provided"

    private static func write(message: String, type: String, param: String?, code: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("message")
        writer.string(message)
        writer.key("type")
        writer.string(type)
        writer.key("param")
        writer.stringOrNull(param)
        writer.key("code")
        writer.stringOrNull(code)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// Type and code. litellm raises a BadRequest for whatever calls itself `invalid_request_error` without being
    /// `model_not_found`, so only what is a bad request says so.
    private static func names(of kind: ErrorKind) -> (type: String, code: String?) {
        switch kind {
        case .invalidRequest: ("invalid_request_error", nil)
        case .unauthenticated: ("invalid_request_error", "invalid_api_key")
        case .forbidden: ("permission_error", "permission_denied")
        case .notFound: ("not_found_error", "unknown_url")
        case .modelNotFound: ("invalid_request_error", "model_not_found")
        case .methodNotAllowed: ("invalid_request_error", "method_not_allowed")
        case .requestTimeout: ("timeout_error", "request_timeout")
        case .payloadTooLarge: ("request_too_large", "request_too_large")
        case .unsupportedMediaType: ("invalid_request_error", "unsupported_media_type")
        case .unprocessable: ("unprocessable_entity_error", "unscannable_content")
        case .unbounded: ("unprocessable_entity_error", "unbounded_request")
        case .rateLimited: ("rate_limit_error", "rate_limit_exceeded")
        case .headersTooLarge: ("request_too_large", "headers_too_large")
        case .internalFailure: ("server_error", "internal_error")
        case .upstreamFailed: ("server_error", "upstream_failed")
        case .unavailable: ("server_error", "service_unavailable")
        case .timeout: ("server_error", "upstream_timeout")
        case .overloaded: ("server_error", "overloaded")
        }
    }

    static func type(ofStatus status: Int) -> String {
        switch status {
        case 403: "permission_error"
        case 404: "not_found_error"
        case 429: "rate_limit_error"
        case 400..<500: "invalid_request_error"
        default: "server_error"
        }
    }
}
