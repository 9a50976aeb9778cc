internal import Inference
internal import JSONText

/// Reads a `chat.completion` or a `text_completion`, or the usage of an embeddings answer.
enum OpenAIAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            for member in tape.members(of: 0) {
                switch member.name {
                case "usage":
                    answer.facts.usage = OpenAIUsage.read(tape.value(member.value))
                case "choices":
                    for choice in tape.elements(of: member.value) { read(choice, of: tape, isJSON, into: &answer) }
                case "prompt_logprobs":
                    TokenList.note(member.value, of: tape, emptyArray: false, into: &answer.tokenLists)
                default: break
                }
            }
            return answer
        }
    }

    private static func read(_ choice: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        for member in tape.members(of: choice) {
            switch member.name {
            case "finish_reason":
                if answer.facts.finishReason == nil { answer.facts.finishReason = tape.value(member.value).string }
            case "logprobs", "prompt_logprobs":
                TokenList.note(member.value, of: tape, emptyArray: false, into: &answer.tokenLists)
            case "text": strings(in: member.value, of: tape, isJSON: isJSON, into: &answer)
            case "message":
                for part in tape.members(of: member.value) {
                    switch part.name {
                    case "role": break
                    case "logprobs":
                        TokenList.note(part.value, of: tape, emptyArray: false, into: &answer.tokenLists)
                    case "content": strings(in: part.value, of: tape, isJSON: isJSON, into: &answer)
                    case "tool_calls":
                        for call in tape.elements(of: part.value) {
                            let function = tape.member("function", of: call) ?? tape.member("custom", of: call)
                            if let function { strings(in: function, of: tape, isJSON: false, into: &answer) }
                        }
                    default: strings(in: part.value, of: tape, isJSON: false, into: &answer)
                    }
                }
            default: break
            }
        }
    }

    /// All strings of a value; a member `arguments` is JSON.
    private static func strings(in node: Int, of tape: Tape, isJSON: Bool, into answer: inout Answer) {
        var isArguments = false
        for node in node..<tape.after(node) where tape.kind(node) == .string {
            if tape.isKey(node) {
                isArguments = "arguments" ~= tape.word(node)
            } else if tape.isText(node) {
                answer.texts.append(Answer.Text(node: node, isJSON: isJSON || isArguments))
            }
        }
    }
}
