internal import Identity
internal import Inference

/// The teams of `policies/principals.yaml` and the tenants they belong to. Principals themselves come from their keys.
public struct PrincipalDirectory: Hashable, Sendable {
    /// The tenant of principals without a team.
    public let defaultTenant: String
    /// The tenant of each team.
    public let tenants: [String: String]

    /// The tenant of a principal in these teams: theirs, or the default one without teams.
    public func tenant(ofTeams teams: [String]) throws(PrincipalDirectoryError) -> String {
        var found: (team: String, tenant: String)?
        for team in teams {
            guard let tenant = tenants[team] else {
                throw .unknownTeam(team, suggestion: Suggestion.nearest(to: team, among: tenants.keys.sorted()))
            }
            if let found, found.tenant != tenant { throw .severalTenants(found.team, team) }
            found = (team, tenant)
        }
        return found?.tenant ?? defaultTenant
    }

    /// The principal that credentials prove, with what is known of it here.
    func principal(for identity: ProvenIdentity) -> Result<Principal, IdentityFailure> {
        let teams = identity.teams ?? []
        let tenant: String
        if let named = identity.tenant {
            tenant = named
        } else {
            do throws(PrincipalDirectoryError) {
                tenant = try self.tenant(ofTeams: teams)
            } catch {
                switch error {
                case .unknownTeam: return .failure(.unknownTeam)
                case .severalTenants: return .failure(.conflicting)
                }
            }
        }
        return .success(
            Principal(
                kind: identity.kind, name: identity.name, teams: teams, tenant: tenant, method: identity.proof.method,
                credential: identity.proof.credential, furtherProofs: identity.furtherProofs,
                attributes: identity.attributes, models: identity.models))
    }
}

/// Why teams have no tenant.
public enum PrincipalDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such team.
    case unknownTeam(String, suggestion: String?)
    /// Two teams belong to different tenants, and nobody belongs to two.
    case severalTenants(String, String)

    /// The reason in words.
    public var description: String {
        switch self {
        case .unknownTeam(let team, let suggestion):
            "unknown team `\(team)`"
                + (suggestion.map { ", did you mean `\($0)`?" } ?? ": `policies/principals.yaml` lists the teams")
        case .severalTenants(let one, let other):
            "teams `\(one)` and `\(other)` belong to different tenants: a principal belongs to one"
        }
    }
}
