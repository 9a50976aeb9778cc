/// The rules of `policies/limits.yaml`: who may send how many requests. All that apply to a request must have room for it.
public struct RequestLimits: Hashable, Sendable {
    /// What each key may send that has no limit of its own; `nil`: as much as it wants.
    public var eachKey: RequestRate?
    /// What a single key may send, by the key's public name; instead of `eachKey`.
    public var keys: [String: RequestRate]
    /// What a principal may send with all its keys together, by the principal's name.
    public var principals: [String: RequestRate]
    /// What the members of a team may send together, by the team's name.
    public var teams: [String: RequestRate]

    /// Puts the rules together.
    public init(
        eachKey: RequestRate? = nil, keys: [String: RequestRate] = [:], principals: [String: RequestRate] = [:],
        teams: [String: RequestRate] = [:]
    ) {
        self.eachKey = eachKey
        self.keys = keys
        self.principals = principals
        self.teams = teams
    }
}

/// Which of the rules refused a request.
public enum RequestLimit: Hashable, Sendable, CustomStringConvertible {
    /// That of the key.
    case key(String)
    /// That of the principal with all its keys.
    case principal(String)
    /// That of a team.
    case team(String)

    /// Such as ``team `support` ``.
    public var description: String {
        switch self {
        case .key(let id): "key `\(id)`"
        case .principal(let name): "principal `\(name)`"
        case .team(let name): "team `\(name)`"
        }
    }
}
