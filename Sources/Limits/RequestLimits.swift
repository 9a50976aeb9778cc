public import Inference

/// The rules of `policies/limits.yaml`: who may send how many requests. All that apply to a request must have room for it.
public struct RequestLimits: Hashable, Sendable {
    /// What each key may send that has no limit of its own; `nil`: as much as it wants.
    public var eachKey: MinuteRate?
    /// What a single key may send, by the key's public name; instead of `eachKey`.
    public var keys: [String: MinuteRate]
    /// What a principal may send with all its keys together, by the principal's name.
    public var principals: [String: MinuteRate]
    /// What the members of a team may send together, by the team's name.
    public var teams: [String: MinuteRate]
    /// What all callers may ask of a model together, by the model's alias.
    public var models: [String: MinuteRate]

    /// Puts the rules together.
    public init(
        eachKey: MinuteRate? = nil, keys: [String: MinuteRate] = [:], principals: [String: MinuteRate] = [:],
        teams: [String: MinuteRate] = [:], models: [String: MinuteRate] = [:]
    ) {
        self.eachKey = eachKey
        self.keys = keys
        self.principals = principals
        self.teams = teams
        self.models = models
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
            add(eachKey, .key(RequestRateLimiter.bucketName(principal)))
        }
        add(principals[principal.name], .principal(principal.name))
        for team in principal.teams { add(teams[team], .team(team)) }
        add(models[model.rawValue], .model(model.rawValue))
        return charges
    }
}
