import Cryptography
import Identity
import Inference

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

    /// Makes a key and returns its text, which is kept nowhere. `lifetime` in seconds; `nil`: for ever.
    public func create(
        principal: String, isService: Bool, teams: [String], lifetime: Int64?
    ) throws -> (key: String, listed: Listed) {
        guard let key = APIKey.make(random: try SecureRandom.bytes(APIKey.randomByteCount)) else {
            throw KeyFile.Failure(configuration.keys.file, "no key could be made")
        }
        let now = Clock.epochSeconds()
        let record = try APIKeyRecord(
            key: key, kind: isService ? .service : .user, principal: principal, teams: teams,
            tenant: try configuration.principals.tenant(ofTeams: teams), created: now,
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
            tenant: record.tenant, created: record.created, expires: record.expires, revoked: record.revoked,
            state: record.failure(at: now)?.word ?? "valid")
    }
}
