internal import Inference
internal import JSONText

/// Reads a `GenerateContentResponse`, a token count or embeddings.
enum GeminiAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            for member in tape.members(of: 0) {
                switch member.name {
                case "usageMetadata": answer.facts.usage = GeminiUsage.read(member.value, of: tape)?.tokens
                case "candidates":
                    for candidate in tape.elements(of: member.value) {
                        read(candidate, of: tape, isJSON, into: &answer)
                    }
                case "promptFeedback":
                    append(member.value, of: tape, &answer)
                    if let reason = tape.member("blockReason", of: member.value) {
                        answer.facts.finishReason = answer.facts.finishReason ?? tape.value(reason).string
                    }
                case "modelVersion", "responseId", "createTime": break
                default: append(member.value, of: tape, &answer)
                }
            }
            return answer
        }
    }

    private static func read(_ candidate: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        for member in tape.members(of: candidate) {
            switch member.name {
            case "finishReason":
                answer.facts.finishReason = answer.facts.finishReason ?? tape.value(member.value).string
            case "logprobsResult":
                TokenList.note(member.value, of: tape, emptyArray: false, into: &answer.tokenLists)
            case "content":
                var others: [Int] = []
                let parts = parts(of: member.value, of: tape, besides: &others)
                for node in others { answer.texts.append(Answer.Text(node: node, isJSON: false)) }
                guard let parts else { continue }
                for part in tape.elements(of: parts) { read(part: part, of: tape, isJSON, into: &answer) }
            default: append(member.value, of: tape, &answer)
            }
        }
    }

    private static func read(part: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        var nodes: [Int] = []
        besideText(of: part, of: tape, into: &nodes)
        for node in nodes { answer.texts.append(Answer.Text(node: node, isJSON: false)) }
        guard let text = tape.member("text", of: part) else { return }
        if tape.isText(text) {
            answer.texts.append(Answer.Text(node: text, isJSON: isJSON && !isThought(part, of: tape)))
        }
    }

    private static func append(_ node: Int, of tape: Tape, _ answer: inout Answer) {
        var nodes: [Int] = []
        strings(in: node, of: tape, into: &nodes)
        for node in nodes { answer.texts.append(Answer.Text(node: node, isJSON: false)) }
    }

    /// The list of a content's parts; `nil` where there is none. Strings of what else stands there go to `nodes`.
    static func parts(of content: Int, of tape: Tape, besides nodes: inout [Int]) -> Int? {
        guard tape.kind(content) == .object else {
            strings(in: content, of: tape, into: &nodes)
            return nil
        }
        var parts: Int?
        for member in tape.members(of: content) {
            if "parts" ~= member.name, tape.kind(member.value) == .array, parts == nil {
                parts = member.value
            } else {
                strings(of: member, tape, &nodes)
            }
        }
        return parts
    }

    /// Whether a part is a thought.
    static func isThought(_ part: Int, of tape: Tape) -> Bool {
        tape.member("thought", of: part).map { tape.kind($0) == .true } ?? false
    }

    /// The strings of a part that are text, but for its own `text`, which goes on from part to part.
    static func besideText(of part: Int, of tape: Tape, into nodes: inout [Int]) {
        guard tape.kind(part) == .object else { return strings(in: part, of: tape, into: &nodes) }
        for member in tape.members(of: part) where !("text" ~= member.name) { strings(of: member, tape, &nodes) }
    }

    /// The strings of what stands beside the parts that are text: not its identifiers, and not what is sealed by the provider or is no
    /// text.
    static func strings(in node: Int, of tape: Tape, into nodes: inout [Int]) {
        switch tape.kind(node) {
        case .object: break
        case .array:
            for element in tape.elements(of: node) { strings(in: element, of: tape, into: &nodes) }
            return
        default: return all(node, of: tape, into: &nodes)
        }
        for member in tape.members(of: node) { strings(of: member, tape, &nodes) }
    }

    private static func strings(of member: Tape.Member, _ tape: Tape, _ nodes: inout [Int]) {
        switch member.name {
        case "thoughtSignature", "role", "id", "mimeType", "data", "finishReason", "category", "probability":
            break
        // In a tool's arguments the names are the model's words, too.
        case "args", "response", "partialArgs": all(member.value, of: tape, into: &nodes)
        default: strings(in: member.value, of: tape, into: &nodes)
        }
    }

    private static func all(_ node: Int, of tape: Tape, into nodes: inout [Int]) {
        for node in node..<tape.after(node) where tape.isText(node) { nodes.append(node) }
    }
}
