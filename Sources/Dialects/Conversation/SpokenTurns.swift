internal import JSONText

// What the providers have in common that want turns to alternate and to say something: Anthropic and Bedrock.

extension Conversation {
    /// The turns, those of one side in one, as such a provider itself would have it: the results of calls have to come in the very
    /// next turn.
    var alternatingTurns: [Turn] {
        var joined: [Turn] = []
        for turn in turns {
            if let last = joined.indices.last, joined[last].role == turn.role {
                joined[last].parts += turn.parts
            } else {
                joined.append(turn)
            }
        }
        return joined
    }

    /// The texts of the instructions that say something.
    func instructionTexts() throws(RequestError) -> [EscapedText] {
        var texts: [EscapedText] = []
        for part in instructions {
            guard case .text(let text) = part.content else {
                throw .untranslatable(part.origin.path, "the system's words have to be text")
            }
            if !text.isBlank { texts.append(text) }
        }
        return texts
    }
}

extension Conversation.Turn {
    /// The parts that such a provider takes, results of calls before all else; none for an assistant's turn that says nothing. It
    /// takes no text without a letter; one among others says nothing.
    func spokenParts(_ losses: inout Losses) throws(RequestError) -> [Conversation.Part] {
        var (results, others): ([Conversation.Part], [Conversation.Part]) = ([], [])
        for part in parts {
            switch part.content {
            case .text(let text) where text.isBlank, .refusal(let text) where text.isBlank:
                guard parts.count > 1 || role == .assistant else { throw Self.blank(part) }
                if !text.isEmpty { losses.drop("messages.content (white space)") }
            case .toolResult: results.append(part)
            default: others.append(part)
            }
        }
        if results.isEmpty, others.isEmpty, role == .user, let first = parts.first { throw Self.blank(first) }
        return results + others
    }

    private static func blank(_ part: Conversation.Part) -> RequestError {
        .untranslatable(part.origin.path, "a message has to have more than white space")
    }
}

extension JSONWriter {
    /// Writes a schema that has to say that it is one of an object.
    mutating func objectSchema(_ schema: JSONFragment) {
        guard let document = try? JSONDocument(parsing: Array(schema.bytes)), document.root["type"] == nil else {
            return raw(schema.bytes)
        }
        beginObject()
        key("type")
        string("object")
        for member in document.root.members {
            member.key.withDecodedUTF8 { key($0) }
            raw(document.bytes[member.value.range])
        }
        endObject()
    }
}
