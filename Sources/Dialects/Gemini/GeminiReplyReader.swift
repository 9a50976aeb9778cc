internal import JSONText

/// Reads a `GenerateContentResponse`: its first candidate, for more can't be asked for across dialects.
enum GeminiReplyReader: ReplyReader {
    static func read(_ tape: Tape) -> Reply? { read(tape, named: "") }

    static func read(_ tape: Tape, named name: String) -> Reply? {
        guard tape.kind(0) == .object else { return nil }
        var reply = Reply()
        var isKnown = false
        var isBroken = false
        for member in tape.members(of: 0) {
            switch member.name {
            case "responseId": reply.id = tape.text(member.value)
            case "modelVersion": reply.model = tape.text(member.value)
            case "usageMetadata": reply.usage = GeminiUsage.read(member.value, of: tape)
            case "promptFeedback":
                guard let refusal = refusal(member.value, of: tape) else { continue }
                isKnown = true
                reply.stop = .refusal
                if case .some(let words) = refusal { reply.parts.append(.refusal(words)) }
            case "candidates":
                guard let candidate = tape.elements(of: member.value).first(where: { _ in true }) else { continue }
                isKnown = true
                if let reason = tape.member("finishReason", of: candidate) {
                    reply.stop = stop(tape.word(reason))
                    isBroken = isFault(tape.word(reason))
                }
            default: break
            }
        }
        guard isKnown, read(tape, named: name, into: &reply) else { return nil }
        return isBroken && reply.parts.isEmpty ? nil : reply
    }

    /// Takes over the candidate's parts; false where one of them has no place in any other dialect.
    private static func read(_ tape: Tape, named name: String, into reply: inout Reply) -> Bool {
        guard let candidates = tape.member("candidates", of: 0),
            let candidate = tape.elements(of: candidates).first(where: { _ in true }),
            let content = tape.member("content", of: candidate), let parts = tape.member("parts", of: content)
        else { return true }
        var calls = 0
        var (starts, bytes): ([Int], Int) = ([], 0)
        let name = reply.id ?? EscapedText(name)
        for part in tape.elements(of: parts) {
            starts.append(bytes)
            guard let piece = GeminiReplyPart(part, call: calls, of: name, in: tape) else { return false }
            switch piece {
            case .nothing: break
            case .text(let text):
                reply.parts.append(.text(text))
                bytes += text.decoded().count
            case .image(let media): reply.parts.append(.image(media))
            case .thought(let text): reply.parts.append(.reasoning(text, signature: nil))
            case .call(let call, let signature):
                calls += 1
                if let signature { seal(&reply, with: GeminiSeal.carried(signature)) }
                reply.parts.append(.toolCall(call))
            }
        }
        let grounding = GeminiGrounding(candidate: candidate, of: tape, partsAt: starts)
        reply.parts += grounding.citations.map { .citation($0) }
        for loss in grounding.losses { reply.losses.drop(loss) }
        return true
    }

    /// A call's signature seals the thought before it, or stands alone.
    private static func seal(_ reply: inout Reply, with signature: EscapedText) {
        if case .reasoning(let text, nil)? = reply.parts.last {
            reply.parts[reply.parts.count - 1] = .reasoning(text, signature: signature)
        } else {
            reply.parts.append(.reasoning(EscapedText(""), signature: signature))
        }
    }

    /// Why the prompt was not answered, in the provider's words if it has some; `nil` where it was.
    static func refusal(_ feedback: Int, of tape: Tape) -> EscapedText?? {
        guard let reason = tape.member("blockReason", of: feedback), tape.isText(reason) else { return nil }
        return .some(tape.member("blockReasonMessage", of: feedback).flatMap { tape.isText($0) ? tape.text($0) : nil })
    }

    /// What is neither of these is no success: the model failed in the middle of its answer, or stopped for a reason that came after this
    /// was written. So the answer is one that is not whole.
    static func stop(_ word: Word) -> Reply.Stop {
        switch word {
        case "STOP": .end
        case "MAX_TOKENS": .length
        case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR":
            .refusal
        default: .length
        }
    }

    /// Whether the model failed, so that an answer without content is none.
    static func isFault(_ word: Word) -> Bool {
        switch word {
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
            "MALFORMED_RESPONSE", "OTHER":
            true
        default: false
        }
    }
}

/// A part of an answer, or of a piece of one.
enum GeminiReplyPart {
    case nothing
    case text(EscapedText)
    case image(Conversation.Media)
    case thought(EscapedText)
    case call(Conversation.ToolCall, signature: EscapedText?)

    /// Reads a part; `nil` for one that has no place in any other dialect: code that the provider ran, say. Calls need not have identifiers; theirs are made
    /// of the answer's, so that no two of a conversation are the same.
    init?(_ part: Int, call number: Int, of answer: EscapedText?, in tape: Tape) {
        var signature: EscapedText?
        var result = GeminiReplyPart.nothing
        for member in tape.members(of: part) {
            if tape.isNull(member.value) { continue }
            switch member.name {
            case "thought", "partMetadata": break
            case "thoughtSignature": signature = tape.text(member.value)
            case "text":
                guard let text = tape.text(member.value), !text.isEmpty else { continue }
                result = GeminiAnswerReader.isThought(part, of: tape) ? .thought(text) : .text(text)
            case "inlineData":
                guard let type = tape.member("mimeType", of: member.value).flatMap({ tape.text($0) }),
                    let data = tape.member("data", of: member.value).flatMap({ tape.text($0) }),
                    type.string.lowercased().hasPrefix("image/")
                else { return nil }
                // The model's drafts of a picture are thoughts.
                if GeminiAnswerReader.isThought(part, of: tape) { continue }
                result = .image(.base64(type: type, data: Base64Text.standard(data)))
            case "functionCall":
                guard let name = tape.member("name", of: member.value).flatMap({ tape.text($0) }),
                    tape.member("partialArgs", of: member.value) == nil
                else { return nil }
                let id = tape.member("id", of: member.value).flatMap { tape.isText($0) ? tape.text($0) : nil }
                let arguments = tape.member("args", of: member.value).flatMap {
                    tape.kind($0) == .object ? tape.raw($0) : nil
                }
                result = .call(
                    .init(id: id ?? Self.id(number, answer), name: name, arguments: arguments ?? .emptyObject),
                    signature: nil)
            default: return nil
            }
        }
        if case .call(let call, _) = result { result = .call(call, signature: signature) }
        self = result
    }

    private static func id(_ number: Int, _ answer: EscapedText?) -> EscapedText {
        guard let answer, !answer.isEmpty else { return EscapedText("call_\(number)") }
        return EscapedText.joined([EscapedText("call_"), answer, EscapedText("_\(number)")])
    }
}
