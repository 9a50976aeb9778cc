internal import JSONText

/// `{"message"}`; which exception it is says the header `x-amzn-errortype`, and in a stream the frame.
enum BedrockErrorBody {
    static func body(message: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return writer.bytes
    }

    /// The exception that SDKs raise.
    static func type(of kind: ErrorKind) -> String {
        switch kind {
        case .unauthenticated, .forbidden: "AccessDeniedException"
        case .invalidRequest, .methodNotAllowed, .unsupportedMediaType, .unprocessable, .unbounded, .payloadTooLarge,
            .headersTooLarge:
            "ValidationException"
        case .notFound, .modelNotFound: "ResourceNotFoundException"
        case .rateLimited: "ThrottlingException"
        case .requestTimeout, .timeout: "ModelTimeoutException"
        case .internalFailure: "InternalServerException"
        case .upstreamFailed: "ModelErrorException"
        case .unavailable, .overloaded: "ServiceUnavailableException"
        }
    }

    static func type(ofStatus status: Int) -> String {
        switch status {
        case 401, 403: "AccessDeniedException"
        case 404: "ResourceNotFoundException"
        case 408, 504: "ModelTimeoutException"
        case 424: "ModelErrorException"
        case 429: "ThrottlingException"
        case 400..<500: "ValidationException"
        case 503, 529: "ServiceUnavailableException"
        default: "InternalServerException"
        }
    }

    /// The status that belongs to an exception, however its name is written; `nil` for one that is not known.
    static func status(ofType type: String) -> Int? {
        switch type.prefix(1).uppercased() + type.dropFirst() {
        case "ValidationException", "ServiceQuotaExceededException": 400
        case "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException": 403
        case "ResourceNotFoundException": 404
        case "ModelTimeoutException": 408
        case "ThrottlingException", "ModelNotReadyException", "TooManyRequestsException": 429
        // Its own status is 424; but that the model failed is nobody's request's fault.
        case "InternalServerException", "ModelErrorException", "ModelStreamErrorException": 500
        case "ServiceUnavailableException": 503
        default: nil
        }
    }

    /// The frame that ends a stream. Of the exceptions only five can be said in one.
    static func frame(type: String, message: String) -> [UInt8] {
        let name =
            switch type.prefix(1).uppercased() + type.dropFirst() {
            case "ValidationException": "validationException"
            case "ThrottlingException": "throttlingException"
            case "ServiceUnavailableException": "serviceUnavailableException"
            case "InternalServerException": "internalServerException"
            default: "modelStreamErrorException"
            }
        var stream: [UInt8] = []
        EventFrameWriter.append(exception: name, data: body(message: message), to: &stream)
        return stream
    }
}
