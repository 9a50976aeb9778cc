internal import Inference
internal import JSONText

/// Reads a `chat.completion` or a `text_completion`, or the usage of an embeddings answer.
enum OpenAIAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool, areEmbeddings: Bool = false) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            for member in tape.members(of: 0) {
                switch member.name {
                case "usage":
                    answer.facts.usage = OpenAIUsage.read(tape.value(member.value))
                // Vectors, in base64 where that was asked for.
                case "data" where areEmbeddings: break
                case "choices" where tape.kind(member.value) == .array:
                    for choice in tape.elements(of: member.value) { read(choice, of: tape, isJSON, into: &answer) }
                default: strings(of: member, of: tape, into: &answer)
                }
            }
            if OpenAIUsage.isDearer(tape) { answer.facts.usage?.hasOtherRates = true }
            return answer
        }
    }

    private static func read(_ choice: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        for member in tape.members(of: choice) {
            switch member.name {
            case "finish_reason":
                if answer.facts.finishReason == nil { answer.facts.finishReason = tape.value(member.value).string }
            case "text": strings(of: member, of: tape, isJSON: isJSON, into: &answer)
            case "message" where tape.kind(member.value) == .object, "delta" where tape.kind(member.value) == .object:
                for part in tape.members(of: member.value) {
                    strings(of: part, of: tape, isJSON: isJSON && "content" ~= part.name, into: &answer)
                }
            default: strings(of: member, of: tape, into: &answer)
            }
        }
    }

    /// All strings of a member; `isJSON` says that they are JSON whatever their names.
    private static func strings(
        of member: Tape.Member, of tape: Tape, isJSON: Bool = false, into answer: inout Answer
    ) {
        var texts: [Answer.Text] = []
        AnswerStrings.collect(
            member.key..<tape.after(member.value), of: tape, emptyArray: false, tokenLists: &answer.tokenLists
        ) { node, isArguments in
            texts.append(Answer.Text(node: node, isJSON: isJSON || isArguments))
        }
        answer.texts += texts
    }
}
