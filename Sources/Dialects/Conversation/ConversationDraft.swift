internal import JSONText

/// A conversation while it is being read, and the checks that all dialects' readers share. Errors name the member at fault.
struct ConversationDraft {
    let tape: Tape
    var conversation = Conversation()
    var losses = Losses()

    init(_ tape: Tape) throws(RequestError) {
        guard tape.kind(0) == .object else {
            throw RequestError(.invalidRequest, "the body has to be a JSON object")
        }
        self.tape = tape
    }

    // MARK: - Values

    func wrongType(_ field: String, _ wanted: StaticString) -> RequestError {
        RequestError(.invalidRequest, "`\(field)` has to be \(wanted)", param: field)
    }

    func text(_ node: Int?, _ field: @autoclosure () -> String) throws(RequestError) -> EscapedText {
        guard let node, let text = tape.text(node) else { throw wrongType(field(), "a string") }
        return text
    }

    func optionalText(_ node: Int?, _ field: @autoclosure () -> String) throws(RequestError) -> EscapedText? {
        guard let node, !tape.isNull(node) else { return nil }
        return try text(node, field())
    }

    func number(_ node: Int, _ field: String) throws(RequestError) -> Double? {
        if tape.isNull(node) { return nil }
        guard let number = tape.value(node).double else { throw wrongType(field, "a number") }
        return number
    }

    /// A whole number; `4096.0` is one, too.
    func whole(_ node: Int, _ field: String) throws(RequestError) -> Int? {
        if tape.isNull(node) { return nil }
        let value = tape.value(node)
        if let number = value.int { return number }
        // Beyond 2⁵³ a double is no count any more.
        guard let number = value.double, abs(number) <= 9_007_199_254_740_992, Double(Int(number)) == number else {
            throw wrongType(field, "a whole number")
        }
        return Int(number)
    }

    func flag(_ node: Int, _ field: String) throws(RequestError) -> Bool? {
        switch tape.kind(node) {
        case .true: return true
        case .false: return false
        case .null: return nil
        default: throw wrongType(field, "true or false")
        }
    }

    func object(_ node: Int?, _ field: String) throws(RequestError) -> Int {
        guard let node, tape.kind(node) == .object else { throw wrongType(field, "an object") }
        return node
    }

    func array(_ node: Int, _ field: String) throws(RequestError) -> Tape.Elements {
        guard tape.kind(node) == .array else { throw wrongType(field, "an array") }
        return tape.elements(of: node)
    }

    /// What else than known members an object has: `null` says nothing, and an empty list neither.
    func refuseUnknown(_ member: Tape.Member, in path: String = "") throws(RequestError) {
        if tape.isNull(member.value) { return }
        if tape.kind(member.value) == .array, tape.after(member.value) == member.value + 1 { return }
        let name = tape.value(member.key).string ?? ""
        throw RequestError.untranslatable(path.isEmpty ? name : "\(path).\(name)", "it is not known")
    }

    /// Texts that end the answer: one or several.
    func stopTexts(_ node: Int, _ field: String) throws(RequestError) -> [EscapedText] {
        if tape.isNull(node) { return [] }
        if let only = tape.text(node) { return [only] }
        var texts: [EscapedText] = []
        for element in try array(node, field) { texts.append(try text(element, field)) }
        return texts
    }

    /// Tools are shown from the start, and only the model calls them: elsewhere there is nothing else.
    mutating func readToolAccess(_ member: Tape.Member, in path: String) throws(RequestError) {
        switch member.name {
        case "defer_loading": if tape.kind(member.value) == .true { losses.drop("tools.defer_loading") }
        case "allowed_callers" where !tape.isNull(member.value):
            for caller in try array(member.value, "\(path).allowed_callers") where !("direct" ~= tape.word(caller)) {
                losses.drop("tools.allowed_callers")
            }
        default: try refuseUnknown(member, in: path)
        }
    }

    /// Who called a tool in an earlier turn: the model itself, or a program of the provider's.
    mutating func noteCaller(_ caller: Int, _ field: StaticString) {
        guard !tape.isNull(caller) else { return }
        if let type = tape.member("type", of: caller), "direct" ~= tape.word(type) { return }
        losses.drop(field)
    }

    // MARK: - Words that several dialects have

    /// How hard the model is to think; every dialect has the same words.
    mutating func readEffort(_ node: Int, _ field: String) throws(RequestError) {
        guard let word = try optionalText(node, field) else { return }
        guard let effort = Conversation.Effort(rawValue: word.string) else {
            throw RequestError.untranslatable(field, "it is none of the known words")
        }
        conversation.effort = effort
    }

