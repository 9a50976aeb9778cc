internal import Inference
internal import JSONText

/// Reads a `chat.completion`, or the usage of an embeddings answer.
enum OpenAIAnswerReader {
    static func read(_ root: JSONValue, isJSON: Bool) -> Answer {
        var answer = Answer()
        if let usage = root["usage"] { answer.facts.usage = OpenAIUsage.read(usage) }
        guard let choices = root["choices"] else { return answer }
        for choice in choices.elements {
            if answer.facts.finishReason == nil { answer.facts.finishReason = choice["finish_reason"]?.string }
            guard let message = choice["message"] else { continue }
            for (key, value) in message.members where !key.equals("role") {
                if key.equals("tool_calls") {
                    for call in value.elements {
                        strings(in: call["function"] ?? call["custom"], isJSON: false, into: &answer)
                    }
                } else {
                    strings(in: value, isJSON: isJSON && key.equals("content"), into: &answer)
                }
            }
        }
        return answer
    }

    /// All strings of a value; a member `arguments` is JSON.
    private static func strings(in value: JSONValue?, isJSON: Bool, into answer: inout Answer) {
        guard let value else { return }
        let document = value.document
        var isArguments = false
        for node in value.node..<document.nodeAfter(value.node) where document.kind(at: node) == .string {
            if document.isKey(at: node) {
                isArguments = document.value(at: node).equals("arguments")
            } else {
                answer.texts.append(Answer.Text(node: node, isJSON: isJSON || isArguments))
            }
        }
    }
}
