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
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// An API key of Sallyport's own, `sp_…`.
        case apiKey = "api_key"
        /// A signed token.
        case token
        /// A client certificate.
        case certificate
        /// None: the gateway itself asks, to see whether a provider is well.
        case gateway
    }

    /// A credential that was used, without the credential.
    public struct Proof: Hashable, Sendable {
        /// What it is.
        public let method: Method
        /// Its public identifier, such as the key's id.
        public let credential: String

        /// Names a credential.
        public init(_ method: Method, _ credential: String) {
            self.method = method
            self.credential = credential
        }
    }

    /// Person or program.
    public let kind: Kind
    /// The name, such as `alice`; never empty.
    public let name: String
    /// The teams it belongs to, such as `support`; possibly empty.
    public let teams: [String]
    /// The tenant whose keys make this principal's surrogates and fingerprints.
    public let tenant: String
    /// How the identity was proved; of several ways the first, in the order of `Method`.
    public let method: Method
    /// The public identifier of the credential used, such as the key's id; never the credential. Of several the first.
    public let credential: String
    /// The other credentials, where several were used together.
    public let furtherProofs: [Proof]
    /// What else is known of it, from `principals.yaml`, a token's claims or a certificate, for policies to speak of; in the
    /// order of the names, each once.
    public let attributes: [PrincipalAttribute]
    /// The models that its credentials may be used for; `nil` where they say nothing of models.
    public let models: ModelScope?

    /// Puts together what identification proved.
    public init(
        kind: Kind, name: String, teams: [String], tenant: String, method: Method, credential: String,
        furtherProofs: [Proof] = [], attributes: [PrincipalAttribute] = [], models: ModelScope? = nil
    ) {
        self.kind = kind
        self.name = name
        self.teams = teams
        self.tenant = tenant
        self.method = method
        self.credential = credential
        self.furtherProofs = furtherProofs
        self.attributes = attributes
        self.models = models
    }

    /// All methods used, such as `api_key` or `api_key+certificate`, in the order of `Method`.
    public var methods: String { furtherProofs.reduce(method.rawValue) { "\($0)+\($1.method.rawValue)" } }

    /// All credentials used, in the order of `methods`, such as `key_0123456789ab+cert_0123456789abcdef`.
    public var credentials: String { furtherProofs.reduce(credential) { "\($0)+\($1.credential)" } }
}
