public import JSONText

/// Why a conversation makes no record.
public enum RecordGap: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// There are no messages, or one is none.
    case malformed
    /// A picture, a sound or a file stands in it, which no detector reads.
    case unscannable
    /// It does not end with an answer that says or calls something.
    case unanswered

    /// The fault in words; no text.
    public var description: String {
        switch self {
        case .malformed: "it is no conversation of messages"
        case .unscannable: "a picture, sound or file stands in it"
        case .unanswered: "it does not end with an answer"
        }
    }
}

/// Reads a record from OpenAI's chat form, `{"messages": […], "tools": […]}`, of which the answer is the last message.
public enum RecordReader {
    /// Reads a record. Calls get names of ours in their order (`call_1`), so that none of a provider's are left.
    public static func read(_ value: JSONValue) throws(RecordGap) -> DataRecord {
        guard let list = value["messages"], list.kind == .array else { throw .malformed }
        var names = CallNames()
        var messages: [DataMessage] = []
        for element in list.elements {
            guard let message = try message(element, &names) else { continue }
            messages.append(message)
        }
        guard let answer = messages.last, answer.role == .assistant, !answer.content.isEmpty || !answer.calls.isEmpty
        else { throw .unanswered }
        var record = DataRecord(messages: messages)
        if let tools = value["tools"], tools.kind == .array, tools.count > 0 {
            record.tools = tools.withRawBytes { Array($0) }
        }
        return record
    }

    private static func message(_ value: JSONValue, _ names: inout CallNames) throws(RecordGap) -> DataMessage? {
        guard let word = value["role"]?.string else { throw .malformed }
        let role: DataMessage.Role
        switch word {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant": role = .assistant
        case "tool", "function": role = .tool
        default: throw .malformed
        }
        var message = DataMessage(role, try text(value["content"]))
        if message.content.isEmpty, let refusal = value["refusal"]?.string { message.content = refusal }
        if let calls = value["tool_calls"], calls.kind == .array {
            for call in calls.elements {
                guard let function = call["function"], let name = function["name"]?.string else { throw .malformed }
                message.calls.append(
                    DataMessage.Call(
                        id: names.new(call["id"]?.string ?? ""), name: name,
                        arguments: function["arguments"]?.string ?? "{}"))
            }
        }
        if role == .tool { message.callID = names.known(value["tool_call_id"]?.string ?? "") }
        return message
    }

    private static func text(_ value: JSONValue?) throws(RecordGap) -> String {
        guard let value, !value.isNull else { return "" }
        if let text = value.string { return text }
        guard value.kind == .array else { throw .malformed }
        var texts: [String] = []
        for part in value.elements {
            switch part["type"]?.string {
            case "text": texts.append(part["text"]?.string ?? "")
            case "refusal": texts.append(part["refusal"]?.string ?? "")
            default: throw .unscannable
            }
        }
        return texts.joined(separator: "\n")
    }

    /// The names of calls: a provider's become ours.
    private struct CallNames {
        private var names: [String: String] = [:]
        private var count = 0

        mutating func new(_ name: String) -> String {
            count += 1
            names[name] = "call_\(count)"
            return "call_\(count)"
        }

        /// Of a result whose call is not in the conversation the name is a new one.
        mutating func known(_ name: String) -> String { names[name] ?? new(name) }
    }
}
