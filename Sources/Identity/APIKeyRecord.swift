public import Cryptography
public import Inference

/// What is kept of an API key: whom it stands for and the digest of its text, never the text.
public struct APIKeyRecord: Hashable, Sendable {
    /// The key's public name: `key_` and the first 12 hexadecimal digits of `digest`, so that whoever holds the key can name it,
    /// and nobody who knows the name can guess the key.
    public let id: String
    /// SHA-256 of the key's text.
    public let digest: Digest32
    /// Person or program.
    public let kind: Principal.Kind
    /// The principal's name.
    public let principal: String
    /// The principal's teams, in the order given, each once.
    public let teams: [String]
    /// The tenant whose secrets make this principal's surrogates.
    public let tenant: String
    /// The models that the key may be used for, as names or beginnings with `*`; empty: all.
    public let models: [ModelScope.Pattern]
    /// From where the key may be used; empty: from everywhere.
    public let from: [AddressRange]
    /// What else policies may know of the principal, each name once.
    public let attributes: [PrincipalAttribute]
    /// When the key was made, in seconds since 1970.
    public let created: Int64
    /// From when on the key is refused, in seconds since 1970; `nil`: never.
    public let expires: Int64?
    /// Since when the key is revoked, in seconds since 1970; `nil`: it is not.
    public internal(set) var revoked: Int64?

    /// Describes a key.
    ///
    /// Names (of the principal, its teams and its tenant) are 1 to 128 ASCII letters, digits and `.` `_` `-` `@` `+` `:` `/`: they
    /// stand in policies, logs and the ledger as they are.
    public init(
        digest: Digest32, kind: Principal.Kind, principal: String, teams: [String], tenant: String, created: Int64,
        models: [ModelScope.Pattern] = [], from: [AddressRange] = [], attributes: [PrincipalAttribute] = [],
        expires: Int64? = nil, revoked: Int64? = nil
    ) throws(APIKeyRecordError) {
        try Self.check(principal, .principal)
        for team in teams { try Self.check(team, .team) }
        try Self.check(tenant, .tenant)
        for (index, attribute) in attributes.enumerated() {
            let isNew = !attributes[..<index].contains { $0.name == attribute.name }
            guard AttributeText.isName(attribute.name), isNew else { throw .attribute(attribute.name) }
        }
        if let expires, expires <= created { throw .expiresBeforeItBegins }
        self.id = Self.id(of: digest)
        self.digest = digest
        self.kind = kind
        self.principal = principal
        self.teams = teams.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        self.tenant = tenant
        self.models = models
        self.from = from
        self.attributes = attributes.sorted { $0.name < $1.name }
        self.created = created
        self.expires = expires
        self.revoked = revoked
    }

    /// Describes a newly made key.
    public init(
        key: APIKey, kind: Principal.Kind, principal: String, teams: [String], tenant: String, created: Int64,
        models: [ModelScope.Pattern] = [], from: [AddressRange] = [], attributes: [PrincipalAttribute] = [],
        expires: Int64? = nil
    ) throws(APIKeyRecordError) {
        try self.init(
            digest: key.withBytes { SHA256.hash($0) }, kind: kind, principal: principal, teams: teams, tenant: tenant,
            created: created, models: models, from: from, attributes: attributes, expires: expires)
    }

    /// The name of the key with this digest.
    public static func id(of digest: Digest32) -> String { "key_" + digest.hex.prefix(12) }

    /// Whether the key is good at a time in seconds since 1970.
    public func failure(at now: Int64) -> IdentityFailure? {
        if revoked != nil { return .revoked }
        if let expires, now >= expires { return .expired }
        return nil
    }

    /// Whether the key may be used from an IP address; where its places are named, not from what is no address.
    public func allows(address: String) -> Bool {
        guard !from.isEmpty else { return true }
        guard let address = NetworkAddress(address) else { return false }
        return from.contains { $0.contains(address) }
    }

    private static func check(_ name: String, _ role: APIKeyRecordError.Role) throws(APIKeyRecordError) {
        guard (1...128).contains(name.utf8.count) else { throw .nameLength(role) }
        guard name.utf8.allSatisfy(NameRule.allowsLetter) else { throw .nameLetters(role) }
    }
}

/// Why a key can't be described so.
public enum APIKeyRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose name is wrong.
    public enum Role: String, Hashable, Sendable {
        /// The principal's.
        case principal
        /// A team's.
        case team
        /// The tenant's.
        case tenant
    }

    /// A name is empty or longer than 128 bytes.
    case nameLength(Role)
    /// A name has letters that names must not have.
    case nameLetters(Role)
    /// An attribute's name is none, or stands there twice.
    case attribute(String)
    /// The key would be expired from its first second.
    case expiresBeforeItBegins

    /// The reason in words.
    public var description: String {
        switch self {
        case .nameLength(let role): "the name of the \(role.rawValue) must have 1 to 128 letters"
        case .nameLetters(let role):
            "the name of the \(role.rawValue) may have only ASCII letters, digits and `.` `_` `-` `@` `+` `:` `/`"
        case .attribute:
            "an attribute needs a name of its own: letters, digits and `_`, and none of "
                + AttributeText.reserved.map { "`\($0)`" }.joined(separator: ", ")
        case .expiresBeforeItBegins: "the key would expire before it begins"
        }
    }
}
