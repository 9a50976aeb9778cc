import Dialects
import Inference
import NIOHTTP1

/// What a request's method and path ask for, and the dialect in which its caller wants to be answered.
enum RequestTarget: Equatable {
    /// A model shall be called; some dialects name it in the path.
    case inference(Operation, at: RequestAddress? = nil)
    /// `GET /v1/models`.
    case models
    /// `GET /v1/models/NAME`, the name decoded.
    case model(ModelID)
    /// `POST /v1/feedback`.
    case feedback
    /// An administrator asks something of the gateway itself.
    case administration(AdministrativeFunction)
    /// The path is served, but for other methods, which are named.
    case wrongMethod(allowed: String)
    /// What the address asks for can't be had, whoever asks.
    case refused(RequestError)
    /// The path is not served.
    case unknown

    /// Reads method and target.
    static func read(_ head: HTTPRequestHead) -> (target: RequestTarget, dialect: Dialect) {
        let end = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) ?? head.uri.endIndex
        let path = head.uri[..<end]
        if let gemini = gemini(head, path, query: head.uri[end...].dropFirst()) { return (gemini, .gemini) }
        switch path {
        case "/v1/chat/completions": return (post(head, .chat), .openAI)
        case "/v1/responses": return (post(head, .responses), .openAI)
        case "/v1/completions": return (post(head, .completions), .openAI)
        case "/v1/embeddings": return (post(head, .embeddings), .openAI)
        case "/v1/messages": return (post(head, .messages), .anthropic)
        case "/v1/messages/count_tokens": return (post(head, .countTokens), .anthropic)
        case "/v1/feedback":
            return (head.method == .POST ? .feedback : .wrongMethod(allowed: "POST"), listingDialect(head))
        case "/v1/models": return (get(head, .models), listingDialect(head))
        default: break
        }
        if let function = AdministrativeFunction.allCases.first(where: { path == $0.path }) {
            let isRight = head.method.rawValue == function.method
            return (isRight ? .administration(function) : .wrongMethod(allowed: function.method), .openAI)
        }
        if path.hasPrefix("/model/") { return (converse(head, path.dropFirst(7)), .bedrock) }
        let prefix = "/v1/models/"
        if path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count {
            guard let name = PercentEncoding.decoded(path.dropFirst(prefix.count)) else {
                return (.unknown, listingDialect(head))
            }
            return (get(head, .model(ModelID(name))), listingDialect(head))
        }
        return (.unknown, path.hasPrefix("/v1/messages") ? .anthropic : listingDialect(head))
    }

    /// What else Bedrock's runtime offers for a model, by the path's last word.
    private static let unofferedCalls = [
        "invoke": "InvokeModel", "invoke-with-response-stream": "InvokeModelWithResponseStream",
        "invoke-with-bidirectional-stream": "InvokeModelWithBidirectionalStream", "count-tokens": "CountTokens",
    ]

    /// Bedrock's paths, behind `/model/`: a name whose slashes are escaped, and what is wanted of it.
    private static func converse(_ head: HTTPRequestHead, _ rest: Substring) -> RequestTarget {
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let call = unofferedCalls[String(parts[1])] {
            return .refused(
                RequestError(
                    .invalidRequest, "`\(call)` is not offered here: use `Converse` or `ConverseStream`"))
        }
        guard parts.count == 2, parts[1] == "converse" || parts[1] == "converse-stream",
            let model = PercentEncoding.decoded(parts[0]), !model.isEmpty
        else { return .unknown }
        guard head.method == .POST else { return .wrongMethod(allowed: "POST") }
        return .inference(.converse, at: RequestAddress(model: model, isStreaming: parts[1] == "converse-stream"))
    }

    private static func post(_ head: HTTPRequestHead, _ operation: Operation) -> RequestTarget {
        head.method == .POST ? .inference(operation) : .wrongMethod(allowed: "POST")
    }

    private static func get(_ head: HTTPRequestHead, _ target: RequestTarget) -> RequestTarget {
        head.method == .GET || head.method == .HEAD ? target : .wrongMethod(allowed: "GET")
    }

    /// Both dialects list models under one path; Anthropic's clients name their version (`design/wire.md`, 6).
    private static func listingDialect(_ head: HTTPRequestHead) -> Dialect {
        head.headers.contains(name: "anthropic-version") ? .anthropic : .openAI
    }
}

/// Percent-encoding of a path's segment (RFC 3986 §2.1).
enum PercentEncoding {
    /// The decoded text; `nil` where an escape is broken, or the result is not UTF-8 or has control characters.
    static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
