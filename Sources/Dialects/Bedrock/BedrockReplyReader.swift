internal import JSONText

/// Reads the answer to `converse`.
enum BedrockReplyReader: ReplyReader {
    static func read(_ tape: Tape) -> Reply? {
        guard let output = tape.member("output", of: 0), let message = tape.member("message", of: output),
            let content = tape.member("content", of: message)
        else { return nil }
        var reply = Reply()
        for block in tape.elements(of: content) {
            for kind in tape.members(of: block) {
                guard let part = part(kind, of: tape) else {
                    if !tape.isNull(kind.value) { reply.losses.drop(.blocks) }
                    continue
                }
                reply.parts.append(part)
                guard "citationsContent" ~= kind.name, let citations = tape.member("citations", of: kind.value) else {
                    continue
                }
                for node in tape.elements(of: citations) {
                    guard let citation = BedrockCitation.read(node, of: tape) else {
                        reply.losses.drop(.citations)
                        continue
                    }
                    reply.parts.append(.citation(citation))
                }
            }
        }
        if let reason = tape.member("stopReason", of: 0) { reply.stop = stop(tape.word(reason)) }
        reply.usage = tape.member("usage", of: 0).flatMap { BedrockUsage.read($0, of: tape) }
        return reply
    }

    private static func part(_ kind: Tape.Member, of tape: Tape) -> Reply.Part? {
        func text(_ name: StaticString, _ node: Int) -> EscapedText? {
            tape.member(name, of: node).flatMap { tape.text($0) }
        }
        switch kind.name {
        case "text": return tape.text(kind.value).map { .text($0) }
        case "toolUse":
            guard let id = text("toolUseId", kind.value), let name = text("name", kind.value) else { return nil }
            let input = tape.member("input", of: kind.value).flatMap { tape.kind($0) == .object ? tape.raw($0) : nil }
            return .toolCall(.init(id: id, name: name, arguments: input ?? .emptyObject))
        case "reasoningContent":
            if let sealed = text("redactedContent", kind.value) { return .sealedReasoning(sealed) }
            guard let thought = tape.member("reasoningText", of: kind.value), let words = text("text", thought) else {
                return nil
            }
            return .reasoning(words, signature: text("signature", thought))
        case "image":
            guard let format = text("format", kind.value),
                let data = tape.member("source", of: kind.value).flatMap({ text("bytes", $0) })
            else { return nil }
            return .image(.base64(type: EscapedText("image/\(format.string)"), data: data))
        case "citationsContent":
            guard let content = tape.member("content", of: kind.value) else { return nil }
            return .text(EscapedText.joined(tape.elements(of: content).compactMap { text("text", $0) }))
        default: return nil
        }
    }

    /// What is none of these is no success: `malformed_model_output`, say, or a reason that came after this was written. So the answer is
    /// one that is not whole.
    static func stop(_ word: Word) -> Reply.Stop {
        switch word {
        case "end_turn": .end
        case "max_tokens", "model_context_window_exceeded": .length
        case "stop_sequence": .stopSequence
        case "tool_use": .toolCalls
        case "guardrail_intervened", "content_filtered": .refusal
        default: .length
        }
    }
}
