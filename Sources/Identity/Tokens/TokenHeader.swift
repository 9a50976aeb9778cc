internal import JSONText

/// What a token's header (JOSE Header, RFC 7515 §4) says that counts here. Everything in it comes from a stranger: what names or
/// holds keys (`jwk`, `jku`, `x5u`, `x5c`) is not even looked at.
struct TokenHeader {
    let algorithm: TokenAlgorithm
    /// Which of the issuer's keys; compared with theirs and used for nothing else.
    let keyIdentifier: [UInt8]?

    init(parsing text: [UInt8]) throws(IdentityFailure) {
        let document = try TokenJSON.object(text)
        let root = document.root
        // What changes how the rest is to be read is refused, rather than read as if it were not there: extensions that must be
        // understood (`crit`), payloads that are not encoded (`b64`), encryption and compression.
        for name: StaticString in ["crit", "b64", "enc", "zip", "epk", "cty"] where root[name] != nil {
            throw .malformed
        }
        if let type = root["typ"], !Self.isTokenType(type) { throw .malformed }
        guard let name = root["alg"], name.kind == .string else { throw .malformed }
        guard let algorithm = name.string.flatMap({ TokenAlgorithm(header: $0) }) else { throw .algorithm }
        self.algorithm = algorithm
        if let kid = root["kid"] {
            guard kid.kind == .string, kid.contentRange.count <= JSONWebKeySet.Bounds.identifierBytes else {
                throw .malformed
            }
            keyIdentifier = kid.decodedUTF8()
        } else {
            keyIdentifier = nil
        }
    }

    /// Access tokens and ID tokens; others (of logouts, of proofs of possession …) are signed by the same issuers, and prove nothing
    /// here (RFC 8725 §3.11). In any case, with `application/` or without (RFC 7515 §4.1.9).
    private static func isTokenType(_ type: JSONValue) -> Bool {
        guard let name = type.string, name.utf8.count <= 32 else { return false }
        return ["jwt", "at+jwt", "application/jwt", "application/at+jwt"].contains(name.lowercased())
    }
}

/// JSON of tokens: small, of few levels; that no name stands twice is held by `JSONDocument`.
enum TokenJSON {
    static func object(_ text: [UInt8]) throws(IdentityFailure) -> JSONDocument {
        let limits = JSONLimits(maximumBytes: 16 << 10, maximumDepth: 16, maximumNodes: 8 << 10)
        guard let document = try? JSONDocument(parsing: text, limits: limits), document.root.kind == .object else {
            throw .malformed
        }
        return document
    }
}
