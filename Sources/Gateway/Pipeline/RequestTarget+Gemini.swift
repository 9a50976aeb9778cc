import Dialects
import Inference
import NIOHTTP1

/// The paths of Gemini's API, which say what model is asked, whether the answer is streamed, and how it comes then.
extension RequestTarget {
    /// How a streamed answer comes.
    var framing: StreamFraming {
        guard case .inference(_, let address?) = self else { return .events }
        return address.framing
    }

    /// Reads a path of Gemini's API; `nil` for one of another's. SDK 3.x says `/v1`, which is OpenAI's, too: there it is the method that
    /// tells them apart, or the key's header (`design/wire.md`, 5).
    static func gemini(_ head: HTTPRequestHead, _ path: Substring, query: Substring) -> RequestTarget? {
        var rest = path
        let isOwn = rest.removePrefix("/v1beta/") || rest.removePrefix("/v1alpha/")
        guard isOwn || rest.removePrefix("/v1/") else { return nil }
        guard rest == "models" || rest.hasPrefix("models/") else { return isOwn ? .unknown : nil }
        let isReading = head.method == .GET || head.method == .HEAD
        rest.removeFirst("models".count)
        let name = rest.dropFirst()
        if !isOwn {
            let isCall = head.method == .POST && name.contains(":")
            guard isCall || isReading && head.headers.contains(name: "x-goog-api-key") else { return nil }
        }
        if let error = refusal(of: query) { return .refused(error) }
        if isReading {
            if name.isEmpty { return .models }
            guard let model = PercentEncoding.decoded(name) else { return .unknown }
            return .model(ModelID(model))
        }
        guard let colon = name.lastIndex(of: ":"), let model = PercentEncoding.decoded(name[..<colon]), !model.isEmpty
        else { return name.isEmpty || !name.contains(":") ? .wrongMethod(allowed: "GET") : .unknown }
        guard let call = call(name[colon...].dropFirst(), of: model, query) else { return .unknown }
        return head.method == .POST ? call : .wrongMethod(allowed: "POST")
    }

    private static func call(_ verb: Substring, of model: String, _ query: Substring) -> RequestTarget? {
        let address = RequestAddress(model: model, isStreaming: false)
        return switch verb {
        case "generateContent": .inference(.generateContent, at: address)
        case "streamGenerateContent":
            .inference(
                .generateContent,
                at: RequestAddress(
                    model: model, isStreaming: true, framing: value(of: "alt", in: query) == "sse" ? .events : .array))
        case "countTokens": .inference(.countContentTokens, at: address)
        case "embedContent": .inference(.embedContent, at: address)
        case "batchEmbedContents": .inference(.batchEmbedContents, at: address)
        default: nil
        }
    }

    /// Addresses are logged, by proxies and by clients: a key in one counts as told.
    private static func refusal(of query: Substring) -> RequestError? {
        if value(of: "key", in: query) != nil || value(of: "access_token", in: query) != nil {
            return RequestError(
                .invalidRequest,
                "a key in the address (`?key=`) is not taken, since addresses are logged: "
                    + "send it as the header `x-goog-api-key`, and make a new one in its place",
                param: "key")
        }
        guard let form = value(of: "alt", in: query), form != "sse", form != "json" else { return nil }
        return RequestError(.invalidRequest, "`alt` has to be `sse` or `json`", param: "alt")
    }

    /// Google's own parameters may have a `$` before their names.
    private static func value(of name: String, in query: Substring) -> Substring? {
        for field in query.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard var key = parts.first else { continue }
            if !key.removePrefix("$") { _ = key.removePrefix("%24") }
            if key == name { return parts.count > 1 ? parts[1] : "" }
        }
        return nil
    }
}

extension Substring {
    /// Takes a prefix off; whether it was there.
    fileprivate mutating func removePrefix(_ prefix: String) -> Bool {
        guard hasPrefix(prefix) else { return false }
        removeFirst(prefix.count)
        return true
    }
}
