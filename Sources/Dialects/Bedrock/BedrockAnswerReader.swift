internal import Inference
internal import JSONText

/// Reads the answer to `converse`.
enum BedrockAnswerReader {
    static func read(_ document: JSONDocument, isJSON: Bool) -> Answer {
        document.withTape { tape in
            var answer = Answer()
            for member in tape.members(of: 0) {
                switch member.name {
                case "usage": answer.facts.usage = BedrockUsage.read(member.value, of: tape)?.tokens
                case "stopReason": answer.facts.finishReason = tape.value(member.value).string
                case "output":
                    let message = tape.member("message", of: member.value)
                    let content = message.flatMap { tape.member("content", of: $0) }
                    guard let content else { continue }
                    for block in tape.elements(of: content) { read(block, of: tape, isJSON, into: &answer) }
                case "metrics", "performanceConfig", "serviceTier": break
                default:
                    // Traces of guardrails quote the answer, and fields that were asked for may.
                    var nodes: [Int] = []
                    strings(in: member.value, of: tape, into: &nodes)
                    answer.texts += nodes.map { Answer.Text(node: $0, isJSON: false) }
                }
            }
            return answer
        }
    }

    private static func read(_ block: Int, of tape: Tape, _ isJSON: Bool, into answer: inout Answer) {
        for member in tape.members(of: block) {
            var nodes: [Int] = []
            strings(in: member.value, of: tape, into: &nodes)
            let isText = isJSON && "text" ~= member.name
            answer.texts += nodes.map { Answer.Text(node: $0, isJSON: isText) }
        }
    }

    /// The strings of a value that are text: not its identifiers, and not what is sealed by the provider or no text, which a changed
    /// byte would break.
    static func strings(in node: Int, of tape: Tape, into nodes: inout [Int]) {
        switch tape.kind(node) {
        case .object:
            for member in tape.members(of: node) {
                switch member.name {
                case "toolUseId", "signature", "redactedContent", "bytes", "type", "format", "status": continue
                case "input", "json":
                    // In a tool's arguments the names are the model's words too.
                    for node in member.value..<tape.after(member.value) where tape.isText(node) { nodes.append(node) }
                default: strings(in: member.value, of: tape, into: &nodes)
                }
            }
        case .array:
            for element in tape.elements(of: node) { strings(in: element, of: tape, into: &nodes) }
        default: if tape.isText(node) { nodes.append(node) }
        }
    }
}
