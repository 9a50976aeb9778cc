internal import Inference
internal import JSONText

/// Strings of a `response` object or of one of its parts, and its figures.
enum ResponsesText {
    /// Every string in a value but words of the API and identifiers; `isJSON` says that the answer's own text is JSON.
    static func collect(
        _ node: Int, of tape: Tape, isJSON: Bool, tokenLists: inout [JSONReplacement],
        _ found: (_ node: Int, _ isJSON: Bool) -> Void
    ) {
        var kind = Kind.text
        var index = node
        while index < tape.after(node) {
            if tape.isKey(index) {
                kind = Kind(tape.word(index))
                if kind == .tokens { TokenList.note(index + 1, of: tape, emptyArray: true, into: &tokenLists) }
                if kind == .word || kind == .tokens {
                    index = tape.after(index + 1)
                    continue
                }
            } else if tape.isText(index) {
                found(index, kind == .arguments || isJSON && kind == .content)
            }
            index += 1
        }
    }

    private enum Kind {
        case text
        case content
        case arguments
        case word
        case tokens

        init(_ name: Word) {
            switch name {
            case "text": self = .content
            case "arguments": self = .arguments
            case "logprobs": self = .tokens
            case "id", "object", "type", "status", "role", "call_id", "item_id", "model", "previous_response_id",
                "encrypted_content", "obfuscation", "service_tier", "truncation":
                self = .word
            default: self = .text
            }
        }
    }

    /// Usage and how it ended.
    static func facts(_ response: JSONValue) -> AnswerFacts {
        var facts = AnswerFacts()
        if let usage = response["usage"], let input = usage["input_tokens"]?.int {
            let details = usage["input_tokens_details"]
            facts.usage = TokenUsage(
                input: max(0, input), output: max(0, usage["output_tokens"]?.int ?? 0),
                cachedInput: max(0, details?["cached_tokens"]?.int ?? 0),
                writtenInput: max(0, details?["cache_write_tokens"]?.int ?? 0))
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
            ResponsesText.collect(0, of: tape, isJSON: isJSON, tokenLists: &answer.tokenLists) { node, isJSON in
                texts.append(Answer.Text(node: node, isJSON: isJSON))
            }
            answer.texts = texts
            return answer
        }
    }
}
