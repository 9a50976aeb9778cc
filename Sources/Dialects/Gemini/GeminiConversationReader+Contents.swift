internal import JSONText

/// What was said, and by whom.
extension GeminiConversationReader {
    mutating func readContent(_ node: Int, _ index: Int) throws(RequestError) {
        let origin = Origin("contents", index, partsIn: "parts")
        let role: Conversation.Turn.Role
        switch tape.member("role", of: try draft.object(node, origin.path)).map({ tape.word($0) }) {
        case nil, "user"?, "function"?, ""?: role = .user
        case "model"?: role = .assistant
        default: throw RequestError.untranslatable("\(origin.path).role", "it is none of the known words")
        }
        let parts = try readParts(node, origin)
        // Who keeps a stream's pieces as they came has a content for each.
        guard let last = draft.conversation.turns.indices.last, draft.conversation.turns[last].role == role else {
            draft.conversation.turns.append(.init(role: role, parts: []))
            return append(parts, role)
        }
        append(parts, role)
    }

    private mutating func append(_ parts: [Part], _ role: Conversation.Turn.Role) {
        let turn = draft.conversation.turns.count - 1
        for part in parts {
            let last = draft.conversation.turns[turn].parts.last
            guard role == .assistant, let last, let joined = Self.joined(last.content, part.content) else {
                draft.conversation.turns[turn].parts.append(part)
                continue
            }
            draft.conversation.turns[turn].parts[draft.conversation.turns[turn].parts.count - 1].content = joined
        }
    }

    /// Pieces of one text, or of one thought up to its signature.
    private static func joined(_ first: Conversation.Content, _ second: Conversation.Content) -> Conversation.Content? {
        switch (first, second) {
        case (.text(let first), .text(let second)): .text(EscapedText.joined([first, second]))
        case (.reasoning(let first, nil), .reasoning(let second, let signature)):
            .reasoning(EscapedText.joined([first, second]), signature: signature)
        default: nil
        }
    }

    mutating func readParts(_ content: Int, _ origin: Origin) throws(RequestError) -> [Part] {
        var parts: [Part] = []
        for member in tape.members(of: try draft.object(content, origin.path)) {
            switch member.name {
            case "role": break
            case "parts":
                if tape.isNull(member.value) { continue }
                for (index, part) in try draft.array(member.value, "\(origin.path).parts").enumerated() {
                    var place = origin
                    place.part = index
                    if let content = try readPart(part, place) { parts.append(Part(content, place)) }
                }
            default: try draft.refuseUnknown(member, in: origin.path)
            }
        }
        return parts
    }

