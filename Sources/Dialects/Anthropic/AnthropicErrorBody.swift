internal import JSONText

/// `{"type":"error","error":{"type","message"},"request_id"}` (`design/wire.md`, 13).
enum AnthropicErrorBody {
    static func body(_ error: RequestError, requestID: String) -> [UInt8] {
        write(message: error.message, type: type(of: error.kind), requestID: requestID)
    }

    static func body(_ error: UpstreamError, status: Int, requestID: String) -> [UInt8] {
        write(message: error.message, type: error.type ?? type(ofStatus: status), requestID: requestID)
    }

    private static func write(message: String, type: String, requestID: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string("error")
        writer.key("error")
        writer.beginObject()
        writer.key("type")
        writer.string(type)
        writer.key("message")
        writer.string(message)
        writer.endObject()
        writer.key("request_id")
        writer.string(requestID)
        writer.endObject()
        return writer.bytes
    }

    private static func type(of kind: ErrorKind) -> String {
        switch kind {
        case .invalidRequest, .methodNotAllowed, .unsupportedMediaType, .unprocessable, .unbounded:
            "invalid_request_error"
        case .unauthenticated: "authentication_error"
        case .forbidden: "permission_error"
        case .notFound, .modelNotFound: "not_found_error"
        case .requestTimeout, .timeout: "timeout_error"
        case .payloadTooLarge, .headersTooLarge: "request_too_large"
        case .rateLimited: "rate_limit_error"
        case .internalFailure, .upstreamFailed, .unavailable: "api_error"
        case .overloaded: "overloaded_error"
        }
    }

    static func type(ofStatus status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 408, 504: "timeout_error"
        case 529: "overloaded_error"
        case 400..<500: "invalid_request_error"
        default: "api_error"
        }
    }
}
