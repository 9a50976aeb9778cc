internal import Identity
public import Inference

/// A principal that identification would refuse, whatever its credential.
public struct PrincipalRefused: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, in the ledger's word.
    public let reason: String

    /// Says that it would be refused, and why.
    public var description: String { "identification would refuse this principal: \(reason)" }
}

extension PolicyWorkbench {
    /// A principal as identification would make it of a credential that says this, joined with what `principals.yaml` knows of it.
    /// Throws for teams that are not there or of several tenants (`PrincipalDirectoryError`), and `PrincipalRefused`.
    public func principal(
        _ kind: Principal.Kind, _ name: String, teams: [String]?, tenant: String?, attributes: [PrincipalAttribute]?,
        method: Principal.Method = .apiKey, credential: String? = nil
    ) throws -> Principal {
        // First, since it knows what was probably meant.
        _ = try configuration.principals.tenant(ofTeams: teams ?? [])
        let identity = ProvenIdentity(
            kind: kind, name: name, teams: teams, tenant: tenant,
            attributes: (attributes ?? []).sorted { $0.name < $1.name },
            proof: Principal.Proof(method, credential ?? "key_000000000000"))
        switch configuration.principals.principal(for: identity) {
        case .success(let principal): return principal
        case .failure(let failure): throw PrincipalRefused(reason: failure.word)
        }
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
