import Cryptography
import Gateway
import Inference
import JSONText
import Privacy

/// An answer that repeats what was sent, for measuring what is done with answers.
struct AnswerBench {
    /// The text as the model writes it, with surrogates in it.
    let text: [UInt8]
    private let restoration: RestorationMap
    private let rules: AnswerRules?

    /// Treats a prompt of this text's first 64 KB as a request; the answer repeats what was sent.
    init(_ settings: PrivacySettings, _ prompt: [UInt8]) throws {
        var settings = settings
        settings.redactedInAnswers = AnswerRules.immediateClasses
        let engine = try PrivacyEngineLoader.engine(settings)
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(String(decoding: prompt.prefix(65_536), as: UTF8.self))
        writer.endArray()
        let body = try JSONDocument(parsing: writer.bytes)
        let request = InferenceRequest(
            dialect: .openAI, operation: .chat, model: ModelID("bench"), isStreaming: true, wantsStreamUsage: false,
            documents: [.init(json: body, parent: nil)], texts: [.init(document: 0, node: 1, place: .user)],
            unscannable: [], tools: [], estimatedInputTokens: 1, maximumOutputTokens: nil)
        let findings = try engine.inspect(request)
        let treated = try engine.treat(
            request, findings: findings, requestID: RequestID(high: 1, low: 2), form: .pseudonymised,
            destination: Destination(provider: ProviderID("bench"), model: "bench"),
            tenantKey: TenantKey(master: SymmetricKey([UInt8](repeating: 7, count: 32)), tenant: "bench"))
        text = try JSONDocument(parsing: treated.body).value(at: 1).decodedUTF8()
        restoration = treated.restoration
        rules = AnswerRules(engine: engine, request: request, findings: findings, restoration: restoration)
    }

    /// Puts the caller's values back.
    func restore() throws { try run(AnswerText(restoration, rules: nil)) }

    /// Takes out what the model added, and puts the caller's values back.
    func redact() throws { try run(AnswerText(restoration, rules: rules)) }

    /// In pieces of 32 bytes, about as models stream.
    private func run(_ answer: AnswerText) throws {
        var answer = answer
        var output: [UInt8] = []
        output.reserveCapacity(2 * text.count)
        try text.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + 32)
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if answer.passes(piece) {
                    output.append(contentsOf: piece)
                } else {
                    try answer.push(piece, into: &output)
                }
                start = end
            }
        }
        try answer.finish(into: &output)
    }
}
