internal import Inference
internal import JSONText

/// Reads a `message`, or the figure of a token count.
enum AnthropicAnswerReader {
    static func read(_ root: JSONValue, isJSON: Bool) -> Answer {
        var answer = Answer()
        if let figures = root["usage"] {
            var usage = AnthropicUsage()
            usage.update(figures)
            answer.facts.usage = usage.total
        }
        answer.facts.finishReason = root["stop_reason"]?.string
        guard let content = root["content"] else { return answer }
        for block in content.elements {
            let isText = isJSON && (block["type"]?.equals("text") ?? false)
            var nodes: [Int] = []
            strings(in: block, into: &nodes)
            for node in nodes { answer.texts.append(Answer.Text(node: node, isJSON: isText)) }
        }
        return answer
    }

    /// The strings of a block that are text: not its identifiers, and not what is sealed by the provider, which a changed
    /// byte would break.
    static func strings(in block: JSONValue, into nodes: inout [Int]) {
        let document = block.document
        guard block.kind == .object else {
            return append(document, block.node..<document.nodeAfter(block.node), &nodes)
        }
        for (key, value) in block.members {
            if key.isOne(
                of: "type", "id", "tool_use_id", "signature", "data", "encrypted_content", "encrypted_index", "file_id")
            {
                continue
            }
            let isOurs = key.equals("input")
            if !isOurs, value.kind == .object {
                strings(in: value, into: &nodes)
            } else if !isOurs, value.kind == .array {
                for element in value.elements { strings(in: element, into: &nodes) }
            } else {
                append(document, value.node..<document.nodeAfter(value.node), &nodes)
            }
        }
    }

    /// Every string, and every name: in a tool's arguments the names are the model's words too.
    private static func append(_ document: JSONDocument, _ range: Range<Int>, _ nodes: inout [Int]) {
        for node in range where document.kind(at: node) == .string { nodes.append(node) }
    }
}
