/// What became of a token.
public enum TokenVerdict: Hashable, Sendable {
    /// It proves who asks.
    case success(ProvenIdentity)
    /// It proves nothing.
    case failure(IdentityFailure)
    /// Its issuer's keys are on their way, or may be asked for: wait for `IssuerKeys` of this issuer and ask again.
    case needsKeys(issuer: String)
}
