private import Cryptography

/// A token's text, taken apart: JWS Compact Serialization (RFC 7515 §7.1), strictly.
struct TokenText {
    private enum Bounds {
        /// A token with hundreds of groups has 16 KiB; header fields of a request together have 32 KiB.
        static let bytes = 16 << 10
    }

    /// The bytes that are signed: header and claims as they came, with the dot between.
    let signed: Range<Int>
    /// The JSON text of the header.
    let header: [UInt8]
    /// The JSON text of the claims.
    let claims: [UInt8]
    /// The signature, never empty.
    let signature: [UInt8]

    /// Takes a token apart; `nil` for more than 16 KiB, other than three parts, and anything that is not strictly base64url.
    init?(_ text: UnsafeRawBufferPointer) {
        guard Self.hasShape(text), let first = text.firstIndex(of: Self.dot),
            let second = text.lastIndex(of: Self.dot), first < second,
            let header = Base64URL.decode(UnsafeRawBufferPointer(rebasing: text[..<first])), !header.isEmpty,
            let claims = Base64URL.decode(UnsafeRawBufferPointer(rebasing: text[(first + 1)..<second])),
            !claims.isEmpty,
            let signature = Base64URL.decode(UnsafeRawBufferPointer(rebasing: text[(second + 1)...]))
        else { return nil }
        self.signed = 0..<second
        self.header = header
        self.claims = claims
        self.signature = signature
    }

    /// Whether a text has two dots, as every signed token has, and is not too long for one.
    static func hasShape(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= Bounds.bytes else { return false }
        var dots = 0
        for byte in text where byte == dot {
            dots += 1
            if dots > 2 { return false }
        }
        return dots == 2
    }

    private static let dot = UInt8(ascii: ".")
}
