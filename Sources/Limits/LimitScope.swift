/// Whose requests a limit counts together.
public struct LimitScope: Hashable, Sendable, CustomStringConvertible {
    /// What a limit is for.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// A key.
        case key
        /// A principal with all its keys.
        case principal
        /// A team's members.
        case team
        /// A model's callers.
        case model
        /// What goes to a provider.
        case provider
        /// What a rollout asks of its own accord.
        case rollout

        /// As `limits.yaml`, the state's file and figures spell it.
        public var word: String {
            switch self {
            case .key: "key"
            case .principal: "principal"
            case .team: "team"
            case .model: "model"
            case .provider: "provider"
            case .rollout: "rollout"
            }
        }
    }

    /// What the limit is for.
    public let kind: Kind
    /// The name, and behind a separator the tenant where there is one: all accounts of a request are looked up and copied by this, and with
    /// two texts a request of twenty limits takes 1.2 of 8 microseconds longer.
    private let text: String

    /// Those of a key, by its public name.
    public static func key(_ name: String, tenant: String? = nil) -> Self { Self(.key, name, tenant) }
    /// Those of a principal with all its keys.
    public static func principal(_ name: String, tenant: String?) -> Self { Self(.principal, name, tenant) }
    /// Those of a team's members.
    public static func team(_ name: String, tenant: String?) -> Self { Self(.team, name, tenant) }
    /// Those for a model, by its alias; a tenant's, or all.
    public static func model(_ name: String, tenant: String? = nil) -> Self { Self(.model, name, tenant) }
    /// Those to a provider; a tenant's, or all.
    public static func provider(_ name: String, tenant: String? = nil) -> Self { Self(.provider, name, tenant) }
    /// Those that a rollout makes of its own accord, by its name and what they are for: `small.shadow`.
    public static func rollout(_ name: String) -> Self { Self(.rollout, name, nil) }

    /// The scope with this word for its kind; `nil` for a kind that there is not.
    public init?(kind word: String, name: String, tenant: String?) {
        guard let kind = Kind.allCases.first(where: { $0.word == word }) else { return nil }
        self.init(kind, name, tenant)
    }

    private init(_ kind: Kind, _ name: String, _ tenant: String?) {
        self.kind = kind
        text = tenant.map { name + Self.separator + $0 } ?? name
    }

    /// The unit separator, which stands in no name.
    private static let separator = "\u{1F}"

    /// Where the name ends.
    private var end: String.Index? { text.utf8.lastIndex(of: 0x1F) }

    /// The name within its kind and tenant.
    public var name: String { end.map { String(text[..<$0]) } ?? text }

    /// The tenant whose it is: two may have a principal of the same name, and neither takes from the other's limit. `nil` where a name is the
    /// whole gateway's: API keys', rollouts', and models' and providers' unless the file counts them for each tenant.
    public var tenant: String? { end.map { String(text[text.utf8.index(after: $0)...]) } }

    /// The same name in no tenant: as it was counted before tenants were told apart, and as a rule has it that nobody has used yet.
    var withoutTenant: LimitScope { LimitScope(kind, name, nil) }

    /// Such as ``team `support` of tenant `acme` ``.
    public var description: String {
        "\(kind.word) `\(name)`" + (tenant.map { " of tenant `\($0)`" } ?? "")
    }
}

extension LimitScope: Comparable {
    /// By kind, name and tenant, in that order.
    public static func < (one: LimitScope, other: LimitScope) -> Bool {
        (one.kind.word, one.name, one.tenant ?? "") < (other.kind.word, other.name, other.tenant ?? "")
    }
}
