/// Cuts a policy text into tokens; white space and `//` comments vanish.
struct Tokenizer {
    /// An unreadable place; the tokenizer goes on behind it.
    struct Failure {
        let offset: Int
        let message: String
    }

    private let bytes: [UInt8]
    private var position = 0
    private(set) var failures: [Failure] = []

    init(_ source: SourceText) { bytes = source.bytes }

    /// All tokens, with one of kind `end` last.
    mutating func tokens() -> [Token] {
        var result: [Token] = []
        result.reserveCapacity(bytes.count / 4 + 1)
        while let token = next() { result.append(token) }
        result.append(Token(kind: .end, range: bytes.count..<bytes.count, text: ""))
        return result
    }

    private mutating func next() -> Token? {
        while true {
            skipSpace()
            guard position < bytes.count else { return nil }
            let start = position
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                skipIdentifier()
                return token(.identifier, from: start)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
                    position += 1
                }
                return token(.number, from: start)
            case UInt8(ascii: "?"):
                position += 1
                skipIdentifier()
                return token(.slot, from: start)
            case UInt8(ascii: "\""):
                if skipString() { return Token(kind: .string, range: start..<position, text: "") }
                failures.append(Failure(offset: start, message: "this string does not end"))
                position = bytes.count
                return nil
            default:
                if let sign = sign() { return Token(kind: .sign(sign), range: start..<position, text: "") }
                position += 1
                while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
                let character = String(decoding: bytes[start..<position], as: UTF8.self)
                failures.append(
                    Failure(offset: start, message: "unexpected character \(CedarString.quoted(character))"))
                if failures.count > 100 { return nil }
            }
        }
    }

    private func token(_ kind: Token.Kind, from start: Int) -> Token {
        Token(kind: kind, range: start..<position, text: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x09...0x0D, 0x20: position += 1
            case UInt8(ascii: "/") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "/"):
                while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
            case 0x80...:
                // White space beyond ASCII: at most three bytes.
                var width = 1
                while width < 4, position + width < bytes.count, bytes[position + width] & 0xC0 == 0x80 { width += 1 }
                let text = String(decoding: bytes[position..<(position + width)], as: UTF8.self)
                guard text.unicodeScalars.first?.properties.isWhitespace == true else { return }
                position += width
            default: return
            }
        }
    }

    private mutating func skipIdentifier() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                position += 1
            default: return
            }
        }
    }

    private mutating func skipString() -> Bool {
        var index = position + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                position = index + 1
                return true
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return false
    }

    private mutating func sign() -> Token.Sign? {
        if position + 1 < bytes.count,
            let sign = Token.Sign(rawValue: String(decoding: bytes[position...(position + 1)], as: UTF8.self))
        {
            position += 2
            return sign
        }
        guard let sign = Token.Sign(rawValue: String(decoding: bytes[position...position], as: UTF8.self)) else {
            return nil
        }
        position += 1
        return sign
    }
}
