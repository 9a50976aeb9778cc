internal import Inference
internal import JSONText

/// What a `response` object says of itself.
enum ResponsesText {
    /// Usage and how it ended.
    static func facts(_ response: JSONValue) -> AnswerFacts {
        var facts = AnswerFacts()
        if let usage = response["usage"], let input = usage["input_tokens"]?.int {
            let details = usage["input_tokens_details"]
            facts.usage = TokenUsage(
                input: max(0, input), output: max(0, usage["output_tokens"]?.int ?? 0),
                cachedInput: max(0, details?["cached_tokens"]?.int ?? 0),
                writtenInput: max(0, details?["cache_write_tokens"]?.int ?? 0),
                hasOtherRates: response["service_tier"]?.string.map(ServiceTier.isDearer) ?? false)
        }
        facts.finishReason = response["incomplete_details"]?["reason"]?.string ?? response["status"]?.string
        return facts
    }
}

/// Reads a whole `response`.
enum ResponsesAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            answer.facts = ResponsesText.facts(tape.value(0))
            var texts: [Answer.Text] = []
            AnswerStrings.collect(0..<tape.after(0), of: tape, isJSON: isJSON, tokenLists: &answer.tokenLists) {
                node, isJSON in
                texts.append(Answer.Text(node: node, isJSON: isJSON))
            }
            answer.texts = texts
            return answer
        }
    }
}
