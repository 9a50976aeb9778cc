import Dialects
import Inference
import JSONText
import Testing

/// Nothing escapes inspection: every string of a body is a text, or on the short list of what needs none.
struct CoverageTests {
    private static let bodies: [(Operation, String)] = [
        (
            .chat,
            #"{"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"$"},{"type":"image_url","image_url":{"url":"$","detail":"$"}},{"type":"input_audio","input_audio":{"data":"$","format":"$"}},{"type":"file","file":{"file_data":"$","file_id":"$"}}],"name":"$"},{"role":"assistant","tool_calls":[{"id":"$","type":"function","function":{"name":"$","arguments":"{\"$\":\"$\"}"}}],"function_call":{"name":"$","arguments":"$"},"refusal":"$"}],"tools":[{"type":"function","function":{"name":"$","description":"$","parameters":{"$":["$"]}}}],"response_format":{"type":"$"},"stream_options":{"include_usage":false,"$":"$"},"stop":["$"],"$":{"$":"$"}}"#
        ),
        (
            .completions,
            #"{"model":"m","prompt":["$",["$"]],"suffix":"$","stop":["$"],"user":"$","logit_bias":{"$":1},"$":"$"}"#
        ),
        (.embeddings, #"{"model":"m","input":["$",["$"]],"encoding_format":"$","dimensions":1,"$":"$"}"#),
        (
            .messages,
            #"{"model":"m","max_tokens":1,"system":[{"type":"text","text":"$","$":"$"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"$","data":"$"}},{"type":"document","title":"$","context":"$","source":{"type":"url","url":"$"}},{"type":"tool_result","tool_use_id":"$","content":[{"type":"text","text":"$"}]},{"type":"search_result","source":"$","content":[]}]},{"role":"assistant","content":[{"type":"tool_use","id":"$","name":"$","input":{"$":["$"]}}]}],"tools":[{"name":"$","input_schema":{"$":"$"}}],"metadata":{"user_id":"$"},"$":"$"}"#
        ),
    ]

    /// The strings of a document that no text or child document covers.
    private func uncovered(_ request: InferenceRequest, document index: Int) -> [String] {
        let document = request.documents[index].json
        var covered = Set(request.texts.filter { $0.document == index }.map(\.node))
        for child in request.documents {
            if let parent = child.parent, parent.document == index { covered.insert(parent.node) }
        }
        return (0..<document.nodeCount).filter { document.kind(at: $0) == .string && !covered.contains($0) }
            .compactMap { document.value(at: $0).string }
    }

    private static let vocabulary: Set<String> = [
        "model", "m", "stream", "messages", "role", "user", "assistant", "content", "type", "text", "image_url", "url",
        "detail", "input_audio", "data", "format", "file", "file_data", "file_id", "name", "tool_calls", "id",
        "function",
        "arguments", "function_call", "refusal", "tools", "description", "parameters", "response_format",
        "stream_options", "include_usage", "stop", "input", "encoding_format", "dimensions", "max_tokens", "system",
        "image", "source", "base64", "media_type", "document", "title", "context", "tool_result", "tool_use_id",
        "search_result", "tool_use", "input_schema", "metadata", "prompt", "suffix", "logit_bias",
    ]

    @Test(arguments: bodies.indices)
    func `every string of a body is inspected but words of the API at their places`(index: Int) throws {
        let (operation, body) = Self.bodies[index]
        var number = 0
        var unique = ""
        for character in body {
            guard character == "$" else {
                unique.append(character)
                continue
            }
            number += 1
            unique += "planted\(number)@example.com"
        }
        let request = try read(operation, unique)
        let listing = request.listing.joined(separator: "\n")
        for planted in 1...number { #expect(listing.contains("planted\(planted)@example.com"), "\(planted)") }
        for document in request.documents.indices {
            #expect(Set(uncovered(request, document: document)).subtracting(Self.vocabulary) == [])
        }
    }

    @Test(arguments: bodies.indices)
    func `no change of shape hides a planted value`(index: Int) throws {
        let (operation, body) = Self.bodies[index]
        var dice = Dice(state: UInt64(index))
        let document = try json(body.replacing("$", with: "jo@hn.xy"))
        // Put every value of the body into every other value's place: whatever the shape, no string gets lost.
        for node in 1..<document.nodeCount where !document.isKey(at: node) {
            let other = Int.random(in: 1..<document.nodeCount, using: &dice)
            let values =
                [#""jo@hn.xy""#, #"["jo@hn.xy"]"#, #"{"jo@hn.xy":{"k":"jo@hn.xy"}}"#]
                + (document.isKey(at: other) ? [] : [text(document.bytes[document.range(at: other)])])
            for value in values {
                let changed = document.replacing([
                    JSONReplacement(range: document.range(at: node), bytes: bytes(value))
                ])
                guard let request = try? RequestReader.read(operation, body: JSONDocument(parsing: changed)) else {
                    continue
                }
                guard request.model.rawValue == "m" else { continue }
                for document in request.documents.indices {
                    #expect(!uncovered(request, document: document).contains { $0.contains("jo@hn.xy") }, "\(node)")
                }
            }
        }
    }
}
