import Dialects
import Inference
import Privacy

/// The way of one request to a provider of another dialect, and of its answer back.
///
/// What is translated is the treated request; an answer is translated before anything is put back into it or taken out of it, so that
/// this is done in the caller's dialect whoever answers.
struct AnswerTranslation: Sendable {
    private let translation: Translation
    private let facts: TranslatedAnswer

    /// The way to a permitted candidate; `nil` where it speaks the caller's dialect.
    init?(_ request: InferenceRequest, to operation: Operation, _ requestID: RequestID) {
        guard let translation = Translation(from: request.operation, to: operation) else { return nil }
        self.translation = translation
        facts = TranslatedAnswer(
            identifier: String(requestID.rawValue.suffix(24)), created: Int(Clock.epochSeconds()),
            model: request.model.rawValue)
    }

    /// What the provider is asked.
    var operation: Inference.Operation { translation.provider }

    /// What the provider speaks.
    var provider: Dialect { translation.provider.dialect }

    /// The body for the provider. Throws a `RequestError` that names what can't be carried.
    func request(_ treated: [UInt8], to target: TranslationTarget) throws(RequestError) -> Translation.Request {
        try translation.request(treated, to: target)
    }

    /// A whole answer for the caller, and what it took.
    func answer(_ bytes: [UInt8]) throws -> Translation.Answer { try translation.answer(bytes, as: facts) }

    /// Begins a streamed answer for the caller.
    func stream() -> StreamTranslation { translation.stream(as: facts) }

    /// A provider's error for the caller.
    func error(_ error: UpstreamError, status: Int) -> (error: UpstreamError, status: Int) {
        let dialect = translation.caller.dialect
        // 529 is Anthropic's alone, and 424 Bedrock's: its model failed.
        let known = status == 424 ? 500 : dialect != .anthropic && status == 529 ? 503 : status
        return (error.translated(to: dialect, status: known), known)
    }
}
