internal import JSONText

/// The strings of a value in an answer of OpenAI's, known members or not: every one is text but words of the API, identifiers, what is
/// sealed by the provider, and media.
enum AnswerStrings {
    /// Finds them among nodes: those of a value, or of a member from its name on. `isJSON` says that
    /// the answer's own text is JSON.
    static func collect(
        _ nodes: Range<Int>, of tape: Tape, isJSON: Bool = false, emptyArray: Bool = true,
        tokenLists: inout [JSONReplacement], _ found: (_ node: Int, _ isJSON: Bool) -> Void
    ) {
        var kind = AnswerMember.text
        var imageEnd = 0
        var index = nodes.lowerBound
        while index < nodes.upperBound {
            if tape.isKey(index) {
                kind = AnswerMember(tape.word(index))
                if kind == .image { kind = index < imageEnd ? .media : .text }
                if kind == .tokens { TokenList.note(index + 1, of: tape, emptyArray: emptyArray, into: &tokenLists) }
                let isContainer = tape.kind(index + 1) == .object || tape.kind(index + 1) == .array
                if kind == .tokens || kind.isOpaque && !isContainer {
                    index = tape.after(index + 1)
                    continue
                }
                if isFree(tape.word(index)) { found(index, false) }
            } else if tape.kind(index) == .object {
                if isImage(index, of: tape) { imageEnd = tape.after(index) }
            } else if tape.isText(index), !isMedia(index, as: kind, of: tape) {
                found(index, kind == .arguments || isJSON && kind == .content)
            }
            index += 1
        }
    }

    /// Whether a string is media: base64 where media is expected, or a `data:` URL of a picture, a sound or a film. Text that stands
    /// there is text.
    static func isMedia(_ node: Int, as kind: AnswerMember, of tape: Tape) -> Bool {
        let word = tape.word(node)
        if kind == .media { return tape.value(node).withDecodedUTF8 { Base64Payload.isMedia($0) } }
        guard word.count > 64, word.start[0] == UInt8(ascii: "d"), word.start[4] == UInt8(ascii: ":"),
            starts(word, "data:image") || starts(word, "data:audio") || starts(word, "data:video")
        else { return false }
        return tape.value(node).withDecodedUTF8 { Base64Payload.isDataURL($0) }
    }

    private static func starts(_ word: Word, _ letters: StaticString) -> Bool {
        for index in 0..<letters.utf8CodeUnitCount where word.start[index] != letters.utf8Start[index] { return false }
        return true
    }

    private static func isImage(_ object: Int, of tape: Tape) -> Bool {
        tape.member("type", of: object).map { "image_generation_call" ~= tape.word($0) } ?? false
    }

    /// Whether a name is none that an API has: of a tool's arguments, say, where the names are the model's words too.
    private static func isFree(_ name: Word) -> Bool {
        guard name.count > 0, name.start[0] &- 0x30 >= 10 else { return name.count > 0 }
        for index in 0..<name.count {
            let byte = name.start[index]
            if byte &- 0x61 >= 26, byte &- 0x30 >= 10, byte != UInt8(ascii: "_") { return true }
        }
        return false
    }
}

/// What stands in a member of an answer.
enum AnswerMember {
    case text
    /// The text of a part of the answer.
    case content
    /// JSON.
    case arguments
    /// Words of the API and identifiers.
    case word
    /// What a changed byte would break, and nobody but the provider reads.
    case sealed
    /// Media in base64.
    case media
    /// The same in an image generation call.
    case image
    /// A list of the text's tokens.
    case tokens

    init(_ name: Word) {
        switch name {
        case "text": self = .content
        case "arguments": self = .arguments
        case "logprobs", "prompt_logprobs": self = .tokens
        case "id", "object", "type", "status", "role", "call_id", "item_id", "model", "previous_response_id",
            "obfuscation", "service_tier", "truncation", "system_fingerprint", "finish_reason",
            "toolUseId":
            self = .word
        case "encrypted_content", "encrypted_index", "signature", "thought_signature", "redactedContent": self = .sealed
        case "data", "bytes", "b64_json", "partial_image_b64": self = .media
        case "result": self = .image
        default: self = .text
        }
    }

    /// Whether a string in it is not looked at.
    var isOpaque: Bool { self == .word || self == .sealed }
}
