internal import JSONText

/// Reads a `message`.
enum AnthropicReplyReader: ReplyReader {
    static func read(_ tape: Tape) -> Reply? {
        guard tape.kind(0) == .object, let content = tape.member("content", of: 0) else { return nil }
        var reply = Reply()
        for block in tape.elements(of: content) {
            guard let part = part(block, of: tape) else {
                reply.losses.drop(.blocks)
                continue
            }
            reply.parts.append(part)
            guard case .text = part, let citations = tape.member("citations", of: block) else { continue }
            for node in tape.elements(of: citations) {
                guard let citation = AnthropicCitation.read(node, of: tape) else {
                    reply.losses.drop(.citations)
                    continue
                }
                reply.parts.append(.citation(citation))
            }
        }
        for member in tape.members(of: 0) {
            switch member.name {
            case "id": reply.id = tape.text(member.value)
            case "model": reply.model = tape.text(member.value)
            case "stop_reason": reply.stop = stop(tape.word(member.value))
            case "stop_sequence": reply.stopSequence = tape.text(member.value)
            case "usage":
                var usage = ReplyUsage()
                if update(&usage, with: member.value, of: tape) { reply.usage = usage }
            default: break
            }
        }
        return reply
    }

    private static func part(_ block: Int, of tape: Tape) -> Reply.Part? {
        guard let type = tape.member("type", of: block) else { return nil }
        switch tape.word(type) {
        case "text": return tape.member("text", of: block).flatMap { tape.text($0) }.map { .text($0) }
        case "thinking":
            return tape.member("thinking", of: block).flatMap { tape.text($0) }.map {
                .reasoning($0, signature: tape.member("signature", of: block).flatMap { tape.text($0) })
            }
        case "redacted_thinking":
            return tape.member("data", of: block).flatMap { tape.text($0) }.map { .sealedReasoning($0) }
        case "tool_use":
            guard let id = tape.member("id", of: block).flatMap({ tape.text($0) }),
                let name = tape.member("name", of: block).flatMap({ tape.text($0) })
            else { return nil }
            let input = tape.member("input", of: block).flatMap { tape.kind($0) == .object ? tape.raw($0) : nil }
            return .toolCall(.init(id: id, name: name, arguments: input ?? .emptyObject))
        default: return nil
        }
    }

    static func stop(_ word: Word) -> Reply.Stop? {
        switch word {
        case "end_turn": .end
        case "max_tokens", "model_context_window_exceeded": .length
        case "stop_sequence": .stopSequence
        case "tool_use": .toolCalls
        case "refusal": .refusal
        case "pause_turn": .pause
        default: nil
        }
    }

    /// Takes over what an event says; its figures are cumulative, and it may leave some out. Whether it said anything.
    static func update(_ usage: inout ReplyUsage, with node: Int, of tape: Tape) -> Bool {
        var uncached = usage.uncached
        var isKnown = false
        for member in tape.members(of: node) {
            let count = tape.value(member.value).int.map { max(0, $0) }
            switch member.name {
            case "input_tokens":
                guard let count else { continue }
                uncached = count
                isKnown = true
            case "output_tokens":
                guard let count else { continue }
                usage.output = count
                isKnown = true
            case "cache_read_input_tokens": if let count { usage.cacheRead = count }
            case "cache_creation_input_tokens": if let count { usage.cacheWrite = count }
            case "cache_creation":
                let forHour = tape.member("ephemeral_1h_input_tokens", of: member.value)
                if let count = forHour.flatMap({ tape.value($0).int }) { usage.cacheWriteForHour = max(0, count) }
            case "output_tokens_details":
                guard let thoughts = tape.member("thinking_tokens", of: member.value).flatMap({ tape.value($0).int })
                else { continue }
                usage.reasoning = max(0, thoughts)
            default: break
            }
        }
        // Figures come from a provider: they may be absurd, and must not overflow.
        let (some, over) = uncached.addingReportingOverflow(usage.cacheRead)
        let (all, overToo) = some.addingReportingOverflow(usage.cacheWrite)
        usage.input = over || overToo ? .max : all
        return isKnown
    }
}
