internal import Cedar

/// A policy, as far as people are told of it.
public struct AccessRule: Sendable, Hashable {
    /// What it does when it applies.
    public enum Effect: String, Sendable, Hashable {
        /// Allows, unless something forbids.
        case permit
        /// Denies, whatever else applies.
        case forbid
    }

    /// The value of `@id`, or `policy` and its position, from 0.
    public let id: String
    /// What it does.
    public let effect: Effect
    /// The value of `@reason`: what those are told who meet it.
    public let reason: String?
    /// The line where it begins, from 1.
    public let line: Int
    /// The column where it begins, from 1.
    public let column: Int

    init(_ policy: Policy, at position: SourcePosition) {
        id = policy.id
        effect = policy.effect == .permit ? .permit : .forbid
        reason = policy.annotations.first { $0.key == "reason" }?.value
        line = position.line
        column = position.column
    }
}

/// An entity that a policy names.
public struct NamedEntity: Sendable, Hashable {
    /// Its type, such as `Team`.
    public let type: String
    /// Its name.
    public let id: String
    /// Where: `file:line:column`.
    public let place: String
}
