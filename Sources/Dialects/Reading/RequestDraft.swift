internal import Inference
internal import JSONText

/// A request while it is being read: the fields that both dialects have, and their checks.
struct RequestDraft {
    let tape: Tape
    var collector: TextCollector
    var model = ""
    var isStreaming = false
    var wantsStreamUsage = false
    var tools: [String] = []
    var maximumOutputTokens: Int?
    private var isMaximumUnclear = false

    /// Starts on a body, which has to be an object.
    init(_ tape: Tape) throws(RequestError) {
        guard tape.kind(0) == .object else {
            throw RequestError(.invalidRequest, "the body has to be a JSON object")
        }
        self.tape = tape
        collector = TextCollector(body: tape)
    }

    /// Models' names become metric labels and log fields, so they are short and printable.
    private static let longestModel = 256

    mutating func readModel(_ node: Int) throws(RequestError) {
        try setModel(tape.value(node).string ?? "")
    }

    mutating func setModel(_ name: String) throws(RequestError) {
        guard !name.isEmpty else {
            throw RequestError(.invalidRequest, "`model` has to be a non-empty string", param: "model")
        }
        try take(model: name)
    }

    /// What the path says instead of the body.
    mutating func take(_ address: RequestAddress) throws(RequestError) {
        try take(model: address.model)
        isStreaming = address.isStreaming
    }

    private mutating func take(model name: String) throws(RequestError) {
        guard name.utf8.count <= Self.longestModel, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw RequestError(
                .invalidRequest, "`model` has to be at most \(Self.longestModel) bytes without blanks", param: "model")
        }
        model = name
    }

    /// Names that decide what a provider does.
    private static let decisive = Set(
        [
            "model", "messages", "system", "input", "stream", "stream_options", "include_usage", "tools", "functions",
            "tool_choice", "max_tokens", "max_completion_tokens", "response_format", "output_config", "output_format",
            "mcp_servers", "function", "custom", "name", "type", "role", "content", "tool_calls", "function_call",
            "arguments", "image_url", "audio_url", "video_url", "input_audio", "file", "file_data", "file_id", "url",
            "source", "data", "instructions", "max_output_tokens", "prompt", "suffix", "prompt_embeds",
        ].map { Array($0.utf8) })
    private static let longestDecisive = 21

    /// Refuses a member's name that is one of the API's but for case. Servers that match names without regard to case (Go's,
    /// for one, which also takes the long s and the Kelvin sign for letters) would see `Model` as `model`: policy would have
    /// judged another request than theirs.
    func refuseLookalike(_ name: Word) throws(RequestError) {
        guard name.count <= 6 * Self.longestDecisive else { return }  // every letter escaped
        let isLookalike = tape.value(name.node).withDecodedUTF8 { text in
            var folded: [UInt8] = []
            var index = 0
            while index < text.count {
                let byte = text[index]
                if byte == 0xC5, index + 1 < text.count, text[index + 1] == 0xBF {
                    folded.append(0x73)
                    index += 2
                } else if byte == 0xE2, index + 2 < text.count, text[index + 1] == 0x84, text[index + 2] == 0xAA {
                    folded.append(0x6B)
                    index += 3
                } else {
                    folded.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
                    index += 1
                }
            }
            return !folded.elementsEqual(text) && Self.decisive.contains(folded)
        }
        if isLookalike {
            throw RequestError(.invalidRequest, "a member's name differs from one of the API's only in case")
        }
    }

    /// A member that no list of ours has: all of it is text.
    mutating func readUnknown(_ member: Tape.Member, _ place: InferenceRequest.Place) throws(RequestError) {
        try refuseLookalike(member.name)
        try collector.everything(member, place)
    }

    mutating func readStream(_ node: Int) throws(RequestError) {
        switch tape.kind(node) {
        case .true: isStreaming = true
        case .false, .null: isStreaming = false
        default: throw RequestError(.invalidRequest, "`stream` has to be true or false", param: "stream")
        }
    }

    /// The most tokens of an answer. What is no plain number counts as none: servers differ in what they make of `600.0`, `"600"` or -1.
    mutating func readMaximum(_ node: Int) throws(RequestError) {
        try collector.everything(node, .other)
        if tape.kind(node) == .null { return }
        guard let count = tape.value(node).int, count > 0 else { return isMaximumUnclear = true }
        maximumOutputTokens = max(maximumOutputTokens ?? 0, count)
    }

    /// Other models that a provider shall turn to of its own accord: nobody was asked whether they may see the request.
    func refuseModels(_ node: Int, named name: StaticString) throws(RequestError) {
        if tape.kind(node) == .null { return }
        throw RequestError(
            .invalidRequest,
            "`\(name)` is not taken: which models may serve a request is decided here, by the candidates of its alias",
            param: "\(name)")
    }

    /// A tool's name; a provider's own tool may have none, and is called by its type.
    mutating func readToolName(_ node: Int?) {
        if let node, let name = tape.value(node).string { tools.append(name) }
    }

    /// The names by which a provider of OpenAI's dialects may take a tool's definition: a definition of several kinds, or a
    /// provider's own tool with a name beside its type, hides none of them.
    mutating func readToolNames(_ tool: Int) {
        // A namespace has tools of its own.
        if let inner = tape.member("tools", of: tool) {
            for tool in tape.elements(of: inner) { readToolNames(tool) }
        }
        let type = tape.member("type", of: tool)
        let definitions = [tape.member("function", of: tool), tape.member("custom", of: tool), tool].compactMap(\.self)
        let names = definitions.compactMap { tape.member("name", of: $0) }
        for name in names { readToolName(name) }
        let isOwn = type.flatMap { tape.value($0).string }.map { !["function", "custom"].contains($0) } ?? false
        if names.isEmpty || isOwn { readToolName(type) }
    }

    /// Tools have to come as a list, for policy to be asked about each; none at all may be `null`.
    func checkTools(_ node: Int, named name: StaticString) throws(RequestError) {
        guard [.array, .null].contains(tape.kind(node)) else {
            throw RequestError(.invalidRequest, "`\(name)` has to be an array", param: "\(name)")
        }
    }

    /// `messages`: an array.
    func messages(_ node: Int) throws(RequestError) -> Tape.Elements {
        guard tape.kind(node) == .array else {
            throw RequestError(.invalidRequest, "`messages` has to be an array", param: "messages")
        }
        return tape.elements(of: node)
    }

    func finish(_ operation: Operation) throws(RequestError) -> InferenceRequest {
        guard !model.isEmpty else {
            throw RequestError(.invalidRequest, "`model` is missing", param: "model")
        }
        return InferenceRequest(
            dialect: operation.dialect, operation: operation, model: ModelID(model), isStreaming: isStreaming,
            wantsStreamUsage: wantsStreamUsage, documents: collector.documents, texts: collector.texts,
            unscannable: collector.unscannable, skipped: collector.skipped, tools: tools,
            estimatedInputTokens: max(1, collector.textBytes / 4),
            maximumOutputTokens: isMaximumUnclear ? nil : maximumOutputTokens)
    }
}
