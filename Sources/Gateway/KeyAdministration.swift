import Cryptography
public import Identity
public import Inference

/// Makes, lists and revokes API keys, and rotates what surrogates are made with, for the command line. A gateway that serves takes changes over within a second.
public struct KeyAdministration: Sendable {
    /// A key as lists show it.
    public struct Listed: Sendable {
        /// The key's public identifier.
        public let id: String
        /// `user` or `service`.
        public let kind: String
        /// Whom it stands for.
        public let principal: String
        /// Its teams.
        public let teams: [String]
        /// Its tenant.
        public let tenant: String
        /// The models that it may be used for, as names or beginnings with `*`; empty: all.
        public let models: [String]
        /// From which IP addresses, in CIDR notation; empty: all.
        public let from: [String]
        /// Its attributes, as `name=value`.
        public let attributes: [String]
        /// When it was made, seconds since 1970.
        public let created: Int64
        /// From when on it is refused, seconds since 1970.
        public let expires: Int64?
        /// Since when it is revoked, seconds since 1970.
        public let revoked: Int64?
        /// `valid`, `expired` or `revoked`.
        public let state: String
    }

    /// What became of a wish to revoke.
    public enum Revocation: Sendable {
        /// Revoked now.
        case revoked(Listed)
        /// It had been before.
        case alreadyRevoked(Listed)
        /// There is no such key.
        case unknown
    }

    private let configuration: GatewayConfiguration

    /// Reads the configuration, which says where the keys are and which teams there are.
    public init(configuration path: String, environment: [String: String]) throws {
        configuration = try ConfigurationLoader.load(path: path, environment: environment)
    }

    /// What a key may be used for; empty lists restrict nothing.
    public struct Restrictions: Sendable {
        /// The models.
        public var models: [ModelScope.Pattern] = []
        /// The addresses.
        public var from: [AddressRange] = []

        /// Restricts nothing.
        public init() {}
    }

    /// Makes a key and returns its text, which is kept nowhere. `lifetime` in seconds; `nil`: for ever.
    public func create(
        principal: String, isService: Bool, teams: [String], lifetime: Int64?, restrictions: Restrictions = .init(),
        attributes: [PrincipalAttribute] = []
    ) throws -> (key: String, listed: Listed) {
        guard let key = APIKey.make(random: try SecureRandom.bytes(APIKey.randomByteCount)) else {
            throw KeyFile.Failure(configuration.keys.file, "no key could be made")
        }
        let now = Clock.epochSeconds()
        let kind: Principal.Kind = isService ? .service : .user
        // The tenant is that of all its teams, those of the file included.
        let listed = configuration.principals.teams(ofPrincipal: principal, kind)
        let record = try APIKeyRecord(
            key: key, kind: kind, principal: principal, teams: teams,
            tenant: try configuration.principals.tenant(ofTeams: teams + listed), created: now,
            models: restrictions.models, from: restrictions.from, attributes: attributes,
            expires: lifetime.map { now + $0 })
        try KeyFile.changeRegister(configuration.keys.file) { _ = $0.add(record) }
        return (key.reveal(), Self.listed(record, now: now))
    }

    /// All keys, in the order in which they were made.
    public func list() throws -> [Listed] {
        let now = Clock.epochSeconds()
        return try KeyFile.readRegister(configuration.keys.file).records.map { Self.listed($0, now: now) }
    }

    /// Revokes a key by its identifier.
    public func revoke(id: String) throws -> Revocation {
        let now = Clock.epochSeconds()
        return try KeyFile.changeRegister(configuration.keys.file) { register in
            switch register.revoke(id: id, now: now) {
            case .revoked(let record): .revoked(Self.listed(record, now: now))
            case .alreadyRevoked(let record): .alreadyRevoked(Self.listed(record, now: now))
            case .unknown: .unknown
            }
        }
    }

    /// Puts new keys in force under which values are replaced; returns their generation. API keys stay as they are.
    public func rotate() throws -> Int { try KeyFile.rotateMaster(configuration.keys.masterKey).generation }

    private static func listed(_ record: APIKeyRecord, now: Int64) -> Listed {
        Listed(
            id: record.id, kind: record.kind.rawValue, principal: record.principal, teams: record.teams,
            tenant: record.tenant, models: record.models.map(\.description), from: record.from.map(\.description),
            attributes: record.attributes.map { "\($0.name)=\(AttributeText.text($0.value))" }, created: record.created,
            expires: record.expires, revoked: record.revoked,
            state: record.failure(at: now)?.word ?? "valid")
    }
}
