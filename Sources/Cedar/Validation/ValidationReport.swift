/// What checking policies against a schema found.
public struct ValidationReport: Sendable, CustomStringConvertible {
    /// What was found, in the order of the text.
    public let findings: [ValidationFinding]

    /// Whether there is no error; warnings don't count.
    public var isValid: Bool { !findings.contains { $0.severity == .error } }

    /// The errors alone.
    public var errors: [ValidationFinding] { findings.filter { $0.severity == .error } }

    /// The warnings alone.
    public var warnings: [ValidationFinding] { findings.filter { $0.severity == .warning } }

    /// Whether the policy has no error; also true of a name that is not in the set.
    public func isValid(policy id: String) -> Bool {
        !findings.contains { $0.severity == .error && sameBytes($0.policy, id) }
    }

    /// One finding a line.
    public var description: String { findings.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong, or strange, with a policy as seen by a schema.
public struct ValidationFinding: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The policy could fail when it is evaluated, or speaks of what there is not.
        case error
        /// The policy is sound, but hardly what was meant.
        case warning
    }

    /// What kind of thing is wrong.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// An entity type that the schema does not declare.
        case unknownEntityType
        /// An action that the schema does not declare.
        case unknownAction
        /// An identifier that an enumerated entity type does not have.
        case unknownIdentifier
        /// No action applies to what the head of the policy says.
        case noApplicableAction
        /// An operator or function that is given what it can't take.
        case unexpectedType
        /// Two types where one is wanted.
        case incompatibleTypes
        /// An attribute that is not declared.
        case unknownAttribute
        /// An optional attribute that nothing guards with `has`.
        case unguardedAttribute
        /// A tag that nothing guards with `hasTag`.
        case unguardedTag
        /// A tag of an entity type that has none.
        case noTags
        /// A function with too many or too few arguments.
        case argumentCount
        /// A text that an extension's constructor can't read.
        case malformedLiteral
        /// An extension's constructor that is given no literal; only strict checking minds.
        case computedLiteral
        /// `[]`, whose members have no type; only strict checking minds.
        case emptySet
        /// A policy that can never apply.
        case impossible
    }

    /// The policy's name.
    public let policy: String
    /// How bad it is.
    public let severity: Severity
    /// What kind of thing is wrong.
    public let kind: Kind
    /// The name of the text, a path usually.
    public let source: String
    /// Where in the text.
    public let position: SourcePosition
    /// What is wrong, in lowercase without a final period.
    public let message: String

    /// `source:line:column: message`, with `warning: ` before the message of a warning.
    public var description: String {
        "\(source):\(position): \(severity == .warning ? "warning: " : "")\(message)"
    }
}
