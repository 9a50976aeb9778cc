internal import JSONText

/// Text as it stands inside a JSON string: escaped, without its quotes.
///
/// What is text in one dialect is text in the other, so that a translation copies it as it was written instead of taking the
/// escapes out and putting them in again. It shares the memory of the document that it was read from.
struct EscapedText: Sendable, Hashable {
    /// The bytes between the quotes.
    var bytes: ArraySlice<UInt8>

    /// Takes the content of a JSON string.
    init(escaped bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Takes plain text.
    init(_ text: String) {
        var bytes: [UInt8] = []
        JSONEscape.append(text, to: &bytes)
        self.bytes = bytes[...]
    }

    /// Takes plain text, as UTF-8.
    init(utf8: [UInt8]) { bytes = JSONEscape.escaped(utf8)[...] }

    var isEmpty: Bool { bytes.isEmpty }

    /// How many Unicode code points it has.
    var scalarCount: Int { decoded().reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }

    /// The text as UTF-8.
    func decoded() -> [UInt8] {
        guard bytes.contains(0x5C) else { return Array(bytes) }
        return bytes.withUnsafeBytes { JSONEscape.decode($0) } ?? []
    }

    /// The text.
    var string: String { String(decoding: decoded(), as: UTF8.self) }

    /// Texts in their order, one behind the other: every escape is whole in itself.
    static func joined(_ texts: [EscapedText], by separator: StaticString = "") -> EscapedText {
        if texts.count == 1, let only = texts.first { return only }
        var bytes: [UInt8] = []
        for (index, text) in texts.enumerated() {
            if index > 0 { separator.withUTF8Buffer { bytes.append(contentsOf: $0) } }
            bytes.append(contentsOf: text.bytes)
        }
        return EscapedText(escaped: bytes[...])
    }

    /// Whether there is nothing but white space (Unicode's `White_Space`) in it. Looks no further than the first letter.
    var isBlank: Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == 0x20 {
                index += 1
            } else if byte == 0x5C {
                guard let length = blankEscape(at: index) else { return false }
                index += length
            } else if byte < 0x80 {
                return false
            } else {
                let end = min(index + 4, bytes.endIndex)
                guard let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first,
                    scalar.properties.isWhitespace
                else { return false }
                index += UTF8.width(scalar)
            }
        }
        return true
    }

    /// How long the escape of a white character is here; `nil` for every other escape.
    private func blankEscape(at index: Int) -> Int? {
        guard index + 1 < bytes.endIndex else { return nil }
        switch bytes[index + 1] {
        case 0x6E, 0x72, 0x74, 0x66: return 2  // \n, \r, \t, \f
        case 0x75:
            guard index + 6 <= bytes.endIndex,
                let value = UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value), scalar.properties.isWhitespace
            else { return nil }
            return 6
        default: return nil
        }
    }

    /// A call's arguments in a string of JSON. They are what the model wrote, so they may be no JSON: then they go on as a text, for the
    /// tool to refuse.
    var argumentsAsWritten: JSONFragment {
        if isBlank { return .emptyObject }
        let bytes = decoded()
        if let document = try? JSONDocument(parsing: bytes), document.root.kind == .object {
            return JSONFragment(bytes: bytes[document.root.range])
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("invalid_arguments")
        writer.string(self)
        writer.endObject()
        return JSONFragment(bytes: writer.bytes[...])
    }

    /// Whether the text is these (escape-free ASCII) letters.
    static func ~= (letters: StaticString, text: EscapedText) -> Bool {
        guard letters.utf8CodeUnitCount == text.bytes.count else { return false }
        for (offset, byte) in text.bytes.enumerated() where byte != letters.utf8Start[offset] { return false }
        return true
    }
}

extension JSONWriter {
    /// Writes a string whose text is escaped already.
    mutating func string(_ text: EscapedText) { string(escaped: text.bytes) }

    /// Writes a string, or `null` where there is none.
    mutating func stringOrNull(_ text: EscapedText?) {
        if let text { string(text) } else { null() }
    }

    /// Writes a text as a part of a message's content, which is alike at OpenAI and Anthropic.
    mutating func textPart(_ text: EscapedText) {
        beginObject()
        key("type")
        string("text")
        key("text")
        string(text)
        endObject()
    }
}

extension Tape {
    /// A string's text; `nil` for what is no string.
    func text(_ node: Int) -> EscapedText? {
        guard kind(node) == .string else { return nil }
        let range = range(node)
        return EscapedText(escaped: document.bytes[range.lowerBound + 1..<range.upperBound - 1])
    }

    /// A value as it is written.
    func raw(_ node: Int) -> JSONFragment { JSONFragment(bytes: document.bytes[range(node)]) }

    /// Whether a value says nothing: `null`.
    func isNull(_ node: Int) -> Bool { kind(node) == .null }
}

/// A whole JSON value as it is written: a tool's schema, a call's arguments.
struct JSONFragment: Sendable, Hashable {
    /// Its bytes.
    var bytes: ArraySlice<UInt8>

    /// Takes a value that was parsed.
    init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Takes a value that is known to be one.
    init(_ json: StaticString) { bytes = json.withUTF8Buffer { Array($0) }[...] }

    /// `{}`.
    static let emptyObject = JSONFragment("{}")
}
