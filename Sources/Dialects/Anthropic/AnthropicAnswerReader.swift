internal import Inference
internal import JSONText

/// Reads a `message`, or the figure of a token count.
enum AnthropicAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            for member in tape.members(of: 0) {
                switch member.name {
                case "usage":
                    var usage = AnthropicUsage()
                    usage.update(tape.value(member.value))
                    answer.facts.usage = usage.total
                case "stop_reason":
                    answer.facts.finishReason = tape.value(member.value).string
                case "content" where tape.kind(member.value) == .array:
                    for block in tape.elements(of: member.value) { read(block, of: tape, isJSON, into: &answer) }
                default:
                    var nodes: [Int] = []
                    strings(of: member, of: tape, into: &nodes)
                    answer.texts += nodes.map { Answer.Text(node: $0, isJSON: false) }
                }
            }
            return answer
        }
    }

    private static func read(_ block: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        let isText = isJSON && (tape.member("type", of: block).map { "text" ~= tape.word($0) } ?? false)
        var nodes: [Int] = []
        strings(in: block, of: tape, into: &nodes)
        for node in nodes { answer.texts.append(Answer.Text(node: node, isJSON: isText)) }
    }

    /// The strings of a value that are text: not its identifiers and the API's words, not media, and not what is sealed by the provider,
    /// which a changed byte would break.
    static func strings(in node: Int, of tape: Tape, into nodes: inout [Int]) {
        switch tape.kind(node) {
        case .object:
            let isSealed = tape.member("type", of: node).map { "redacted_thinking" ~= tape.word($0) } ?? false
            for member in tape.members(of: node) where !isSealed || !("data" ~= member.name) {
                strings(of: member, of: tape, into: &nodes)
            }
        case .array:
            for element in tape.elements(of: node) { strings(in: element, of: tape, into: &nodes) }
        default: append(node, of: tape, &nodes)
        }
    }

    /// The same of one member.
    static func strings(of member: Tape.Member, of tape: Tape, into nodes: inout [Int]) {
        let isString = tape.kind(member.value) == .string
        switch member.name {
        case "type" where isString, "id" where isString, "tool_use_id" where isString, "file_id" where isString,
            "role" where isString, "model" where isString, "stop_reason" where isString, "service_tier" where isString,
            "signature" where isString, "encrypted_content" where isString, "encrypted_index" where isString:
            break
        case "data" where isString:
            if !AnswerStrings.isMedia(member.value, as: .media, of: tape) { append(member.value, of: tape, &nodes) }
        case "input":
            append(member.value, of: tape, &nodes)
        default: strings(in: member.value, of: tape, into: &nodes)
        }
    }

    /// Every string, and every name: in a tool's arguments the names are the model's words too.
    private static func append(_ node: Int, of tape: Tape, _ nodes: inout [Int]) {
        for node in node..<tape.after(node) where tape.isText(node) { nodes.append(node) }
    }
}
