/// Which names may stand without quotes.
enum Identifier {
    /// Whether it is a letter or underscore with letters, digits and underscores behind it (ASCII), reserved or not.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether an attribute of that name can be written `x.name`.
    static func isPlain(_ text: String) -> Bool { isIdentifier(text) && !Parser.reserved.contains(text) }

    /// Whether it is identifiers with `::` between them, none of them reserved.
    static func isTypeName(_ text: String) -> Bool {
        var part: [UInt8] = []
        var rest = Substring(text).utf8
        while true {
            part = Array(rest.prefix { $0 != UInt8(ascii: ":") })
            guard isPlain(String(decoding: part, as: UTF8.self)) else { return false }
            rest = rest.dropFirst(part.count)
            if rest.isEmpty { return true }
            guard rest.starts(with: [UInt8(ascii: ":"), UInt8(ascii: ":")]) else { return false }
            rest = rest.dropFirst(2)
        }
    }

    /// As it stands in a record or behind `has`: with quotes where it needs them.
    static func quotedIfNeeded(_ text: String) -> String { isPlain(text) ? text : CedarString.quoted(text) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
