internal import JSONText

/// One request of a run, ready to be sent to the gateway.
public struct EvaluationRequest: Sendable {
    /// The alias that is asked.
    public let model: String
    /// The messages.
    public let messages: [PromptMessage]
    /// The tools that the model may call.
    public let tools: [ToolDefinition]
    /// The schema that the answer shall follow.
    public let schema: ValueTree?
    /// How tokens are chosen.
    public let sampling: Sampling
    /// The provider's seed, of 31 bits; `nil` where one answer alone is asked and no seed is wanted.
    public let seed: Int?
    /// Which vote, from 0.
    public let vote: Int

    /// The body for `POST /v1/chat/completions`. Equal requests have equal bodies, byte by byte. Made once: it is estimated by, digested and
    /// sent.
    public private(set) var chatBody: [UInt8] = []

    init(
        model: String, messages: [PromptMessage], tools: [ToolDefinition], schema: ValueTree?, sampling: Sampling,
        seed: Int?, vote: Int
    ) {
        self.model = model
        self.messages = messages
        self.tools = tools
        self.schema = schema
        self.sampling = sampling
        self.seed = seed
        self.vote = vote
        chatBody = written()
    }

    private func written() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("model")
        writer.string(model)
        writer.key("messages")
        writer.beginArray()
        for message in messages { message.write(to: &writer) }
        writer.endArray()
        if !tools.isEmpty { writeTools(to: &writer) }
        if let schema { write(schema, to: &writer) }
        writeSampling(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeTools(to writer: inout JSONWriter) {
        writer.key("tools")
        writer.beginArray()
        for tool in tools {
            writer.beginObject()
            writer.key("type")
            writer.string("function")
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(tool.name)
            if let summary = tool.summary {
                writer.key("description")
                writer.string(summary)
            }
            if let parameters = tool.parameters {
                writer.key("parameters")
                parameters.write(to: &writer)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    private func write(_ schema: ValueTree, to writer: inout JSONWriter) {
        writer.key("response_format")
        writer.beginObject()
        writer.key("type")
        writer.string("json_schema")
        writer.key("json_schema")
        writer.beginObject()
        writer.key("name")
        writer.string("answer")
        writer.key("schema")
        schema.write(to: &writer)
        writer.endObject()
        writer.endObject()
    }

    private func writeSampling(to writer: inout JSONWriter) {
        if let temperature = sampling.temperature {
            writer.key("temperature")
            writer.double(temperature)
        }
        if let topP = sampling.topP {
            writer.key("top_p")
            writer.double(topP)
        }
        if let most = sampling.maximumTokens {
            writer.key("max_tokens")
            writer.int(most)
        }
        if !sampling.stop.isEmpty {
            writer.key("stop")
            writer.beginArray()
            for text in sampling.stop { writer.string(text) }
            writer.endArray()
        }
        if let seed {
            writer.key("seed")
            writer.int(seed)
        }
        for (name, json) in sampling.others.sorted(by: { $0.key < $1.key }) {
            guard let value = ValueTree(json: json) else { continue }
            writer.key(name)
            value.write(to: &writer)
        }
    }
}
