internal import JSONText

/// Reads the body of `generateContent` as a conversation.
struct GeminiConversationReader: ConversationReader {
    let tape: Tape
    var draft: ConversationDraft
    /// Calls that no result answers yet, in their order: Gemini's need no identifiers.
    var openCalls: [Conversation.ToolCall] = []
    /// How many calls there were.
    var calls = 0
    /// The only functions that may be called; `nil` for all.
    private var allowed: [EscapedText]?

    init(tape: Tape, draft: ConversationDraft) {
        self.tape = tape
        self.draft = draft
    }

    mutating func read() throws(RequestError) {
        for member in tape.members(of: 0) { try readMember(member) }
        applyAllowed()
    }

    private mutating func readMember(_ member: Tape.Member) throws(RequestError) {
        let node = member.value
        if tape.isNull(node) { return }
        switch member.name {
        case "contents":
            for (index, content) in try draft.array(node, "contents").enumerated() { try readContent(content, index) }
        case "systemInstruction", "system_instruction":
            draft.conversation.instructions += try readParts(node, Origin("systemInstruction", partsIn: "parts"))
        case "tools":
            for (index, tool) in try draft.array(node, "tools").enumerated() { try readTool(tool, index) }
        case "toolConfig", "tool_config": try readToolConfiguration(node)
        case "generationConfig", "generation_config": try readConfiguration(node)
        case "model": break
        case "safetySettings", "safety_settings":
            if tape.after(node) > node + 1 { draft.losses.drop("safetySettings") }
        case "labels": draft.losses.drop("labels")
        case "cachedContent", "cached_content":
            throw RequestError.untranslatable("cachedContent", "it lies at another provider")
        default: try draft.refuseUnknown(member)
        }
    }

    // MARK: - Options

    private mutating func readConfiguration(_ node: Int) throws(RequestError) {
        var schema: JSONFragment?
        var type: EscapedText?
        for member in tape.members(of: try draft.object(node, "generationConfig")) {
            let node = member.value
            if tape.isNull(node) { continue }
            switch member.name {
            case "responseMimeType", "response_mime_type":
                type = try draft.text(node, "generationConfig.responseMimeType")
            case "responseSchema", "response_schema": schema = GeminiSchema.jsonSchema(node, of: tape)
            case "responseJsonSchema", "response_json_schema": schema = tape.raw(node)
            case "thinkingConfig", "thinking_config": try readThinking(node)
            default: try readOption(member)
            }
        }
        switch type {
        case nil, "text/plain"?:
            if schema != nil {
                throw RequestError.untranslatable("generationConfig.responseSchema", "it needs `application/json`")
            }
        case "application/json"?:
            draft.conversation.form = schema.map { .schema(.init(schema: $0)) } ?? .json
        default:
            throw RequestError.untranslatable("generationConfig.responseMimeType", "answers there have other forms")
        }
    }

    private mutating func readOption(_ member: Tape.Member) throws(RequestError) {
        let node = member.value
        switch member.name {
        case "maxOutputTokens", "max_output_tokens":
            guard let maximum = try draft.whole(node, "generationConfig.maxOutputTokens"), maximum > 0 else {
                throw RequestError.untranslatable("generationConfig.maxOutputTokens", "it has to be at least 1")
            }
            draft.conversation.maximumTokens = maximum
        case "temperature":
            draft.conversation.sampling.temperature = try draft.number(node, "generationConfig.temperature")
        case "topP", "top_p": draft.conversation.sampling.topP = try draft.number(node, "generationConfig.topP")
        case "topK", "top_k": draft.conversation.sampling.topK = try draft.whole(node, "generationConfig.topK")
        case "seed": draft.conversation.sampling.seed = try draft.whole(node, "generationConfig.seed")
        case "presencePenalty", "presence_penalty":
            draft.conversation.sampling.presencePenalty = try draft.number(node, "generationConfig.presencePenalty")
        case "frequencyPenalty", "frequency_penalty":
            draft.conversation.sampling.frequencyPenalty = try draft.number(node, "generationConfig.frequencyPenalty")
        case "stopSequences", "stop_sequences":
            draft.conversation.sampling.stop = try draft.stopTexts(node, "generationConfig.stopSequences")
        case "candidateCount", "candidate_count":
            guard try draft.whole(node, "generationConfig.candidateCount") ?? 1 == 1 else {
                throw RequestError.untranslatable("generationConfig.candidateCount", "there is one answer")
            }
        case "responseLogprobs", "response_logprobs":
            guard try draft.flag(node, "generationConfig.responseLogprobs") != true else {
                throw RequestError.untranslatable("generationConfig.responseLogprobs", "answers there have none")
            }
        case "logprobs": draft.losses.drop("generationConfig.logprobs")
        case "responseModalities", "response_modalities":
            for kind in try draft.array(node, "generationConfig.responseModalities") where !("TEXT" ~= tape.word(kind))
            {
                throw RequestError.untranslatable("generationConfig.responseModalities", "answers there are text")
            }
        case "mediaResolution", "media_resolution": draft.losses.drop("generationConfig.mediaResolution")
        case "audioTimestamp", "audio_timestamp": draft.losses.drop("generationConfig.audioTimestamp")
        case "enableEnhancedCivicAnswers", "enable_enhanced_civic_answers":
            draft.losses.drop("generationConfig.enableEnhancedCivicAnswers")
        default: try draft.refuseUnknown(member, in: "generationConfig")
        }
    }