    /// A part, and what stands beside its content; `nil` for one that says nothing.
    private mutating func readPart(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.Content? {
        let path = origin.path
        var (text, signature): (EscapedText?, EscapedText?) = (nil, nil)
        var content: Conversation.Content?
        var isThought = false
        for member in tape.members(of: try draft.object(node, path)) {
            let value = member.value
            if tape.isNull(value) { continue }
            switch member.name {
            case "text": text = try draft.text(value, "\(path).text")
            case "thought": isThought = try draft.flag(value, "\(path).thought") ?? false
            case "thoughtSignature", "thought_signature": signature = try draft.text(value, "\(path).thoughtSignature")
            case "inlineData", "inline_data": content = try readBlob(value, "\(path).inlineData")
            case "functionCall", "function_call": content = .toolCall(try readCall(value, "\(path).functionCall"))
            case "functionResponse", "function_response": content = .toolResult(try readResponse(value, origin))
            case "fileData", "file_data":
                throw RequestError.untranslatable("\(path).fileData", "it lies at another provider")
            case "mediaResolution", "media_resolution": draft.losses.drop("contents.parts.mediaResolution")
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        if isThought { return thought(text, signature) }
        if signature != nil { draft.losses.drop("thoughtSignature") }
        if let content { return content }
        return text.flatMap { $0.isEmpty ? nil : .text($0) }
    }

    private func thought(_ text: EscapedText?, _ signature: EscapedText?) -> Conversation.Content? {
        switch signature.flatMap({ GeminiSeal.Foreign($0) }) {
        case .sealed(let data)?: return .sealedReasoning(data)
        case .signature(let signature)?: return .reasoning(text ?? EscapedText(""), signature: signature)
        case nil: return text.flatMap { $0.isEmpty ? nil : .reasoning($0, signature: nil) }
        }
    }

    // MARK: - Media

    private func readBlob(_ node: Int, _ path: String) throws(RequestError) -> Conversation.Content {
        for member in tape.members(of: try draft.object(node, path)) {
            switch member.name {
            case "mimeType", "mime_type", "data", "displayName", "display_name": break
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        let type = try draft.text(tape.member("mimeType", "mime_type", of: node), "\(path).mimeType")
        let data = Base64Text.standard(try draft.text(tape.member("data", of: node), "\(path).data"))
        let name = try draft.optionalText(tape.member("displayName", "display_name", of: node), "\(path).displayName")
        let word = type.string.lowercased()
        switch word {
        case "application/pdf": return .document(.base64(type: type, data: data), name: name)
        case "audio/mpeg": return .audio(.base64(type: EscapedText("audio/mp3"), data: data))
        case "audio/x-wav": return .audio(.base64(type: EscapedText("audio/wav"), data: data))
        default: break
        }
        if word.hasPrefix("image/") { return .image(.base64(type: type, data: data)) }
        if word.hasPrefix("audio/") { return .audio(.base64(type: type, data: data)) }
        if word.hasPrefix("text/"), let bytes = Base64Text.decoded(data),
            let text = String(validating: bytes, as: UTF8.self)
        {
            return .document(.text(EscapedText(text)), name: name)
        }
        throw RequestError.untranslatable("\(path).mimeType", "it takes pictures, sound, PDF and text")
    }

    // MARK: - Calls

    private mutating func readCall(_ node: Int, _ path: String) throws(RequestError) -> Conversation.ToolCall {
        var id: EscapedText?
        var arguments = JSONFragment.emptyObject
        for member in tape.members(of: try draft.object(node, path)) {
            switch member.name {
            case "name": break
            case "id": id = try draft.optionalText(member.value, "\(path).id")
            case "args":
                if !tape.isNull(member.value) { arguments = tape.raw(try draft.object(member.value, "\(path).args")) }
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        calls += 1
        if id?.isEmpty ?? true { id = EscapedText("call_\(calls)") }
        let call = Conversation.ToolCall(
            id: id ?? EscapedText(""), name: try draft.text(tape.member("name", of: node), "\(path).name"),
            arguments: arguments)
        openCalls.append(call)
        return call
    }

    /// A result names its call, or answers the first call of its function.
    private mutating func readResponse(_ node: Int, _ origin: Origin) throws(RequestError) -> Conversation.ToolResult {
        let path = "\(origin.path).functionResponse"
        let name = try draft.text(tape.member("name", of: try draft.object(node, path)), "\(path).name")
        let id = try draft.optionalText(tape.member("id", of: node), "\(path).id")
        let place = openCalls.firstIndex { $0.id == id } ?? openCalls.firstIndex { $0.name == name }
        guard let callID = place.map({ openCalls.remove(at: $0).id }) ?? id else {
            throw RequestError.untranslatable("\(path).name", "it answers no call before it")
        }
        var result = Conversation.ToolResult(callID: callID, content: [])
        for member in tape.members(of: node) {
            switch member.name {
            case "id", "name": break
            case "response":
                if tape.isNull(member.value) { continue }
                let (text, isError) = said(try draft.object(member.value, "\(path).response"))
                result.content.insert(Part(.text(text), origin), at: 0)
                result.isError = isError
            case "parts":
                if tape.isNull(member.value) { continue }
                for part in try draft.array(member.value, "\(path).parts") {
                    for member in tape.members(of: try draft.object(part, "\(path).parts")) {
                        switch member.name {
                        case "inlineData", "inline_data": break
                        default: try draft.refuseUnknown(member, in: "\(path).parts")
                        }
                    }
                    guard let blob = tape.member("inlineData", "inline_data", of: part) else {
                        throw RequestError.untranslatable("\(path).parts", "a result's parts have to be inline")
                    }
                    result.content.append(Part(try readBlob(blob, "\(path).parts.inlineData"), origin))
                }
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        return result
    }

    /// What a function answered: its only text, by the names that Google's SDK gives it, or all of it as JSON.
    private func said(_ response: Int) -> (text: EscapedText, isError: Bool) {
        var members = tape.members(of: response)
        if let only = members.next(), members.next() == nil, let text = tape.text(only.value) {
            switch only.name {
            case "result", "output": return (text, false)
            case "error": return (text, true)
            default: break
            }
        }
        return (EscapedText(utf8: Array(tape.raw(response).bytes)), false)
    }
}
