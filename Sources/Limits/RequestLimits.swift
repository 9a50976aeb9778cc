public import Inference

/// The rules of `policies/limits.yaml`: who may send how many requests. All that apply to a request must have room for it.
public struct RequestLimits: Hashable, Sendable {
    /// What each key may send that has no limit of its own; `nil`: as much as it wants.
    public var eachKey: MinuteRate?
    /// What a single key may send, by the key's public name; instead of `eachKey`.
    public var keys: [String: MinuteRate]
    /// What a principal may send with all its keys together, by the principal's name; in each tenant that has the name.
    public var principals: [String: MinuteRate]
    /// What the members of a team may send together, by the team's name; in each tenant whose members it has.
    public var teams: [String: MinuteRate]
    /// What all callers may ask of a model together, by the model's alias.
    public var models: [String: MinuteRate]
    /// The models of which each tenant may ask so much for itself.
    public var modelsPerTenant: Set<String>

    /// Puts the rules together.
    public init(
        eachKey: MinuteRate? = nil, keys: [String: MinuteRate] = [:], principals: [String: MinuteRate] = [:],
        teams: [String: MinuteRate] = [:], models: [String: MinuteRate] = [:],
        modelsPerTenant: Set<String> = []
    ) {
        self.eachKey = eachKey
        self.keys = keys
        self.principals = principals
        self.teams = teams
        self.models = models
        self.modelsPerTenant = modelsPerTenant
    }

    /// Whose requests for a model are counted with this principal's.
    func scope(of model: ModelID, for principal: Principal) -> LimitScope {
        .model(model.rawValue, tenant: modelsPerTenant.contains(model.rawValue) ? principal.tenant : nil)
    }

    /// The rate of a scope; `nil` where nothing limits it.
    func rate(for scope: LimitScope) -> MinuteRate? {
        switch scope.kind {
        case .key: keys[scope.name]
        case .principal: principals[scope.name]
        case .team: teams[scope.name]
        case .model: modelsPerTenant.contains(scope.name) == (scope.tenant != nil) ? models[scope.name] : nil
        case .provider, .rollout: nil
        }
    }

    /// A request, charged to each limit that applies to it: for where several gateways count together.
    public func charges(for principal: Principal, model: ModelID) -> [LimitCharge] {
        var charges: [LimitCharge] = []
        func add(_ rate: MinuteRate?, _ scope: LimitScope) {
            guard let rate else { return }
            let charge = LimitCharge(scope, .requestsPerMinute, .rate(rate), 1)
            if !charges.contains(charge) { charges.append(charge) }
        }
        if let rate = keys[principal.credential] {
            add(rate, .key(principal.credential))
        } else {
            add(eachKey, RequestRateLimiter.keyScope(principal))
        }
        add(principals[principal.name], .principal(principal.name, tenant: principal.tenant))
        for team in principal.teams { add(teams[team], .team(team, tenant: principal.tenant)) }
        add(models[model.rawValue], scope(of: model, for: principal))
        return charges
    }
}
