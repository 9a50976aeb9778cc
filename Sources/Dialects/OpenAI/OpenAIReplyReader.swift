internal import JSONText

/// Reads a `chat.completion`: its first choice, for more can't be asked for across dialects.
enum OpenAIReplyReader: ReplyReader {
    static func read(_ tape: Tape) -> Reply? {
        guard tape.kind(0) == .object, let choices = tape.member("choices", of: 0),
            let choice = tape.elements(of: choices).first(where: { _ in true }),
            let message = tape.member("message", of: choice), tape.kind(message) == .object
        else { return nil }
        var reply = Reply()
        for member in tape.members(of: 0) {
            switch member.name {
            case "id": reply.id = tape.text(member.value)
            case "model": reply.model = tape.text(member.value)
            case "usage": reply.usage = usage(member.value, of: tape)
            default: break
            }
        }
        if let word = tape.member("finish_reason", of: choice) { reply.stop = stop(tape.word(word)) }
        guard let parts = parts(of: message, of: tape, &reply.losses) else { return nil }
        reply.parts = parts
        return reply
    }

    /// Thoughts, text, citations, pictures, refusal, calls; `nil` where a call is none, and for sound.
    private static func parts(of message: Int, of tape: Tape, _ losses: inout Losses) -> [Reply.Part]? {
        var thoughts: [Reply.Part] = []
        var texts: [Reply.Part] = []
        var beside: [Reply.Part] = []
        var calls: [Reply.Part] = []
        for member in tape.members(of: message) {
            switch member.name {
            case "reasoning_content", "reasoning":
                guard thoughts.isEmpty, let text = tape.text(member.value), !text.isEmpty else { continue }
                thoughts.append(.reasoning(text, signature: nil))
            case "content":
                if let text = tape.text(member.value) {
                    if !text.isEmpty { texts.insert(.text(text), at: 0) }
                } else {
                    for part in tape.elements(of: member.value) {
                        if let text = tape.member("text", of: part).flatMap({ tape.text($0) }) {
                            texts.append(.text(text))
                        } else if let image = OpenAIPicture.read(part, of: tape) {
                            texts.append(.image(image))
                        } else {
                            losses.drop(.blocks)
                        }
                    }
                }
            case "annotations":
                for node in tape.elements(of: member.value) {
                    guard let citation = OpenAIAnnotation.read(node, of: tape) else {
                        losses.drop(.citations)
                        continue
                    }
                    beside.append(.citation(citation))
                }
            case "images":
                for node in tape.elements(of: member.value) {
                    guard let image = OpenAIPicture.read(node, of: tape) else { return nil }
                    beside.append(.image(image))
                }
            case "audio", "function_call": guard tape.isNull(member.value) else { return nil }
            case "refusal":
                if let text = tape.text(member.value), !text.isEmpty { texts.append(.refusal(text)) }
            case "tool_calls":
                for (index, call) in tape.elements(of: member.value).enumerated() {
                    guard let call = toolCall(call, index, of: tape) else { return nil }
                    calls.append(.toolCall(call))
                }
            default: break
            }
        }
        return thoughts + texts + beside + calls
    }

    private static func toolCall(_ node: Int, _ index: Int, of tape: Tape) -> Conversation.ToolCall? {
        guard let function = tape.member("function", of: node),
            let name = tape.member("name", of: function).flatMap({ tape.text($0) })
        else { return nil }
        let id = tape.member("id", of: node).flatMap { tape.text($0) }
        return Conversation.ToolCall(
            id: id ?? EscapedText("call_\(index)"), name: name,
            arguments: arguments(tape.member("arguments", of: function), of: tape))
    }

    /// Some servers send an object instead of a string.
    private static func arguments(_ node: Int?, of tape: Tape) -> JSONFragment {
        guard let node else { return .emptyObject }
        if tape.kind(node) == .object { return tape.raw(node) }
        return tape.text(node)?.argumentsAsWritten ?? .emptyObject
    }

    static func stop(_ word: Word) -> Reply.Stop? {
        switch word {
        case "stop": .end
        case "length": .length
        case "tool_calls", "function_call": .toolCalls
        case "content_filter": .refusal
        default: nil
        }
    }

    static func usage(_ node: Int, of tape: Tape) -> ReplyUsage? {
        func count(_ name: StaticString, of node: Int) -> Int? {
            tape.member(name, of: node).flatMap { tape.value($0).int }.map { max(0, $0) }
        }
        guard let input = count("prompt_tokens", of: node) else { return nil }
        var usage = ReplyUsage(input: input)
        usage.output = OpenAIUsage.output(tape.value(node), input: input)
        if let details = tape.member("prompt_tokens_details", of: node) {
            usage.cacheRead = min(input, count("cached_tokens", of: details) ?? 0)
            usage.cacheWrite = min(input - usage.cacheRead, count("cache_write_tokens", of: details) ?? 0)
        }
        if let details = tape.member("completion_tokens_details", of: node) {
            usage.reasoning = count("reasoning_tokens", of: details)
        }
        return usage
    }
}
