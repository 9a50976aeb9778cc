public import Inference

/// Attributes of principals as people write them: `department=finance`.
public enum AttributeText {
    /// Names that identification itself proves, so that nothing else may use them.
    public static let reserved = ["credential", "method", "name", "tenant"]

    /// Whether a name may be an attribute's: 1 to 64 ASCII letters, digits and `_`, no digit first, none of `reserved`.
    public static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, !(0x30...0x39).contains(first) else {
            return false
        }
        return bytes.allSatisfy { Base62.isDigit($0) || $0 == UInt8(ascii: "_") } && !reserved.contains(name)
    }

    /// Reads `name=value`; `nil` where the name is none or the value is not readable.
    public static func attribute(_ text: String) -> PrincipalAttribute? {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = String(text[..<equals])
        guard isName(name), let value = value(String(text[text.utf8.index(after: equals)...])) else { return nil }
        return PrincipalAttribute(name, value)
    }

    /// Reads a value: `true` and `false` are booleans, whole numbers are numbers, `[a, b]` is a list of texts, and all else a text;
    /// in double quotes everything is. `nil` for a text of more than 1,024 bytes or with control characters.
    public static func value(_ text: String) -> PrincipalAttribute.Value? {
        guard isText(text) else { return nil }
        if text == "true" || text == "false" { return .bool(text == "true") }
        if text.utf8.first != UInt8(ascii: "+"), let number = Int64(text) { return .long(number) }
        if text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count >= 2 {
            let parts = text.dropFirst().dropLast().split(separator: ",").map { part in
                var part = part
                while part.first == " " { part.removeFirst() }
                while part.last == " " { part.removeLast() }
                return String(part)
            }
            return .strings(parts)
        }
        if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            return .string(String(text.dropFirst().dropLast()))
        }
        return .string(text)
    }

    /// Writes a value as `value` reads it.
    public static func text(_ value: PrincipalAttribute.Value) -> String {
        switch value {
        case .bool(let flag): return flag ? "true" : "false"
        case .long(let number): return String(number)
        case .strings(let texts): return "[\(texts.joined(separator: ", "))]"
        case .string(let text): return Self.value(text) == value ? text : "\"\(text)\""
        }
    }

    /// Whether a text may be an attribute's value.
    public static func isText(_ text: String) -> Bool {
        text.utf8.count <= 1024 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
