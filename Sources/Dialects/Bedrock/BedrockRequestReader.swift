internal import Inference
internal import JSONText

/// Reads `POST /model/NAME/converse` and `/converse-stream`.
enum BedrockRequestReader {
    /// Reads a body; without an address, as in a file by hand, the model stands in it as `modelId`, as boto3's callers write it.
    static func read(_ body: JSONDocument, address: RequestAddress?) throws(RequestError) -> InferenceRequest {
        try body.withTape { (tape) throws(RequestError) in
            var reader = Reader(tape: tape, draft: try RequestDraft(tape))
            if let address { try reader.draft.take(address) }
            try reader.readBody(namesModel: address == nil)
            return try reader.draft.finish(.converse)
        }
    }
}

private struct Reader {
    typealias Place = InferenceRequest.Place
    typealias Kind = InferenceRequest.UnscannablePart.Kind

    let tape: Tape
    var draft: RequestDraft

    mutating func readBody(namesModel: Bool) throws(RequestError) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "modelId" where namesModel:
                try draft.readModel(member.value)
            case "messages":
                for message in try draft.messages(member.value) { try readMessage(message) }
            case "system":
                try readContent(member.value, .system)
            case "toolConfig":
                try readTools(member.value)
            case "inferenceConfig":
                for option in try members(of: member.value, .other) {
                    switch option.name {
                    case "maxTokens": try draft.readMaximum(option.value)
                    case "temperature", "topP", "stopSequences": try draft.collector.everything(option.value, .other)
                    default: try draft.readUnknown(option, .other)
                    }
                }
            case "promptVariables":
                try draft.collector.everything(member.value, .user)
            case "additionalModelRequestFields":
                // What the model's own interface has: with it come Anthropic's own tools.
                for field in tape.members(of: member.value) {
                    if "fallbacks" ~= field.name {
                        try draft.refuseModels(field.value, named: "additionalModelRequestFields.fallbacks")
                    }
                    guard "tools" ~= field.name || "mcp_servers" ~= field.name else { continue }
                    try draft.checkTools(field.value, named: "additionalModelRequestFields.tools")
                    for tool in tape.elements(of: field.value) { draft.readToolNames(tool) }
                }
                try draft.collector.everything(member.value, .other)
            case "additionalModelResponseFieldPaths", "guardrailConfig",
                "requestMetadata", "performanceConfig", "serviceTier", "outputConfig":
                try draft.collector.everything(member.value, .other)
            default: try draft.readUnknown(member, .other)
            }
        }
    }

    private mutating func readMessage(_ message: Int) throws(RequestError) {
        guard tape.kind(message) == .object else { return try draft.collector.everything(message, .other) }
        let place = placeOfRole(in: message)
        for member in tape.members(of: message) {
            switch member.name {
            case "role":
                if place == .other { try draft.collector.everything(member.value, place) }
            case "content":
                try readContent(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    /// Only a role that is exactly a known word needs no inspection itself; all others are of place `.other`.
    private func placeOfRole(in message: Int) -> Place {
        guard let role = tape.member("role", of: message) else { return .other }
        switch tape.word(role) {
        case "user": return .user
        case "assistant": return .assistant
        case "system": return .system
        default: return .other
        }
    }

    /// A list of blocks, each an object whose only member says what it is.
    private mutating func readContent(_ content: Int, _ place: Place) throws(RequestError) {
        guard tape.kind(content) == .array else { return try draft.collector.everything(content, place) }
        for block in tape.elements(of: content) {
            guard tape.kind(block) == .object else {
                try draft.collector.everything(block, place)
                continue
            }
            for member in tape.members(of: block) { try readBlock(member, place) }
        }
    }

    private mutating func readBlock(_ member: Tape.Member, _ place: Place) throws(RequestError) {
        switch member.name {
        case "image": try readMedia(member.value, .image, place)
        case "audio": try readMedia(member.value, .audio, place)
        case "document", "video": try readMedia(member.value, .file, place)
        case "guardContent":
            for part in try members(of: member.value, place) {
                switch part.name {
                case "image": try readMedia(part.value, .image, place)
                case "text": try draft.collector.everything(part.value, place)
                default: try draft.readUnknown(part, place)
                }
            }
        case "toolUse":
            for part in try members(of: member.value, place) {
                switch part.name {
                case "input": try draft.collector.everything(part.value, .toolArguments)
                case "toolUseId", "name", "type": try draft.collector.everything(part.value, place)
                default: try draft.readUnknown(part, place)
                }
            }
        case "toolResult":
            for part in try members(of: member.value, .toolResult) {
                switch part.name {
                // A result in a result goes no deeper than the document, whose depth is bounded.
                case "content": try readContent(part.value, .toolResult)
                case "toolUseId", "status", "type": try draft.collector.everything(part.value, .toolResult)
                default: try draft.readUnknown(part, .toolResult)
                }
            }
        case "json": try draft.collector.everything(member.value, place)
        case "text", "cachePoint", "reasoningContent", "citationsContent", "searchResult", "toolAddition",
            "toolRemoval":
            try draft.collector.everything(member.value, place)
        default: try draft.readUnknown(member, place)
        }
    }

    /// An object's members; what is no object is text, whatever was expected.
    private mutating func members(of node: Int, _ place: Place) throws(RequestError) -> Tape.Members {
        if tape.kind(node) != .object { try draft.collector.everything(node, place) }
        return tape.members(of: node)
    }

    /// `{"format","source":{"bytes"}}`, or a place in S3; of documents also their text.
    private mutating func readMedia(_ media: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        for member in try members(of: media, place) {
            switch member.name {
            case "source":
                for source in try members(of: member.value, place) {
                    switch source.name {
                    case "bytes": try draft.collector.payload(source.value, kind, place)
                    case "s3Location":
                        draft.collector.part(kind, place)
                        try draft.collector.everything(source.value, place)
                    case "text", "content": try draft.collector.everything(source.value, place)
                    default: try draft.readUnknown(source, place)
                    }
                }
            case "format", "name", "context", "citations": try draft.collector.everything(member.value, place)
            default: try draft.readUnknown(member, place)
            }
        }
    }

    private mutating func readTools(_ configuration: Int) throws(RequestError) {
        for member in try members(of: configuration, .toolDefinition) {
            switch member.name {
            case "tools":
                try draft.checkTools(member.value, named: "toolConfig.tools")
                for tool in tape.elements(of: member.value) {
                    for kind in tape.members(of: tool) { draft.readToolName(tape.member("name", of: kind.value)) }
                }
                try draft.collector.everything(member.value, .toolDefinition)
            case "toolChoice": try draft.collector.everything(member.value, .toolDefinition)
            default: try draft.readUnknown(member, .toolDefinition)
            }
        }
    }
}
