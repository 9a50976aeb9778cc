import Dialects
import Inference
import JSONText
import Testing

/// Nothing that arrives makes a reader trap, whatever is done to it.
struct FuzzTests {
    private static let bodies: [String] = [
        #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"n":2,"messages":[{"role":"user","content":[{"type":"text","text":"Hi EMAIL_7KQ2M9XD"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\"}"}}]},{"role":"tool","content":"t"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}],"tool_choice":"required"}"#,
        #"{"model":"m","input":["a",[1,2]],"encoding_format":"base64","dimensions":8}"#,
        #"{"model":"m","max_tokens":5,"stream":true,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"iVBORw0KGgo="}},{"type":"tool_result","content":[{"type":"text","text":"r"}]}]}],"tools":[{"name":"f","input_schema":{"properties":{"a":{"type":"array","items":{}}}}}],"tool_choice":{"type":"any"}}"#,
    ]

    private static let streams: [(Dialect, String)] = [
        (
            .openAI,
            """
            data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"EMAIL_"},"finish_reason":null}]}

            data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":"stop"}],"usage":null}

            data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}

            data: [DONE]


            """
        ),
        (
            .anthropic,
            """
            event: message_start
            data: {"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"EMAIL_7KQ"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_stop
            data: {"type":"message_stop"}


            """
        ),
    ]

    /// Flips, drops, doubles and replaces bytes and pieces.
    private func mutate(_ original: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var changed = original
        let words = [
            "null", "{}", "[]", "\"\"", "-1", "9223372036854775807", "1e999", "\n", "\r", "\\", "\"", "\u{FEFF}",
            "data: ",
        ]
        for _ in 0..<Int.random(in: 1...4, using: &dice) where !changed.isEmpty {
            let place = Int.random(in: 0..<changed.count, using: &dice)
            let end = min(changed.count, place + Int.random(in: 1...20, using: &dice))
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: changed[place] = UInt8.random(in: 0...255, using: &dice)
            case 1: changed.removeSubrange(place..<end)
            case 2: changed.insert(contentsOf: changed[place..<end], at: place)
            case 3: changed.replaceSubrange(place..<end, with: bytes(words.randomElement(using: &dice) ?? ""))
            default: changed = Array(changed[..<place])
            }
        }
        return changed
    }

    @Test(arguments: bodies.indices)
    func `no body makes a reader or the demonstration model trap`(index: Int) throws {
        var dice = Dice(state: UInt64(100 + index))
        let original = try json(Self.bodies[index])
        let operations: [Inference.Operation] = [.chat, .completions, .embeddings, .messages, .countTokens]
        let values = [
            "null", "{}", "[]", #""x""#, "1", "true", #"[{"type":"text","text":"x"}]"#, #"{"type":"object"}"#,
        ]
        var bodies: [[UInt8]] = []
        for _ in 0..<400 { bodies.append(mutate(original.bytes, &dice)) }
        for node in 0..<original.nodeCount where !original.isKey(at: node) {
            for value in values {
                bodies.append(
                    original.replacing([JSONReplacement(range: original.range(at: node), bytes: bytes(value))]))
            }
        }
        for body in bodies {
            for operation in operations {
                _ = DemonstrationModel.answer(operation, body: body, identifier: "1", created: 0)
                _ = UpstreamError(status: 500, body: body)
                guard let document = try? JSONDocument(parsing: body) else { continue }
                _ = AnswerReader.read(operation, document)
                guard let request = try? RequestReader.read(operation, body: document) else { continue }
                _ = AnswerForm.isJSON(request)
                let edits = ProviderRequest.edits(for: request, model: "x", needsUsage: true)
                let sent = try JSONDocument(parsing: document.replacing(edits))
                #expect(sent.root["model"]?.equals("x") ?? false)
            }
        }
    }

    @Test(arguments: streams.indices)
    func `no stream makes a reader trap`(index: Int) throws {
        let (dialect, original) = Self.streams[index]
        var dice = Dice(state: UInt64(200 + index))
        for _ in 0..<1_500 {
            let changed = mutate(bytes(original), &dice)
            var stream = AnswerStream(
                dialect, callerWantsUsage: Bool.random(using: &dice), maximumEventBytes: 4_096,
                makeRestorer: Bool.random(using: &dice) ? FakeRestorer.make : nil)
            var start = 0
            do {
                while start < changed.count {
                    let end = min(changed.count, start + Int.random(in: 1...80, using: &dice))
                    _ = try stream.feed(Array(changed[start..<end]))
                    start = end
                }
            } catch {
                #expect(start < changed.count)
            }
            _ = stream.finish()
        }
    }
}
