public import Inference
public import LedgerRelay
public import Limits
private import NIOCore
public import Privacy
internal import RemoteAnalyzer
public import Routing
public import SecureTransport

/// Everything that `sallyport.yaml` and the files it names say: parsed, checked against each other, with every default in place.
///
/// A plain value: a reload makes a new one, and whoever keeps the old one keeps all of it.
public struct GatewayConfiguration: Sendable {
    /// An address to listen at.
    public struct ListenAddress: Hashable, Sendable {
        /// An IP address, or `localhost`.
        public let address: String
        /// The port; 0 lets the system choose.
        public let port: Int
    }

    /// What survives that was acknowledged.
    public enum Durability: String, Hashable, Sendable, CaseIterable {
        /// The end of the process: written, but perhaps not on the disk yet.
        case process
        /// The end of the machine's power: on the disk.
        case power
    }

    /// Where and how the ledger is kept.
    public struct LedgerSettings: Hashable, Sendable {
        /// The folder.
        public let directory: String
        /// What an acknowledged entry survives.
        public let durability: Durability
        /// What it is called; `nil`: as its signing key is, whose name is made up on first run.
        public let name: String?
        /// The file with the key that signs checkpoints.
        public let signingKey: String
        /// The file that remembers the last checkpoint.
        public let remembered: String
        /// Milliseconds from an entry to the checkpoint that covers it, roughly.
        public let checkpointInterval: Int
        /// The folder of sealed payloads and of the keys to them and to the salts of commitments.
        public let vault: String
        /// The master key of those.
        public let vaultKey: VaultKeySettings
    }

    /// Where API keys are kept.
    public struct KeySettings: Hashable, Sendable {
        /// The list of API keys (`KeyRegister`).
        public let file: String
        /// The master key of surrogates and fingerprints.
        public let masterKey: String
    }

    /// A policy's text, to be parsed by who understands it.
    public struct PolicyText: Hashable, Sendable {
        /// The file, for errors.
        public let source: String
        /// Its whole text.
        public let text: String
    }

    /// How much is logged.
    public enum LogLevel: String, Hashable, Sendable, CaseIterable {
        /// Everything, for developers.
        case debug
        /// What happens.
        case info
        /// What should not happen.
        case warning
        /// What must not happen.
        case error
    }

    /// The file it was read from.
    public let source: String
    /// Where applications connect.
    public let listen: ListenAddress
    /// Where the operator connects: always a loopback address.
    public let admin: ListenAddress
    /// Certificates and what is asked of clients.
    public let tls: TLSConfiguration
    /// How callers prove who they are.
    public let identity: IdentitySettings
    /// What a connection may ask of us.
    let limits: ListenerLimits
    /// How long streams may go on after SIGTERM, in milliseconds.
    public let drainMilliseconds: Int
    /// How many event loops there are; `nil`: `defaultEventLoops`.
    public let eventLoops: Int?
    /// How much is logged.
    public let logLevel: LogLevel
    /// Where and how the ledger is kept.
    public let ledger: LedgerSettings
    /// What becomes of the ledger beyond this machine.
    public let relay: RelaySettings
    /// Where API keys are kept.
    public let keys: KeySettings
    /// All providers, those without a key included, in the order of the file.
    public let providers: [ProviderSettings]
    /// The aliases, with candidates of routable providers only.
    public let routing: RoutingTable
    /// List prices of providers' models.
    public let prices: PriceTable
    /// Who may send how many requests.
    public let requestLimits: RequestLimits
    /// What their attempts at providers may take.
    public let attemptLimits: AttemptLimits
    /// Where it is kept what these count.
    public let limitState: LimitStateSettings
    /// Where answers are kept that may be given again.
    public let cache: CacheSettings
    /// How traffic is watched, and who is told what changed.
    public let monitoring: MonitoringSettings
    /// What is tried, and where it is kept how far it is.
    public let rollouts: RolloutSettings
    /// What is looked for in prompts.
    public let privacy: PrivacySettings
    /// Which requests and answers are kept, sealed.
    public let payloads: PayloadSettings
    /// The service that looks through the texts as well; `nil` where there is none.
    let analyzer: RemoteAnalyzer.Settings?
    /// Which teams there are.
    public let principals: PrincipalDirectory
    /// Whose tokens prove identities.
    public let tokenIssuers: [TokenIssuerSettings]
    /// The access policy.
    public let accessPolicy: PolicyText
    /// The words of the access policy; `nil` where the house has no schema, so that the gateway's own words are all.
    public let accessSchema: PolicyText?
    /// The files that say all of this, and the hash by which the ledger names them.
    public let policySet: PolicySetFiles
    /// What is worth a log line at the start, such as a provider without a key.
    public let notes: [String]

    /// What stands in messages in the place of a schema that the house does not have.
    static let standardSchema = "policies/access.cedarschema"

    /// The names of all aliases, those that stand for many and those whose providers wait for a key included, in the order of the file.
    public let aliasNames: [String]

    /// The provider of that name.
    public func provider(_ id: ProviderID) -> ProviderSettings? { providers.first { $0.id == id } }

    /// Half of the machine's cores, at least one: the other half is for the ledger, libcurl and the models' neighbours.
    public static func defaultEventLoops(cores: Int) -> Int { max(1, cores / 2) }
}