    /// A budget of thoughts becomes a degree of effort: there is no other measure that all have.
    private mutating func readThinking(_ node: Int) throws(RequestError) {
        let path = "generationConfig.thinkingConfig"
        for member in tape.members(of: try draft.object(node, path)) {
            if tape.isNull(member.value) { continue }
            switch member.name {
            // Whoever thinks aloud there does so unasked.
            case "includeThoughts", "include_thoughts": _ = try draft.flag(member.value, "\(path).includeThoughts")
            case "thinkingBudget", "thinking_budget":
                guard let tokens = try draft.whole(member.value, "\(path).thinkingBudget"), tokens >= 0 else {
                    continue
                }
                draft.losses.change("generationConfig.thinkingConfig.thinkingBudget", "became a degree of effort")
                draft.conversation.effort =
                    tokens == 0 ? Conversation.Effort.none : tokens < 4_096 ? .low : tokens < 16_384 ? .medium : .high
            case "thinkingLevel", "thinking_level":
                let word = try draft.text(member.value, "\(path).thinkingLevel").string
                if word == "THINKING_LEVEL_UNSPECIFIED" { continue }
                guard let effort = Conversation.Effort(rawValue: word.lowercased()) else {
                    throw RequestError.untranslatable("\(path).thinkingLevel", "it is none of the known words")
                }
                draft.conversation.effort = effort
            default: try draft.refuseUnknown(member, in: path)
            }
        }
    }

    // MARK: - Tools

    private mutating func readTool(_ node: Int, _ index: Int) throws(RequestError) {
        let path = "tools.\(index)"
        for member in tape.members(of: try draft.object(node, path)) {
            if tape.isNull(member.value) { continue }
            switch member.name {
            case "functionDeclarations", "function_declarations":
                let functions = try draft.array(member.value, "\(path).functionDeclarations")
                for (number, function) in functions.enumerated() {
                    try readFunction(function, "\(path).functionDeclarations.\(number)")
                }
            default:
                let name = tape.value(member.key).string ?? ""
                throw RequestError.untranslatable("\(path).\(name)", "only functions of the caller's own can")
            }
        }
    }

    private mutating func readFunction(_ node: Int, _ path: String) throws(RequestError) {
        let name = tape.member("name", of: try draft.object(node, path))
        var tool = Conversation.Tool(name: try draft.text(name, "\(path).name"))
        for member in tape.members(of: node) {
            let value = member.value
            if tape.isNull(value) { continue }
            switch member.name {
            case "name": break
            case "description": tool.description = try draft.optionalText(value, "\(path).description")
            case "parameters":
                tool.schema = GeminiSchema.jsonSchema(try draft.object(value, "\(path).parameters"), of: tape)
            case "parametersJsonSchema", "parameters_json_schema":
                tool.schema = tape.raw(try draft.object(value, "\(path).parametersJsonSchema"))
            case "response", "responseJsonSchema", "response_json_schema":
                draft.losses.drop("tools.functionDeclarations.response")
            case "behavior" where "BLOCKING" ~= tape.word(value) || "UNSPECIFIED" ~= tape.word(value): break
            default: try draft.refuseUnknown(member, in: path)
            }
        }
        draft.conversation.tools.append(tool)
    }

    private mutating func readToolConfiguration(_ node: Int) throws(RequestError) {
        for member in tape.members(of: try draft.object(node, "toolConfig")) {
            if tape.isNull(member.value) { continue }
            switch member.name {
            case "functionCallingConfig", "function_calling_config": try readCalling(member.value)
            default: try draft.refuseUnknown(member, in: "toolConfig")
            }
        }
    }

    private mutating func readCalling(_ node: Int) throws(RequestError) {
        let path = "toolConfig.functionCallingConfig"
        for member in tape.members(of: try draft.object(node, path)) {
            if tape.isNull(member.value) { continue }
            switch member.name {
            case "mode":
                switch tape.word(member.value) {
                case "MODE_UNSPECIFIED": break
                case "AUTO": draft.conversation.toolChoice = .automatic
                case "ANY": draft.conversation.toolChoice = .required
                case "NONE": draft.conversation.toolChoice = Conversation.ToolChoice.none
                case "VALIDATED":
                    draft.losses.change("toolConfig.functionCallingConfig.mode", "became AUTO")
                    draft.conversation.toolChoice = .automatic
                default: throw RequestError.untranslatable("\(path).mode", "it is none of the known words")
                }
            case "allowedFunctionNames", "allowed_function_names":
                var names: [EscapedText] = []
                for name in try draft.array(member.value, "\(path).allowedFunctionNames") {
                    names.append(try draft.text(name, "\(path).allowedFunctionNames"))
                }
                if !names.isEmpty { allowed = names }
            case "streamFunctionCallArguments", "stream_function_call_arguments":
                guard try draft.flag(member.value, "\(path).streamFunctionCallArguments") == true else { continue }
                draft.losses.drop("toolConfig.functionCallingConfig.streamFunctionCallArguments")
            default: try draft.refuseUnknown(member, in: path)
            }
        }
    }

    /// One function that has to be called has a word everywhere; of several the others are left out.
    private mutating func applyAllowed() {
        guard let allowed, draft.conversation.toolChoice != Conversation.ToolChoice.none else { return }
        if allowed.count == 1, draft.conversation.toolChoice == .required {
            draft.conversation.toolChoice = .tool(allowed[0])
            return
        }
        let kept = draft.conversation.tools.filter { allowed.contains($0.name) }
        guard kept.count < draft.conversation.tools.count else { return }
        draft.losses.change("tools.functionDeclarations", "left out where they may not be called")
        draft.conversation.tools = kept
    }
}
