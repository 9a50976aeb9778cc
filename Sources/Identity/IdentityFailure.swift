/// Why no identity could be proved. A failure is never an identity: there is no anonymous principal.
public enum IdentityFailure: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The request carries no credential.
    case missing
    /// What it carries has not the form of an API key (or its check is wrong), nor of a token.
    case malformed
    /// The key is well formed, but none of ours.
    case unknown
    /// The key's or token's time is over.
    case expired
    /// The key was revoked.
    case revoked

    // Of tokens only:

    /// The token is signed by an algorithm that is not allowed, or not at all.
    case algorithm
    /// The token's issuer is none that we trust.
    case wrongIssuer
    /// The token is meant for others.
    case wrongAudience
    /// The token is not good yet.
    case notYetValid
    /// The token is good for longer than is allowed.
    case lifetime
    /// The token's signature is none of its issuer's.
    case badSignature
    /// The token names a key that its issuer does not have.
    case unknownKey
    /// The keys of the token's issuer can't be had.
    case keysUnavailable
    /// A claim of the token is missing or not of the form that is needed.
    case claims
    /// The token's teams belong to different tenants.
    case severalTenants

    /// What went wrong, for logs and for the caller: no part of the credential.
    public var description: String {
        switch self {
        case .missing: "no API key or token in `Authorization: Bearer` or `x-api-key`"
        case .malformed: "the API key or token is mistyped or cut"
        case .unknown: "the API key is not known here"
        case .expired: "the API key or token has expired"
        case .revoked: "the API key was revoked"
        case .algorithm: "the token is signed by no algorithm that is allowed"
        case .wrongIssuer: "the token's issuer is not trusted here"
        case .wrongAudience: "the token is meant for others"
        case .notYetValid: "the token is not valid yet"
        case .lifetime: "the token is valid for longer than is allowed"
        case .badSignature: "the token's signature is wrong"
        case .unknownKey: "the token names a key that its issuer does not have"
        case .keysUnavailable: "the keys of the token's issuer are not available"
        case .claims: "a claim of the token is missing or not of the form that is needed"
        case .severalTenants: "the token's teams belong to different tenants"
        }
    }
}
