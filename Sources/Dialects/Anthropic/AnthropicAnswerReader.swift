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
                case "content":
                    for block in tape.elements(of: member.value) { read(block, of: tape, isJSON, into: &answer) }
                default: break
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

    /// The strings of a block that are text: not its identifiers, and not what is sealed by the provider, which a changed
    /// byte would break.
    static func strings(in block: Int, of tape: Tape, into nodes: inout [Int]) {
        guard tape.kind(block) == .object else { return append(block, of: tape, &nodes) }
        for member in tape.members(of: block) {
            switch member.name {
            case "type", "id", "tool_use_id", "signature", "data", "encrypted_content", "encrypted_index", "file_id":
                continue
            case "input":
                append(member.value, of: tape, &nodes)
            default:
                switch tape.kind(member.value) {
                case .object: strings(in: member.value, of: tape, into: &nodes)
                case .array:
                    for element in tape.elements(of: member.value) { strings(in: element, of: tape, into: &nodes) }
                default: append(member.value, of: tape, &nodes)
                }
            }
        }
    }

    /// Every string, and every name: in a tool's arguments the names are the model's words too.
    private static func append(_ node: Int, of tape: Tape, _ nodes: inout [Int]) {
        for node in node..<tape.after(node) where tape.isText(node) { nodes.append(node) }
    }
}
