import Dialects
import Inference
import JSONText
import Routing

/// What a request needs of a model beyond text, as its body says.
enum RequestNeeds {
    static func capabilities(of request: InferenceRequest) -> ModelCapabilities {
        var needs: ModelCapabilities = []
        if request.unscannable.contains(where: { $0.kind == .image }) { needs.insert(.vision) }
        if !request.tools.isEmpty { needs.insert(.tools) }
        if AnswerForm.needsSchema(request) { needs.insert(.jsonSchema) }
        return needs
    }

    /// Roughly: a picture of ordinary size, or a page, has about as many tokens with most providers.
    private static let tokensOfMedium = 1_500

    /// The tokens of what is not text, by estimate.
    static func mediaTokens(of request: InferenceRequest) -> Int {
        request.unscannable.count { [.image, .audio, .file].contains($0.kind) } * tokensOfMedium
    }

    /// A hash of who asks and of how the conversation began, its first two texts: what is added to it later changes nothing.
    static func conversation(_ request: InferenceRequest, _ principal: Principal) -> UInt64 {
        // FNV-1a: for spreading, not for secrets.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        principal.tenant.utf8.forEach(add)
        add(0)
        principal.name.utf8.forEach(add)
        for text in request.texts.lazy.filter({ $0.place == .system || $0.place == .user }).prefix(2) {
            add(0)
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                bytes.prefix(4_096).forEach(add)
            }
        }
        return hash
    }
}
