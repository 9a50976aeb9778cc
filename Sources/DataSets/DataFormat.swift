internal import JSONText

/// How records are written.
public enum DataFormat: String, Hashable, Sendable, CaseIterable {
    /// `{"messages": […], "tools": […]}` a line: OpenAI's fine-tuning, and what TRL calls conversational.
    case openAIChat = "openai-chat"
    /// `{"system": …, "messages": […]}` a line, contents in blocks: Anthropic's messages.
    case anthropic
    /// `{"conversations": [{"from": "human", "value": …}]}` a line.
    case shareGPT = "sharegpt"
    /// Prompt, answer, messages, tags and feedback a line: all that is known.
    case jsonl
    /// A row a record, RFC 4180: `messages` in JSON, `prompt`, `answer`, `tags`, `feedback`.
    case csv

    /// What stands before the first record.
    public var header: [UInt8] {
        self == .csv ? Array("prompt,answer,messages,tags,feedback\r\n".utf8) : []
    }

    /// A record, with the end of its line.
    public func line(_ record: DataRecord) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        switch self {
        case .openAIChat: ChatForm.write(record, to: &writer)
        case .anthropic: AnthropicForm.write(record, to: &writer)
        case .shareGPT: ShareGPTForm.write(record, to: &writer)
        case .jsonl: OwnForm.write(record, to: &writer)
        case .csv: return CSVForm.row(record)
        }
        return writer.bytes + [0x0A]
    }
}

/// OpenAI's chat form.
enum ChatForm {
    static func write(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("messages")
        messages(record, to: &writer)
        if !record.tools.isEmpty {
            writer.key("tools")
            writer.raw(record.tools)
        }
        writer.endObject()
    }

    static func messages(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginArray()
        for message in record.messages { write(message, to: &writer) }
        writer.endArray()
    }

    private static func write(_ message: DataMessage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("role")
        writer.string(message.role.rawValue)
        writer.key("content")
        if message.content.isEmpty, !message.calls.isEmpty { writer.null() } else { writer.string(message.content) }
        if !message.calls.isEmpty {
            writer.key("tool_calls")
            writer.beginArray()
            for call in message.calls { write(call, to: &writer) }
            writer.endArray()
        }
        if let id = message.callID {
            writer.key("tool_call_id")
            writer.string(id)
        }
        writer.endObject()
    }

    private static func write(_ call: DataMessage.Call, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(call.id)
        writer.key("type")
        writer.string("function" as StaticString)
        writer.key("function")
        writer.beginObject()
        writer.key("name")
        writer.string(call.name)
        writer.key("arguments")
        writer.string(call.arguments)
        writer.endObject()
        writer.endObject()
    }
}

/// Our own form: all that is known of a record.
enum OwnForm {
    static func write(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("prompt")
        writer.string(prompt(record))
        writer.key("answer")
        writer.string(record.answer.content)
        writer.key("messages")
        ChatForm.messages(record, to: &writer)
        if !record.tools.isEmpty {
            writer.key("tools")
            writer.raw(record.tools)
        }
        writer.key("tags")
        writer.beginArray()
        for tag in record.tags { writer.string(tag) }
        writer.endArray()
        writer.key("feedback")
        if let feedback = record.feedback { writer.double(feedback) } else { writer.null() }
        writer.endObject()
    }

    /// What was asked last.
    static func prompt(_ record: DataRecord) -> String {
        record.messages.dropLast().last { $0.role == .user }?.content ?? ""
    }
}

/// Comma-separated values (RFC 4180) that no spreadsheet takes for formulas.
enum CSVForm {
    /// What a spreadsheet begins a formula with; a text that begins so gets an apostrophe before it.
    private static let formulas = Set("=+-@\t\r".utf8)

    static func row(_ record: DataRecord) -> [UInt8] {
        var messages = JSONWriter()
        ChatForm.messages(record, to: &messages)
        let fields = [
            OwnForm.prompt(record), record.answer.content, String(decoding: messages.bytes, as: UTF8.self),
            record.tags.joined(separator: ";"), record.feedback.map { "\($0)" } ?? "",
        ]
        return Array((fields.map(field).joined(separator: ",") + "\r\n").utf8)
    }

    static func field(_ text: String) -> String {
        let isFormula = text.utf8.first.map(formulas.contains) ?? false
        let guarded = isFormula ? "'" + text : text
        guard guarded.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
            return guarded
        }
        return "\"" + guarded.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
