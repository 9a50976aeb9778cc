import Dialects
import Inference
import JSONText
import Privacy

/// A whole answer on its way back: put into the caller's dialect, read once, what the model added taken out where settings say so, the caller's own values put
/// back in.
struct WholeAnswer {
    /// What goes to the caller.
    let body: [UInt8]
    /// What the provider said of the answer.
    let facts: AnswerFacts
    /// Whether lists of the text's tokens were left out, since the text does not go out as it came.
    let lacksTokenLists: Bool
    /// What of the provider's answer the caller's dialect has no words for.
    let losses: [String]

    /// Reads, takes out what `rules` say, and restores. Throws where the provider's answer is no JSON or can't be looked through.
    init(
        _ bytes: [UInt8], to request: InferenceRequest, restoration: RestorationMap, rules: AnswerRules? = nil,
        translation: AnswerTranslation? = nil
    ) throws {
        let translated: Translation.Answer?
        do {
            translated = try translation?.answer(bytes)
        } catch is TranslationFault {
            throw UntranslatableAnswer(bytes, from: translation?.operation)
        }
        losses = translated?.losses ?? []
        let bytes = translated?.body ?? bytes
        let limits = JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128)
        let document = try JSONDocument(parsing: bytes, limits: limits)
        let isUntouched = restoration.isEmpty && rules == nil
        let answer = AnswerReader.read(
            request.operation, document, isJSON: !isUntouched && AnswerForm.isJSON(request))
        facts = AnswerFacts(usage: translated?.usage ?? answer.facts.usage, finishReason: answer.facts.finishReason)
        guard !isUntouched else {
            body = bytes
            lacksTokenLists = false
            return
        }
        var replacements: [JSONReplacement] = []
        for text in answer.texts {
            try AnswerText.replace(
                in: document.value(at: text.node), restoration, rules: rules, encoding: text.isJSON ? .json : .plain,
                into: &replacements)
        }
        // Where no text changes, its tokens say nothing else.
        lacksTokenLists = !replacements.isEmpty && !answer.tokenLists.isEmpty
        if lacksTokenLists { replacements += answer.tokenLists }
        replacements.sort { $0.range.lowerBound < $1.range.lowerBound }
        body = replacements.isEmpty ? bytes : document.replacing(replacements)
    }
}

/// A good answer that has no words in the caller's dialect: a picture for one that has only text, say.
struct UntranslatableAnswer: Error {
    /// What the provider said of it; `nil` where it was no answer, but an error.
    let facts: AnswerFacts?

    init(_ bytes: [UInt8], from operation: Operation?) {
        let limits = JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128)
        guard let operation, let document = try? JSONDocument(parsing: bytes, limits: limits),
            document.root["error"].map(\.isNull) ?? true
        else {
            facts = nil
            return
        }
        facts = AnswerReader.read(operation, document).facts
    }
}
