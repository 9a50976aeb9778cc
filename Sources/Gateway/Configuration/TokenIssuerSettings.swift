public import Identity
public import KeyDiscovery

/// An issuer of tokens, as `sallyport.yaml` describes it.
public struct TokenIssuerSettings: Sendable {
    /// Where its keys come from.
    public enum Keys: Sendable {
        /// A file, as it was when it was read.
        case file(String, JSONWebKeySet)
        /// The network.
        case network(KeyLocation, IssuerKeys.Schedule)
    }

    /// Whom it speaks of, and to whom.
    public let issuer: TokenIssuer
    /// Where its keys come from.
    public let keys: Keys
}
