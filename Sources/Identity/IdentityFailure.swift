/// Why no identity could be proved. A failure is never an identity: there is no anonymous principal.
public enum IdentityFailure: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The request carries no credential.
    case missing
    /// What it carries has not the form of an API key, or its check is wrong.
    case malformed
    /// The key is well formed, but none of ours.
    case unknown
    /// The key's time is over.
    case expired
    /// The key was revoked.
    case revoked

    /// What went wrong, for logs and for the caller: no part of the credential.
    public var description: String {
        switch self {
        case .missing: "no API key in `Authorization: Bearer` or `x-api-key`"
        case .malformed: "the API key is mistyped or cut"
        case .unknown: "the API key is not known here"
        case .expired: "the API key has expired"
        case .revoked: "the API key was revoked"
        }
    }
}
