/// `Authorization: Basic …`, `Authorization: Bearer …`, `Bearer …` (RFC 9110 §11.6.2, RFC 6750 §2.1).
enum AuthorizationHeader {
    private enum Bounds {
        /// Quotes, colons and spaces after the name, and between scheme and value.
        static let opening = 12
        static let value = 4_096
        static let shortest = 8
        /// A bare `Bearer` stands in prose as well.
        static let shortestBearer = 16
    }

    private static let bytes = ByteSet("A-Za-z0-9_=~@.+/:-")
    private static let schemes: [StaticString] = [
        "basic ", "bearer ", "token ", "api-token ", "apikey ", "api-key ", "key ", "bot ", "oauth ", "token token=",
        "splunk ",
        "sso-key ", "genie key ",
    ]

    /// The value after `authorization` or `bearer `.
    static func span(after literal: Range<Int>, in text: ScannedText) -> Range<Int>? {
        var start = literal.upperBound
        let isBearer = text.byte(start - 1) == 0x20
        var hasSign = false
        var hasScheme = isBearer
        if !isBearer {
            let limit = min(text.count, start + Bounds.opening)
            while start < limit, isOpening(text.base[start]) {
                if text.base[start] == UInt8(ascii: ":") || text.base[start] == UInt8(ascii: "=") { hasSign = true }
                start += 1
            }
            guard hasSign else { return nil }
            if let scheme = schemes.first(where: { text.beginsCaseless($0, at: start) }) {
                start += scheme.utf8CodeUnitCount
                hasScheme = true
            }
        }
        while text.byte(start) == 0x20 || text.byte(start) == UInt8(ascii: "\"") && hasScheme { start += 1 }
        let limit = min(text.count, start + Bounds.value)
        var end = start
        while end < limit, bytes.contains(text.base[end]) { end += 1 }
        while end > start, text.base[end - 1] == UInt8(ascii: ".") || text.base[end - 1] == UInt8(ascii: ":") {
            end -= 1
        }
        return isCredential(start..<end, isBearer: isBearer, in: text) ? start..<end : nil
    }

    private static func isCredential(_ value: Range<Int>, isBearer: Bool, in text: ScannedText) -> Bool {
        guard value.count >= (isBearer ? Bounds.shortestBearer : Bounds.shortest) else { return false }
        // `Bearer ${token}`, `Bearer <token>`, `basicAuth(…)`.
        let next = text.byte(value.upperBound)
        guard next != UInt8(ascii: "("), next != UInt8(ascii: "{"), next != UInt8(ascii: "["),
            !Randomness.hasPlaceholder(value, in: text)
        else { return false }
        let makeup = Randomness.Makeup(value, in: text)
        // Base64 of `user:password` may have no digit; then it has both cases or its padding.
        let isMixed = makeup.digits > 0 && makeup.letters > 0
        let isCoded = makeup.lowers > 0 && makeup.uppers >= 2 && value.count >= 12
        guard isMixed || isCoded else { return false }
        return Randomness.entropy(value, in: text) >= (isBearer ? 3.2 : 2.75) && !StopWords.stand(in: value, of: text)
    }

    private static func isOpening(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || Assignment.isQuote(byte) || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "=")
            || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: ",")
    }
}
