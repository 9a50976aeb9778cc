/// Who sends a request, as identification proved it. There is no anonymous principal.
public struct Principal: Hashable, Sendable {
    /// What kind of caller this is.
    public enum Kind: String, Hashable, Sendable {
        /// A person.
        case user
        /// A program.
        case service
    }

    /// How the identity was proved.
    public enum Method: String, Hashable, Sendable {
        /// An API key of Sallyport's own, `sp_…`.
        case apiKey = "api_key"
        /// A client certificate.
        case certificate
        /// A signed token.
        case token
    }

    /// Person or program.
    public let kind: Kind
    /// The name, such as `alice`; never empty.
    public let name: String
    /// The teams it belongs to, such as `support`; possibly empty.
    public let teams: [String]
    /// The tenant whose keys make this principal's surrogates and fingerprints.
    public let tenant: String
    /// How the identity was proved.
    public let method: Method
    /// The public identifier of the credential used, such as the key's id; never the credential.
    public let credential: String
    /// What else is known of it, from `principals.yaml`, a token's claims or a certificate, for policies to speak of; in the
    /// order of the names, each once.
    public let attributes: [PrincipalAttribute]

    /// Puts together what identification proved.
    public init(
        kind: Kind, name: String, teams: [String], tenant: String, method: Method, credential: String,
        attributes: [PrincipalAttribute] = []
    ) {
        self.kind = kind
        self.name = name
        self.teams = teams
        self.tenant = tenant
        self.method = method
        self.credential = credential
        self.attributes = attributes
    }
}
