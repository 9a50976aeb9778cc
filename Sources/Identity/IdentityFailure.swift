/// Why no identity could be proved. A failure is never an identity: there is no anonymous principal.
public enum IdentityFailure: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The request carries no credential.
    case missing
    /// What it carries has not the form of an API key (or its check is wrong), nor of a token.
    case malformed
    /// The key is well formed, but none of ours.
    case unknown
    /// The key's, token's or certificate's time is over.
    case expired
    /// The key or certificate was revoked.
    case revoked
    /// The credential may not be used from the address that the request came from.
    case elsewhere
    /// A header field claims an identity, such as `x-user: admin`, and no credential proves one.
    case asserted
    /// Not all of the credentials are there that the gateway wants together.
    case incomplete
    /// The credentials are valid, but prove different principals, tenants or attributes.
    case conflicting
    /// The credential names a team that there is none.
    case unknownTeam = "unknown_team"
    /// What a certificate is named makes no name of a principal or team.
    case certificateNames = "certificate_names"
    /// The credential is valid, but its principal is not listed, and has to be.
    case unlisted

    // Of tokens only:

    /// The token is signed by an algorithm that is not allowed, or not at all.
    case algorithm = "token_algorithm"
    /// The token's issuer is none that we trust.
    case wrongIssuer = "token_issuer"
    /// The token is meant for others.
    case wrongAudience = "token_audience"
    /// The token is not good yet.
    case notYetValid = "token_not_yet_valid"
    /// The token is good for longer than is allowed.
    case lifetime = "token_lifetime"
    /// The token's signature is none of its issuer's.
    case badSignature = "token_signature"
    /// The token names a key that its issuer does not have.
    case unknownKey = "token_unknown_key"
    /// The keys of the token's issuer can't be had.
    case keysUnavailable = "token_keys_unavailable"
    /// A claim of the token is missing or not of the form that is needed.
    case claims = "token_claims"

    /// A word for the ledger: lowercase letters and underscores.
    public var word: String { rawValue }

    /// What went wrong, for logs: no part of the credential.
    public var description: String {
        switch self {
        case .missing: "no API key or token in `Authorization: Bearer` or `x-api-key`"
        case .malformed: "the API key or token is mistyped or cut"
        case .unknown: "the API key is not known here"
        case .expired: "the API key, token or certificate has expired"
        case .revoked: "the API key or certificate was revoked"
        case .algorithm: "the token is signed by no algorithm that is allowed"
        case .wrongIssuer: "the token's issuer is not trusted here"
        case .wrongAudience: "the token is meant for others"
        case .notYetValid: "the token is not valid yet"
        case .lifetime: "the token is valid for longer than is allowed"
        case .badSignature: "the token's signature is wrong"
        case .unknownKey: "the token names a key that its issuer does not have"
        case .keysUnavailable: "the keys of the token's issuer are not available"
        case .claims: "a claim of the token is missing or not of the form that is needed"
        case .elsewhere: "the API key may not be used from this address"
        case .asserted: "header fields that name somebody prove nothing: a credential is missing"
        case .incomplete: "more than one credential is wanted, and not all of them came"
        case .conflicting: "the credentials contradict each other"
        case .unknownTeam: "the credential names a team that is not listed here"
        case .certificateNames: "what the certificate is named makes no name of a principal or team"
        case .unlisted: "the principal is not listed here"
        }
    }
}
