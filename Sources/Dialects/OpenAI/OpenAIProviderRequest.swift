internal import JSONText

/// Edits of an OpenAI request on its way to the provider.
enum OpenAIProviderRequest {
    /// Asks for usage figures: sets `stream_options.include_usage`. Insertions stand at an object's end, where no text can
    /// be replaced; `nil` where the member has a wrong type, which is the provider's to refuse.
    static func usageEdit(_ root: JSONValue) -> JSONReplacement? {
        guard let options = root["stream_options"] else {
            return insertion("\"stream_options\":{\"include_usage\":true}", into: root)
        }
        switch options.kind {
        case .null:
            return JSONReplacement(range: options.range, bytes: Array("{\"include_usage\":true}".utf8))
        case .object:
            guard let flag = options["include_usage"] else {
                return insertion("\"include_usage\":true", into: options)
            }
            return JSONReplacement(range: flag.range, bytes: Array("true".utf8))
        default:
            return nil
        }
    }

    private static func insertion(_ member: String, into object: JSONValue) -> JSONReplacement {
        let end = object.range.upperBound - 1
        return JSONReplacement(range: end..<end, bytes: Array(((object.count > 0 ? "," : "") + member).utf8))
    }
}
