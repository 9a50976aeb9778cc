/// Why a request or an entity is not what the schema says. It names places and types, never values.
public struct ConformanceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing is wrong.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// An entity type that the schema does not declare.
        case unknownEntityType
        /// An action that the schema does not declare.
        case unknownAction
        /// An identifier that an enumerated entity type does not have.
        case unknownIdentifier
        /// A principal of a type that the action does not apply to.
        case principalNotApplicable
        /// A resource of a type that the action does not apply to.
        case resourceNotApplicable
        /// A required attribute that is not there.
        case missingAttribute
        /// An attribute that is not declared.
        case unknownAttribute
        /// A value of another type than declared.
        case unexpectedType
        /// A tag on an entity whose type has none.
        case unexpectedTag
        /// Something above an entity that may not be there.
        case unexpectedParent
        /// An action that has not the parents that the schema declares.
        case missingParent
    }

    /// What kind of thing is wrong.
    public let kind: Kind
    /// Where: `principal`, `context.time.zone`, or an entity's name and then the attribute.
    public let place: String
    /// What is wrong, in lowercase without a final period.
    public let message: String

    /// Place and message.
    public var description: String { "\(place): \(message)" }
}