    /// A budget of thoughts becomes a degree of effort, where none is said in so many words: there is no other measure that all have.
    mutating func takeThinkingBudget(_ tokens: Int, _ field: StaticString) {
        losses.change(field, "became a degree of effort")
        guard conversation.effort == nil else { return }
        conversation.effort = tokens < 4_096 ? .low : tokens < 16_384 ? .medium : .high
    }

    /// OpenAI's `service_tier`.
    mutating func readServiceTier(_ node: Int) {
        switch tape.word(node) {
        case "auto": conversation.serviceTier = .automatic
        case "default": conversation.serviceTier = .standard
        default: losses.drop("service_tier")
        }
    }

    /// OpenAI's `safety_identifier`, behind `user`, which is the older word.
    mutating func readSafetyIdentifier(_ node: Int) throws(RequestError) {
        let identifier = try text(node, "safety_identifier")
        if conversation.user == nil { conversation.user = identifier }
    }

    /// OpenAI's `tool_choice`, where it is a word.
    mutating func readToolChoice(word: Word) throws(RequestError) {
        switch word {
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "auto": conversation.toolChoice = .automatic
        case "required": conversation.toolChoice = .required
        default: throw RequestError.untranslatable("tool_choice", "it is none of the known words")
        }
    }

    /// The system's words: only at the start does every dialect have a place for them.
    mutating func addInstructions(_ parts: [Conversation.Part], from field: StaticString) {
        if !conversation.turns.isEmpty { losses.change(field, "of the system moved to the start") }
        conversation.instructions += parts
    }

    /// A message's content, which has to be there.
    func content(of message: Int, _ origin: Origin) throws(RequestError) -> Int {
        guard let content = tape.member("content", of: message) else {
            throw RequestError(.invalidRequest, "`\(origin.path).content` is missing", param: "\(origin.path).content")
        }
        return content
    }

    // MARK: - Media and arguments

    /// What brings a part's file, and that member's place. Another beside it would be lost; a `file_id` is known to its
    /// provider only.
    func file(
        _ names: StaticString..., of node: Int, in path: String
    ) throws(RequestError) -> (text: EscapedText, field: String) {
        var found: (text: EscapedText, field: String)?
        for name in names + ["file_id"] {
            let field = "\(path).\(name)"
            guard let text = try optionalText(tape.member(name, of: node), field) else { continue }
            if let found {
                throw RequestError.untranslatable(field, "it stands beside `\(found.field)`: a part has one file")
            }
            found = (text, field)
        }
        guard let found, !found.field.hasSuffix(".file_id") else {
            throw RequestError.untranslatable("\(path).file_id", "the file lies at its provider")
        }
        return found
    }

    func media(_ text: EscapedText, _ origin: Origin) throws(RequestError) -> Conversation.Media {
        try Self.media(text, origin)
    }

    /// `data:TYPE;base64,DATA` inline, or an address.
    static func media(_ text: EscapedText, _ origin: Origin) throws(RequestError) -> Conversation.Media {
        let bytes = text.bytes
        guard bytes.count > 5, isScheme(bytes.prefix(5)) else { return .address(text) }
        guard let comma = bytes.prefix(256).firstIndex(of: 0x2C) else {
            throw RequestError(
                .invalidRequest, "`\(origin.path)` has to be an address or a `data:` URL", param: origin.path)
        }
        let head = String(decoding: bytes[bytes.startIndex + 5..<comma], as: UTF8.self)
        var fields = head.split(separator: ";", omittingEmptySubsequences: false)
        guard fields.popLast()?.lowercased() == "base64", let type = fields.first, !type.isEmpty else {
            throw RequestError.untranslatable(origin.path, "a `data:` URL has to be in base64, with its type")
        }
        // JSON may escape a slash, which base64 has many of.
        var data = EscapedText(escaped: bytes[(comma + 1)...])
        if data.bytes.contains(0x5C) { data = EscapedText(utf8: data.decoded()) }
        return .base64(type: EscapedText(EscapedText(escaped: Array(type.utf8)[...]).string), data: data)
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, "data:".utf8).allSatisfy { ($0 &- 0x41 < 26 ? $0 | 0x20 : $0) == $1 }
    }

    /// A call's arguments in a string of JSON: an object, or nothing.
    func arguments(_ text: EscapedText, _ origin: Origin, _ field: StaticString) throws(RequestError) -> JSONFragment {
        if text.isBlank { return .emptyObject }
        let bytes = text.decoded()
        guard let document = try? JSONDocument(parsing: bytes, limits: JSONLimits(maximumDepth: 64)),
            document.root.kind == .object
        else {
            throw RequestError.untranslatable("\(origin.path).\(field)", "it has to be a JSON object")
        }
        return JSONFragment(bytes: bytes[document.root.range])
    }
}
