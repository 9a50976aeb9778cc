import Inference
import JSONText

/// What a provider may do for a request as often as it likes: carry out its own tools, or shorten the history by asking the model.
enum UnboundedWork {
    /// Why a request has no bound, for the caller; `nil` where it has one.
    static func reason(_ root: JSONValue, _ dialect: Dialect) -> String? {
        let handedOver = root["additionalModelRequestFields"]
        if [root, handedOver].contains(where: bringsTools)
            || tools(root, dialect).contains(where: { isHosted($0.tool, $0.dialect) })
        {
            return "it names a tool that the provider carries out, at costs of its own"
        }
        if [root, handedOver].contains(where: shortens) {
            return "it lets the provider shorten the history (`context_management`), at costs of its own"
        }
        return nil
    }

    /// Whether members beside the tools bring some.
    private static func bringsTools(_ object: JSONValue?) -> Bool {
        // OpenAI's and Anthropic's, OpenRouter's, Azure's, xAI's.
        let names: [StaticString] = [
            "web_search_options", "mcp_servers", "plugins", "data_sources", "search_parameters",
        ]
        return names.contains { isAsked(object?[$0]) }
    }

    /// Whether the history may be shortened: Anthropic has a list of edits for that, OpenAI's Responses a list of its own.
    private static func shortens(_ object: JSONValue?) -> Bool {
        let management = object?["context_management"]
        return [management, management?["edits"]].contains { list in
            list?.elements.contains { $0["type"]?.string?.hasPrefix("compact") ?? false } ?? false
        }
    }

    /// A body's tools, wherever they stand, each with the dialect that it is in: items of Responses may bring further ones, and what Bedrock
    /// hands to the model is in the words of the model's own interface.
    private static func tools(_ root: JSONValue, _ dialect: Dialect) -> [(tool: JSONValue, dialect: Dialect)] {
        var found: [(tool: JSONValue, dialect: Dialect)] = []
        func add(_ list: JSONValue?, _ dialect: Dialect) {
            guard let list else { return }
            for tool in list.elements { found.append((tool, dialect)) }
        }
        add(root["tools"], dialect)
        switch dialect {
        case .bedrock:
            add(root["toolConfig"]?["tools"], dialect)
            add(root["additionalModelRequestFields"]?["tools"], .anthropic)
        case .openAI:
            guard let input = root["input"] else { break }
            for item in input.elements { add(item["tools"], dialect) }
        case .anthropic:
            guard let messages = root["messages"] else { break }
            for message in messages.elements {
                guard let content = message["content"] else { continue }
                for part in content.elements {
                    if let tool = part["tool"]?["definition"] { found.append((tool, dialect)) }
                }
            }
        case .gemini: break
        }
        return found
    }

    /// Whether a member is there and says something.
    private static func isAsked(_ value: JSONValue?) -> Bool {
        guard let value, !value.isNull else { return false }
        return value.kind != .array || value.elements.contains { _ in true }
    }

    /// Whether a tool is the provider's own. Tools of the caller's are functions, or in Anthropic's dialect have no type, or one of the
    /// caller's machine; in Gemini's and Bedrock's a member says what a tool is.
    private static func isHosted(_ tool: JSONValue, _ dialect: Dialect) -> Bool {
        if dialect == .gemini || dialect == .bedrock {
            let callers = ["functionDeclarations", "function_declarations", "toolSpec", "cachePoint"]
            return tool.members.contains { !callers.contains($0.key.string ?? "") }
        }
        guard let type = tool["type"], type.kind == .string else { return false }
        let word = type.string ?? ""
        if word == "namespace" { return tool["tools"]?.elements.contains { isHosted($0, dialect) } ?? false }
        let isCallers =
            ["function", "custom", "computer", "computer_use_preview", "local_shell", "apply_patch"].contains(word)
            || ["bash_", "text_editor_", "computer_", "memory_"].contains { word.hasPrefix($0) }
        return !isCallers
    }
}
