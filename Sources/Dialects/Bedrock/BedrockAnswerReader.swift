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
                    let texts = isJSON ? content.map { Self.texts(of: $0, tape) } ?? [] : []
                    var nodes: [Int] = []
                    strings(in: member.value, of: tape, into: &nodes)
                    answer.texts += nodes.map { Answer.Text(node: $0, isJSON: texts.contains($0)) }
                case "metrics", "performanceConfig", "serviceTier": break
                default:
                    // Traces of guardrails quote the answer, and fields that were asked for may.
                    var nodes: [Int] = []
                    strings(in: member.value, of: tape, into: &nodes)
                    answer.texts += nodes.map { Answer.Text(node: $0, isJSON: false) }
                }
            }
            if BedrockUsage.isDearer(tape) { answer.facts.usage?.hasOtherRates = true }
            return answer
        }
    }

    /// The nodes of the answer's own text.
    private static func texts(of content: Int, _ tape: Tape) -> Set<Int> {
        Set(tape.elements(of: content).compactMap { tape.member("text", of: $0) })
    }

    /// The strings of a value that are text: not its identifiers, not media, and not what is sealed by the provider, which a changed
    /// byte would break.
    static func strings(in node: Int, of tape: Tape, into nodes: inout [Int]) {
        switch tape.kind(node) {
        case .object: for member in tape.members(of: node) { strings(of: member, of: tape, into: &nodes) }
        case .array: for element in tape.elements(of: node) { strings(in: element, of: tape, into: &nodes) }
        default: if tape.isText(node) { nodes.append(node) }
        }
    }

    /// The same of one member.
    static func strings(of member: Tape.Member, of tape: Tape, into nodes: inout [Int]) {
        let isString = tape.kind(member.value) == .string
        switch member.name {
        case "toolUseId" where isString, "signature" where isString, "redactedContent" where isString,
            "type" where isString, "format" where isString, "status" where isString:
            break
        case "bytes" where isString:
            if !AnswerStrings.isMedia(member.value, as: .media, of: tape), tape.isText(member.value) {
                nodes.append(member.value)
            }
        case "input", "json":
            // In a tool's arguments the names are the model's words too.
            for node in member.value..<tape.after(member.value) where tape.isText(node) { nodes.append(node) }
        default: strings(in: member.value, of: tape, into: &nodes)
        }
    }
}
