import Dialects
import Inference
import JSONText
import Privacy

/// A whole answer on its way back: read once, the caller's own values put back in.
struct WholeAnswer {
    /// What goes to the caller.
    let body: [UInt8]
    /// What the provider said of the answer.
    let facts: AnswerFacts

    /// Reads and restores; throws where the provider's answer is no JSON.
    init(_ bytes: [UInt8], to request: InferenceRequest, restoration: RestorationMap) throws(JSONSyntaxError) {
        let limits = JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128)
        let document = try JSONDocument(parsing: bytes, limits: limits)
        let answer = AnswerReader.read(
            request.operation, document, isJSON: !restoration.isEmpty && AnswerForm.isJSON(request))
        facts = answer.facts
        guard !restoration.isEmpty else {
            body = bytes
            return
        }
        var replacements: [JSONReplacement] = []
        for text in answer.texts {
            restoration.restore(
                in: document.value(at: text.node), encoding: text.isJSON ? .json : .plain, into: &replacements)
        }
        body = replacements.isEmpty ? bytes : document.replacing(replacements)
    }
}
