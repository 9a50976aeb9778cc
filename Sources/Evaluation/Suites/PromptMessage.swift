internal import JSONText

/// One message of a conversation, in the words of the OpenAI chat API, which the gateway translates for every provider.
public struct PromptMessage: Sendable {
    /// Who says it.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// The application.
        case system
        /// The application, in OpenAI's newer word.
        case developer
        /// The user.
        case user
        /// The model, earlier.
        case assistant
        /// A tool's result.
        case tool
    }

    /// A part of what is said.
    public enum Part: Sendable, Hashable {
        /// A text.
        case text(String)
        /// A picture, by address or as a `data:` URL.
        case image(String)
    }

    /// Who says it.
    public let role: Role
    /// What is said, in its order; empty where the assistant only calls tools.
    public let parts: [Part]
    /// Tools that the assistant called.
    public let toolCalls: [ToolCall]
    /// Which call a tool's result answers.
    public let toolCallID: String?

    /// Puts a message together.
    public init(role: Role, parts: [Part], toolCalls: [ToolCall] = [], toolCallID: String? = nil) {
        self.role = role
        self.parts = parts
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
    }

    /// A message of one text.
    public init(_ role: Role, _ text: String) { self.init(role: role, parts: [.text(text)]) }

    /// All its texts, one after the other.
    public var text: String {
        parts.map { part in if case .text(let text) = part { text } else { "" } }.joined()
    }

    /// Writes it as the OpenAI chat API has it: one text as a string, anything else as a list of parts.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("role")
        writer.string(role.rawValue)
        writer.key("content")
        if parts.isEmpty {
            writer.null()
        } else if parts.count == 1, case .text(let text) = parts[0] {
            writer.string(text)
        } else {
            writeParts(to: &writer)
        }
        if !toolCalls.isEmpty { writeCalls(to: &writer) }
        if let toolCallID {
            writer.key("tool_call_id")
            writer.string(toolCallID)
        }
        writer.endObject()
    }

    private func writeParts(to writer: inout JSONWriter) {
        writer.beginArray()
        for part in parts {
            writer.beginObject()
            writer.key("type")
            switch part {
            case .text(let text):
                writer.string("text")
                writer.key("text")
                writer.string(text)
            case .image(let address):
                writer.string("image_url")
                writer.key("image_url")
                writer.beginObject()
                writer.key("url")
                writer.string(address)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeCalls(to writer: inout JSONWriter) {
        writer.key("tool_calls")
        writer.beginArray()
        for (index, call) in toolCalls.enumerated() {
            writer.beginObject()
            writer.key("id")
            writer.string(call.id ?? "call_\(index)")
            writer.key("type")
            writer.string("function")
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(call.name)
            writer.key("arguments")
            writer.string(call.arguments)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }
}

/// A tool that a model called, or shall call.
public struct ToolCall: Sendable, Hashable {
    /// The call's own name, if it has one.
    public let id: String?
    /// The tool's name.
    public let name: String
    /// The arguments as the model wrote them: JSON of an object, if the model did as it was told.
    public let arguments: String

    /// Puts a call together.
    public init(id: String? = nil, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// A tool that a model may call.
public struct ToolDefinition: Sendable {
    /// Its name.
    public let name: String
    /// What it does.
    public let summary: String?
    /// A JSON Schema of its arguments.
    public let parameters: ValueTree?

    /// Describes a tool.
    public init(name: String, summary: String? = nil, parameters: ValueTree? = nil) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
    }
}
