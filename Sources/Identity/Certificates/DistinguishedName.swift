/// A distinguished name, read from its text (RFC 4514).
struct DistinguishedName: Hashable, Sendable {
    /// One attribute of it.
    struct Attribute: Hashable, Sendable {
        /// The type in lowercase: `cn`, `o`, `2.5.4.3`.
        let type: String
        /// The value without escapes.
        let value: String
    }

    /// All attributes; those that share a relative name stand one after the other.
    let attributes: [Attribute]

    /// Reads a name; `nil` for what is none.
    init?(_ text: String) {
        var attributes: [Attribute] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            guard let attribute = Self.attribute(&rest) else { return nil }
            attributes.append(attribute)
            guard let separator = rest.popFirst() else { break }
            guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "+"), !rest.isEmpty else { return nil }
        }
        self.attributes = attributes
    }

    /// The value of a type, given in any case; `nil` where it is absent or stands there more than once, which nobody could tell apart.
    func value(of type: String) -> String? {
        let type = type.lowercased()
        let found = attributes.filter { $0.type == type }
        return found.count == 1 ? found.first?.value : nil
    }

    private static func attribute(_ rest: inout ArraySlice<UInt8>) -> Attribute? {
        while rest.first == 0x20 { rest.removeFirst() }
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let type = rest[..<equals]
        guard !type.isEmpty, type.allSatisfy({ Base62.isDigit($0) || $0 == 0x2E || $0 == 0x2D }) else { return nil }
        rest = rest[(equals + 1)...]
        guard let value = value(&rest) else { return nil }
        return Attribute(type: String(decoding: type, as: UTF8.self).lowercased(), value: value)
    }

    /// Reads to the next `,` or `+` that is not escaped.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        while let byte = rest.first, byte != UInt8(ascii: ","), byte != UInt8(ascii: "+") {
            rest.removeFirst()
            guard byte == UInt8(ascii: "\\") else {
                // These stand in a value only with an escape before them.
                if "\";<>".utf8.contains(byte) || byte == 0 { return nil }
                bytes.append(byte)
                continue
            }
            guard let next = rest.popFirst() else { return nil }
            if let high = hexadecimal(next) {
                guard let low = rest.popFirst().flatMap(hexadecimal) else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(next)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
