internal import Suggestions

/// Reads messages in the layout of the OpenAI chat API, whose texts may be templates.
enum MessageReader {
    /// A message whose texts have places for variables.
    struct Draft: Sendable {
        let role: PromptMessage.Role
        let parts: [Part]
        var toolCalls: [ToolCall] = []
        var toolCallID: String?

        enum Part: Sendable {
            case text(PromptTemplate)
            case image(PromptTemplate)
        }
    }

    /// Reads a list of messages, or one text, which is the user's. `isTemplate`: whether `{{…}}` are places.
    static func drafts(
        _ value: ValueTree, isTemplate: Bool, source: String, _ problems: inout SuiteProblems
    ) -> [Draft] {
        if value.text != nil {
            return template(value, isTemplate, source, &problems).map { [Draft(role: .user, parts: [.text($0)])] } ?? []
        }
        guard let elements = value.elements, !elements.isEmpty else {
            problems.report(
                source, value.position, "expected a text or a list of messages, found \(value.kindInWords)")
            return []
        }
        var drafts: [Draft] = []
        for element in elements {
            if let draft = draft(element, isTemplate, source, &problems) { drafts.append(draft) }
        }
        return drafts
    }

    private static func draft(
        _ value: ValueTree, _ isTemplate: Bool, _ source: String, _ problems: inout SuiteProblems
    ) -> Draft? {
        var reader = MappingReader(value, source: source, &problems)
        guard value.members != nil else { return nil }
        if value["role"] == nil { _ = reader.required("role", "`system`, `user` or `assistant`", &problems) }
        let role = reader.choice("role", PromptMessage.Role.self, &problems)
        let parts = parts(reader.optional("content"), isTemplate, source, &problems)
        let calls = reader.list("tool_calls", &problems).compactMap { toolCall($0, source, &problems) }
        let id = reader.text("tool_call_id", &problems)
        _ = reader.optional("name")
        reader.finish(&problems)
        guard let role, let parts else { return nil }
        guard !parts.isEmpty || !calls.isEmpty else {
            problems.report(source, value.position, "`content` is missing: expected a text or a list of parts")
            return nil
        }
        return Draft(role: role, parts: parts, toolCalls: calls, toolCallID: id)
    }

    private static func parts(
        _ value: ValueTree?, _ isTemplate: Bool, _ source: String, _ problems: inout SuiteProblems
    ) -> [Draft.Part]? {
        guard let value else { return [] }
        guard let elements = value.elements else {
            return template(value, isTemplate, source, &problems).map { [.text($0)] }
        }
        var parts: [Draft.Part] = []
        for element in elements {
            var reader = MappingReader(element, source: source, &problems)
            let type = reader.text("type", &problems) ?? ""
            switch type {
            case "text", "input_text", "output_text":
                guard let text = reader.required("text", "a text", &problems),
                    let template = template(text, isTemplate, source, &problems)
                else { continue }
                parts.append(.text(template))
            case "image_url":
                let image = reader.required("image_url", "an address", &problems)
                guard let address = image?["url"] ?? image,
                    let template = template(address, isTemplate, source, &problems)
                else { continue }
                parts.append(.image(template))
            default:
                problems.report(
                    source, element.position,
                    "`type`: expected `text` or `image_url`"
                        + Spelling.question(type, among: ["text", "image_url"]))
                continue
            }
            reader.finish(&problems)
        }
        return parts
    }

    static func toolCall(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> ToolCall? {
        let function = value["function"] ?? value
        var reader = MappingReader(function, source: source, &problems)
        let name = reader.required("name", "the tool's name", &problems)?.text
        let arguments = reader.optional("arguments")
        for key in ["id", "type"] { _ = reader.optional(key) }
        reader.finish(&problems)
        guard let name else { return nil }
        return ToolCall(id: value["id"]?.text, name: name, arguments: arguments.map { $0.text ?? $0.json } ?? "{}")
    }

    static func tool(_ value: ValueTree, _ source: String, _ problems: inout SuiteProblems) -> ToolDefinition? {
        let function = value["function"] ?? value
        var reader = MappingReader(function, source: source, &problems)
        let name = reader.required("name", "the tool's name", &problems)?.text
        let summary = reader.text("description", &problems)
        let parameters = reader.optional("parameters")
        for key in ["type", "strict"] { _ = reader.optional(key) }
        reader.finish(&problems)
        return name.map { ToolDefinition(name: $0, summary: summary, parameters: parameters) }
    }

    static func template(
        _ value: ValueTree, _ isTemplate: Bool, _ source: String, _ problems: inout SuiteProblems
    ) -> PromptTemplate? {
        guard let text = value.text else {
            problems.report(source, value.position, "expected a text, found \(value.kindInWords)")
            return nil
        }
        guard isTemplate else { return PromptTemplate(literal: text) }
        do throws(PromptTemplate.Failure) {
            return try PromptTemplate(text)
        } catch {
            problems.report(source, value.position, error.description)
            return nil
        }
    }
}

/// Messages whose texts may have places for variables.
public struct Prompt: Sendable {
    let drafts: [MessageReader.Draft]

    init(_ drafts: [MessageReader.Draft]) { self.drafts = drafts }

    /// One message of the user.
    public init(user template: PromptTemplate) { drafts = [MessageReader.Draft(role: .user, parts: [.text(template)])] }

    /// Reads a list of messages in the layout of the OpenAI chat API, or one text, which is the user's.
    public init(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) {
        drafts = MessageReader.drafts(value, isTemplate: true, source: source, &problems)
    }

    /// The messages with all places filled.
    public func filled(with variables: Variables) throws(PromptTemplate.Failure) -> [PromptMessage] {
        var messages: [PromptMessage] = []
        for draft in drafts {
            var parts: [PromptMessage.Part] = []
            for part in draft.parts {
                switch part {
                case .text(let template): parts.append(.text(try template.filled(with: variables)))
                case .image(let template): parts.append(.image(try template.filled(with: variables)))
                }
            }
            messages.append(
                PromptMessage(
                    role: draft.role, parts: parts, toolCalls: draft.toolCalls, toolCallID: draft.toolCallID))
        }
        return messages
    }
}
