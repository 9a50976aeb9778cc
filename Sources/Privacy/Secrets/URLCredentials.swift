/// User and password in a URL (RFC 3986 §3.2.1): `https://user:pass@host`, `postgres://…`, `mongodb+srv://…`, `redis://:pass@host`.
enum URLCredentials {
    private enum Bounds {
        /// Tokens as passwords are long.
        static let authority = 2_048
        static let shortestPassword = 3
    }

    /// `user:password` of the URL whose `://` ends here.
    static func span(after start: Int, in text: ScannedText) -> Range<Int>? {
        guard text.has(start - 4, ByteClass.letter) else { return nil }
        let limit = min(text.count, start + Bounds.authority)
        var position = start
        var colon: Int?
        var at: Int?
        scan: while position < limit {
            let byte = text.base[position]
            guard !endsWord(byte) else { break }
            switch byte {
            // A password may have these unescaped, where people write by hand; so the last `@` of the word is meant, but only one
            // before the first slash once there is one.
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                if at != nil || byte == UInt8(ascii: "/") { break scan }
            case UInt8(ascii: ":"): if colon == nil { colon = position }
            case UInt8(ascii: "@"): if colon != nil { at = position }
            default: break
            }
            position += 1
        }
        guard let colon, let at, at > colon, at - colon - 1 >= Bounds.shortestPassword,
            at + 1 < text.count,
            text.has(at + 1, ByteClass.token) || text.base[at + 1] == UInt8(ascii: "[")
                || text.base[at + 1] == UInt8(ascii: "$") || text.base[at + 1] == UInt8(ascii: "{"),
            !isPlaceholder(colon + 1..<at, in: text)
        else { return nil }
        return start..<at
    }

    /// What no part of a URL before its path is written with.
    static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "`"),
            UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    /// `pass`, `password`, `${PASSWORD}`, `<password>`, `$1`, `****`, `[PASSWORD]`, `{{ … }}`, `%s`.
    static func isPlaceholder(_ password: Range<Int>, in text: ScannedText) -> Bool {
        guard !password.isEmpty else { return true }
        let first = text.base[password.lowerBound]
        switch first {
        case UInt8(ascii: "<"), UInt8(ascii: "["), UInt8(ascii: "{"): return true
        case UInt8(ascii: "$"):
            let next = text.byte(password.lowerBound + 1)
            if next == UInt8(ascii: "{") || next == UInt8(ascii: "(") { return true }
            return password.dropFirst().allSatisfy {
                text.has($0, ByteClass.alphanumeric) || text.base[$0] == UInt8(ascii: "_")
            }
        case UInt8(ascii: "%"): if password.count <= 2 || text.base[password.upperBound - 1] == first { return true }
        default: break
        }
        if password.allSatisfy({ text.base[$0] == first }) { return true }
        for word in commonWords
        where password.count == word.utf8CodeUnitCount && text.beginsCaseless(word, at: password.lowerBound) {
            return true
        }
        return Randomness.hasPlaceholder(password, in: text)
    }

    private static let commonWords: [StaticString] = [
        "pass", "passwd", "password", "pwd", "secret", "token", "user", "username", "test", "mypassword",
        "yourpassword",
        "changeit", "changeme", "xxx", "port", "pw", "apikey", "api_key", "key",
    ]
}
