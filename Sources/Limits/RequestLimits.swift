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
}
