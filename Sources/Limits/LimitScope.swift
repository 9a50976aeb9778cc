/// Whose requests a limit counts together.
public enum LimitScope: Hashable, Sendable, CustomStringConvertible {
    /// Those of a key, by its public name.
    case key(String)
    /// Those of a principal with all its keys.
    case principal(String)
    /// Those of a team's members.
    case team(String)
    /// Those for a model, by its alias.
    case model(String)
    /// Those to a provider.
    case provider(String)

    /// The kind of scope, as `limits.yaml`, the state's file and figures spell it.
    public var kind: String {
        switch self {
        case .key: "key"
        case .principal: "principal"
        case .team: "team"
        case .model: "model"
        case .provider: "provider"
        }
    }

    /// The name within its kind.
    public var name: String {
        switch self {
        case .key(let name), .principal(let name), .team(let name), .model(let name), .provider(let name): name
        }
    }

    /// The scope with this kind and name; `nil` for a kind that there is not.
    public init?(kind: String, name: String) {
        switch kind {
        case "key": self = .key(name)
        case "principal": self = .principal(name)
        case "team": self = .team(name)
        case "model": self = .model(name)
        case "provider": self = .provider(name)
        default: return nil
        }
    }

    /// Such as ``team `support` ``.
    public var description: String { "\(kind) `\(name)`" }
}
