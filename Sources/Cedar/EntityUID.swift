/// The name of an entity: its type, namespaces included, and its identifier, as in `Team::"support"`.
public struct EntityUID: Hashable, Sendable, CustomStringConvertible {
    /// The type, such as `User` or `Acme::User`; compared byte by byte.
    public let type: String
    /// The identifier, any text; compared byte by byte.
    public let id: String

    /// Names an entity.
    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }

    /// As a policy writes it, `Type::"id"`, with the identifier escaped.
    public var description: String { "\(type)::\(CedarString.quoted(id))" }

    /// Whether both names are the same, byte by byte.
    public static func == (left: EntityUID, right: EntityUID) -> Bool {
        sameBytes(left.id, right.id) && sameBytes(left.type, right.type)
    }

    /// Hashes the bytes of both parts.
    public func hash(into hasher: inout Hasher) {
        hashBytes(type, into: &hasher)
        hashBytes(id, into: &hasher)
    }
}
