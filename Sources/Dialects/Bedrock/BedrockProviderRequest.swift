/// Where at Bedrock's runtime a model is asked.
enum BedrockProviderRequest {
    /// `/model/NAME/converse`, or `/converse-stream`. All but RFC 3986's unreserved characters of the name are escaped, as Amazon's
    /// own SDKs do it: its signature is made of this path. `nil` for a name that can't stand in a path.
    static func path(model: String, isStreaming: Bool) -> String? {
        guard !model.utf8.allSatisfy({ $0 == 0x2E }) else { return nil }
        return "/model/\(escaped(model))/converse\(isStreaming ? "-stream" : "")"
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x5F
                || byte == 0x7E
            bytes += isPlain ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
