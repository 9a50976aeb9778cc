public import Inference

extension PolicyWorkbench {
    /// A principal as identification would make it; what is not said is taken from `principals.yaml`. Throws for teams that are
    /// not there, or of several tenants.
    public func principal(
        _ kind: Principal.Kind, _ name: String, teams: [String]?, tenant: String?, attributes: [PrincipalAttribute]?,
        method: Principal.Method = .apiKey, credential: String? = nil
    ) throws(PrincipalDirectoryError) -> Principal {
        let teams = teams ?? []
        let ofTeams = try configuration.principals.tenant(ofTeams: teams)
        return Principal(
            kind: kind, name: name, teams: teams, tenant: tenant ?? ofTeams, method: method,
            credential: credential ?? "key_000000000000",
            attributes: (attributes ?? []).sorted { $0.name < $1.name })
    }
}

extension PrincipalAttribute.Value {
    /// A value as it stands unquoted in a file or on the command line: a whole number, `true`, `false`, or a text.
    public init(unquoted text: String) {
        self =
            switch text {
            case "true": .bool(true)
            case "false": .bool(false)
            default: Int64(text).map { .long($0) } ?? .string(text)
            }
    }
}
