private import Cryptography
private import JSONText
private import Synchronization

/// Verifies signed tokens of trusted issuers (RFC 7519, RFC 7515, hardened as in RFC 8725). May be used from any thread.
///
/// In this order: form; header (what can't be ours goes before anything else is read); issuer; algorithm; key; signature; and only
/// then what the claims say of time, audience and principal. So nobody without an issuer's key learns more than that a token is none.
public final class TokenVerifier: Sendable {
    /// An issuer and its keys.
    public struct Trusted: Sendable {
        let issuer: TokenIssuer
        let keys: IssuerKeys

        /// Puts them together.
        public init(_ issuer: TokenIssuer, keys: IssuerKeys) {
            self.issuer = issuer
            self.keys = keys
        }
    }

    private let trusted: [Trusted]
    private let places: [[UInt8]: Int]
    private let tenants: [String: String]
    private let verified: Mutex<VerifiedTokens>

    /// Trusts some issuers; of two with the same name the first counts.
    ///
    /// - Parameters:
    ///   - tenants: the teams that count, each with its tenant; teams that are not here are passed over.
    ///   - remembered: how many verified tokens are kept, so that they need not be verified again.
    public init(_ trusted: [Trusted], tenants: [String: String], remembered: Int = 10_000) {
        self.trusted = trusted
        self.tenants = tenants
        places = Dictionary(
            trusted.enumerated().map { (Array($1.issuer.issuer.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        verified = Mutex(VerifiedTokens(capacity: remembered))
    }

    /// Whether nobody is trusted, so that tokens are not taken at all.
    public var isEmpty: Bool { trusted.isEmpty }

    /// How many verified tokens are kept.
    public var rememberedTokens: Int { verified.withLock { $0.count } }

    /// The keys of an issuer that is trusted.
    public func keys(of issuer: String) -> IssuerKeys? { places[Array(issuer.utf8)].map { trusted[$0].keys } }

    /// Whom the presented text of a token (UTF-8, nothing around it) stands for, at a time in seconds since 1970.
    public func identify(presented text: UnsafeRawBufferPointer, now: Int64) -> TokenVerdict {
        do throws(IdentityFailure) {
            guard !trusted.isEmpty, TokenText.hasShape(text) else { throw .malformed }
            let digest = SHA256.hash(text)
            if let identity = remembered(digest, now) { return .success(identity) }
            guard let token = TokenText(text) else { throw .malformed }
            let header = try TokenHeader(parsing: token.header)
            let claims = try TokenJSON.object(token.claims)
            guard let name = claims.root["iss"], name.kind == .string, let place = places[name.decodedUTF8()] else {
                throw .wrongIssuer
            }
            let (issuer, keys) = (trusted[place].issuer, trusted[place].keys)
            guard issuer.algorithms.contains(header.algorithm) else { throw .algorithm }
            let signed = UnsafeRawBufferPointer(rebasing: text[token.signed])
            let version: UInt64
            switch verify(token, header, signed, keys, now) {
            case .signed(let keysVersion): version = keysVersion
            case .failure(let failure): throw failure
            case .missesKey(let failure):
                guard keys.mayWait(now: now) else { throw failure }
                return .needsKeys(issuer: issuer.issuer)
            }
            let validity = try TokenValidity(claims.root, issuer, now: now)
            let identity = try TokenIdentity(claims: claims.root, issuer: issuer, tenants: tenants)
                .identity(credential: Self.credential(claims.root, issuer, signed))
            let entry = VerifiedTokens.Entry(
                identity: identity, issuer: place, keysVersion: version, validity: validity)
            verified.withLock { $0.insert(entry, digest) }
            return .success(identity)
        } catch {
            return .failure(error)
        }
    }

    private enum Verification {
        case signed(keysVersion: UInt64)
        case failure(IdentityFailure)
        /// Other keys than those that are here could change the verdict.
        case missesKey(IdentityFailure)
    }

    private func verify(
        _ token: TokenText, _ header: TokenHeader, _ signed: UnsafeRawBufferPointer, _ keys: IssuerKeys, _ now: Int64
    ) -> Verification {
        guard let (set, version) = keys.usable(now: now) else { return .missesKey(.keysUnavailable) }
        if let identifier = header.keyIdentifier, !set.has(identifier) { return .missesKey(.unknownKey) }
        let candidates = set.candidates(header.keyIdentifier, header.algorithm)
        let isSigned = candidates.contains { candidate in
            candidate.key.verifies(token.signature, of: signed, by: header.algorithm.signature)
        }
        if isSigned { return .signed(keysVersion: version) }
        // Without an identifier a token may be signed by a key that came since.
        return header.keyIdentifier == nil ? .missesKey(.badSignature) : .failure(.badSignature)
    }

    /// A token that was verified with the keys that are in force still, and is good still.
    private func remembered(_ digest: Digest32, _ now: Int64) -> ProvenIdentity? {
        guard let entry = verified.withLock({ $0[digest] }), now < entry.validity.until, now >= entry.validity.from,
            trusted[entry.issuer].keys.usableVersion(now: now) == entry.keysVersion
        else { return nil }
        return entry.identity
    }

    /// The public name of a token: `jwt:`, its issuer's host, and the first 12 hexadecimal digits of a digest of its issuer and
    /// identifier (of what was signed, where it has none).
    private static func credential(_ claims: JSONValue, _ issuer: TokenIssuer, _ signed: UnsafeRawBufferPointer)
        -> String
    {
        let digest: Digest32
        if let identifier = claims["jti"], identifier.kind == .string {
            digest = SHA256.hash(Array("\(issuer.issuer)\n".utf8) + identifier.decodedUTF8())
        } else {
            digest = SHA256.hash(signed)
        }
        return "jwt:\(issuer.label):\(digest.hex.prefix(12))"
    }
}
