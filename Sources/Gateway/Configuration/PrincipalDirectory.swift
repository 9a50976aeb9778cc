internal import Identity
internal import Inference
internal import Suggestions

/// `policies/principals.yaml`: which teams there are and the tenants they belong to, and what is known of users and services beside what
/// their credentials say. Principals that are not listed are known by their credentials alone, or refused.
public struct PrincipalDirectory: Hashable, Sendable {
    /// A user or service that is listed.
    struct Member: Hashable, Sendable {
        /// Its teams, in addition to those of its credentials.
        let teams: [String]
        /// Its attributes, which win over those of its credentials.
        let attributes: [PrincipalAttribute]
    }

    /// The tenant of principals without a team.
    public let defaultTenant: String
    /// The tenant of each team.
    public let tenants: [String: String]
    private let teamAttributes: [String: [PrincipalAttribute]]
    private let users: [String: Member]
    private let services: [String: Member]
    private let refusesUnknown: Bool

    /// What the file says; its loader has checked that teams exist and agree.
    init(
        defaultTenant: String, tenants: [String: String], teamAttributes: [String: [PrincipalAttribute]] = [:],
        users: [String: Member] = [:], services: [String: Member] = [:], refusesUnknown: Bool = false
    ) {
        self.defaultTenant = defaultTenant
        self.tenants = tenants
        self.teamAttributes = teamAttributes
        self.users = users
        self.services = services
        self.refusesUnknown = refusesUnknown
    }

    /// All tenants that the file knows, sorted.
    var allTenants: [String] { Set(tenants.values).union([defaultTenant]).sorted() }

    /// The tenant of a principal in these teams: theirs, or the default one without teams.
    public func tenant(ofTeams teams: [String]) throws(PrincipalDirectoryError) -> String {
        var found: (team: String, tenant: String)?
        for team in teams {
            guard let tenant = tenants[team] else {
                throw .unknownTeam(team, suggestion: Spelling.closest(to: team, among: tenants.keys.sorted()))
            }
            if let found, found.tenant != tenant { throw .severalTenants(found.team, team) }
            found = (team, tenant)
        }
        return found?.tenant ?? defaultTenant
    }

    /// The teams that a principal is in by the file.
    func teams(ofPrincipal name: String, _ kind: Principal.Kind) -> [String] { member(name, kind)?.teams ?? [] }

    /// The principal that credentials prove, with what is known of it here: teams of both, the attributes of the file where both name
    /// one, and the one tenant that all of it belongs to.
    func principal(for identity: ProvenIdentity) -> Result<Principal, IdentityFailure> {
        let member = member(identity.name, identity.kind)
        if member == nil, refusesUnknown { return .failure(.unlisted) }
        var teams = identity.teams ?? []
        // A key says in which tenant it was made, whatever became of its teams since. A certificate's teams are its authority's word,
        // which counts within the tenant of the rule only; a token's are those of its issuer's tenant already.
        var tenant = identity.tenant
        if tenant == nil || identity.isProved(by: .certificate) {
            for team in teams {
                guard let its = tenants[team] else { return .failure(.unknownTeam) }
                guard tenant == nil || tenant == its else { return .failure(.conflicting) }
                tenant = its
            }
        }
        for team in member?.teams ?? [] {
            guard let its = tenants[team] else { return .failure(.unknownTeam) }
            guard tenant == nil || tenant == its else { return .failure(.conflicting) }
            tenant = its
            if !teams.contains(team) { teams.append(team) }
        }
        let own = member?.attributes ?? []
        guard contestedAttribute(ofTeams: teams, besides: own) == nil else { return .failure(.conflicting) }
        let attributes = attributes(own, teams, identity.attributes)
        return .success(
            Principal(
                kind: identity.kind, name: identity.name, teams: teams, tenant: tenant ?? defaultTenant,
                method: identity.proof.method, credential: identity.proof.credential,
                furtherProofs: identity.furtherProofs, attributes: attributes, models: identity.models))
    }

    /// An attribute of which teams say different things, and which is not settled by `own`; `nil` where there is none.
    func contestedAttribute(ofTeams teams: [String], besides own: [PrincipalAttribute]) -> String? {
        guard !teamAttributes.isEmpty else { return nil }
        var seen: [String: PrincipalAttribute.Value] = [:]
        for attribute in teams.flatMap({ teamAttributes[$0] ?? [] }) {
            if own.contains(where: { $0.name == attribute.name }) { continue }
            if let before = seen[attribute.name], before != attribute.value { return attribute.name }
            seen[attribute.name] = attribute.value
        }
        return nil
    }

    private func member(_ name: String, _ kind: Principal.Kind) -> Member? {
        kind == .user ? users[name] : services[name]
    }

    /// In the order of the names; the principal's own win over its teams', and those over its credentials'.
    private func attributes(
        _ own: [PrincipalAttribute], _ teams: [String], _ proven: [PrincipalAttribute]
    ) -> [PrincipalAttribute] {
        if own.isEmpty, teamAttributes.isEmpty, proven.count <= 1 { return proven }
        var all = own
        for attribute in teams.flatMap({ teamAttributes[$0] ?? [] }) + proven
        where !all.contains(where: { $0.name == attribute.name }) { all.append(attribute) }
        return all.sorted { $0.name < $1.name }
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
