public import Inference

/// What one valid credential proves of its holder. What `principals.yaml` knows of the principal is joined to it by the gateway.
public struct ProvenIdentity: Hashable, Sendable {
    /// Person or program.
    public let kind: Principal.Kind
    /// The principal's name; never empty.
    public let name: String
    /// The teams that the credential names; `nil` where it has no word on teams, which is not the same as naming none.
    public let teams: [String]?
    /// The tenant that the credential names; `nil`: the one of the teams.
    public let tenant: String?
    /// What the credential says of its holder beside that, each name once.
    public let attributes: [PrincipalAttribute]
    /// The models that the credential may be used for; `nil`: all.
    public let models: ModelScope?
    /// The credential, by its public name.
    public let proof: Principal.Proof
    /// Those used beside it, which prove the same principal.
    public internal(set) var furtherProofs: [Principal.Proof] = []

    /// Whether a credential of this method is among those used.
    public func isProved(by method: Principal.Method) -> Bool {
        proof.method == method || furtherProofs.contains { $0.method == method }
    }

    /// Puts together what a credential proves.
    public init(
        kind: Principal.Kind, name: String, teams: [String]?, tenant: String?, attributes: [PrincipalAttribute] = [],
        models: ModelScope? = nil, proof: Principal.Proof
    ) {
        self.kind = kind
        self.name = name
        self.teams = teams
        self.tenant = tenant
        self.attributes = attributes
        self.models = models
        self.proof = proof
    }
}
