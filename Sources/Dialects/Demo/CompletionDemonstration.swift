internal import JSONText

/// The demonstration model's answers to `POST /v1/completions`: for each prompt as many choices as are asked for.
struct CompletionDemonstration {
    private let root: JSONValue
    private let identifier: String
    private let created: Int
    /// The texts of all choices.
    private let texts: [String]

    /// More choices are not made.
    private static let mostChoices = 128

    init(_ root: JSONValue, identifier: String, created: Int) {
        self.root = root
        self.identifier = identifier
        self.created = created
        let echoes = root["echo"]?.bool ?? false
        let each = min(max(root["n"]?.int ?? 1, 1), 16)
        var texts: [String] = []
        for prompt in Self.prompts(root["prompt"]).prefix(Self.mostChoices) {
            let text = (echoes ? prompt + "\n\n" : "") + DemonstrationModel.telling(prompt)
            texts += repeatElement(text, count: min(each, Self.mostChoices - texts.count))
        }
        self.texts = texts
    }

    /// A text, several, or numbers of tokens, which it can't read.
    private static func prompts(_ value: JSONValue?) -> [String] {
        guard let value else { return [""] }
        if let text = value.string { return [text] }
        let texts = value.elements.compactMap(\.string)
        return texts.isEmpty ? ["(numbers of tokens)"] : texts
    }

    func whole() -> [UInt8] {
        var writer = JSONWriter()
        begin(&writer)
        for (index, text) in texts.enumerated() { writeChoice(index, text, finish: "stop", &writer) }
        writer.endArray()
        writeUsage(&writer)
        writer.endObject()
        return writer.bytes
    }

    func events() -> [[UInt8]] {
        let wantsUsage = root["stream_options"]?["include_usage"]?.bool ?? false
        var events: [[UInt8]] = []
        for (index, text) in texts.enumerated() {
            for piece in DemonstrationModel.pieces(text) {
                events.append(event(wantsUsage) { writeChoice(index, piece, finish: nil, &$0) })
            }
            events.append(event(wantsUsage) { writeChoice(index, "", finish: "stop", &$0) })
        }
        if wantsUsage {
            var writer = JSONWriter()
            begin(&writer)
            writer.endArray()
            writeUsage(&writer)
            writer.endObject()
            events.append(EventStreamWriter.event(data: writer.bytes))
        }
        events.append(EventStreamWriter.done)
        return events
    }

    private func event(_ wantsUsage: Bool, _ choice: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        begin(&writer)
        choice(&writer)
        writer.endArray()
        if wantsUsage {
            writer.key("usage")
            writer.null()
        }
        writer.endObject()
        return EventStreamWriter.event(data: writer.bytes)
    }

    private func begin(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string("cmpl-\(identifier)")
        writer.key("object")
        writer.string("text_completion")
        writer.key("created")
        writer.int(created)
        writer.key("model")
        writer.string(root["model"]?.string ?? "demo")
        writer.key("choices")
        writer.beginArray()
    }

    private func writeChoice(_ index: Int, _ text: String, finish: String?, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("text")
        writer.string(text)
        writer.key("index")
        writer.int(index)
        writer.key("logprobs")
        writer.null()
        writer.key("finish_reason")
        writer.stringOrNull(finish)
        writer.endObject()
    }

    private func writeUsage(_ writer: inout JSONWriter) {
        let input = max(1, (root["prompt"]?.range.count ?? 0) / 4)
        let output = texts.reduce(0) { $0 + DemonstrationModel.tokens($1) }
        writer.key("usage")
        writer.beginObject()
        writer.key("prompt_tokens")
        writer.int(input)
        writer.key("completion_tokens")
        writer.int(output)
        writer.key("total_tokens")
        writer.int(input + output)
        writer.endObject()
    }
}
