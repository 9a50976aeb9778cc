import Access
import AnswerCache
import Cryptography
import Identity
import Inference
import Privacy
import RemoteAnalyzer
import Routing
import Synchronization
import Upstream

/// What is in force: configuration, policies, keys and providers, which a reload replaces all together or not at all.
/// A request keeps the set with which it began.
final class ActiveSet: Sendable {
    let configuration: GatewayConfiguration
    let access: AccessPolicy
    let privacy: PrivacyEngine
    let analyzer: RemoteAnalyzer?
    let routing: RoutingTable
    let keys: KeyTable
    /// Judges tokens; `nil` where none are taken.
    let tokens: TokenAuthority?
    /// Which credentials count.
    let credentials: CredentialPolicy
    let records: [APIKeyRecord]
    let providers: [ProviderID: Provider]
    /// SHA-256 of all policy files, by which the ledger names the policies in force.
    var policySet: String { configuration.policySet.hash }
    /// Under which generation of the tenants' keys surrogates are made.
    var generation: Int { master.generation }
    private let master: MasterKey
    private let tenants: Mutex<[String: TenantKey]>
    private let answers = Mutex<[String: AnswerKeys]>([:])

    /// Prepares everything that the configuration names; throws the first fault, with its place. What is known of issuers is taken over
    /// from the set before.
    init(
        _ configuration: GatewayConfiguration, keys: KeyRegister, master: MasterKey, succeeding old: ActiveSet? = nil
    ) throws {
        self.configuration = configuration
        self.master = master
        tenants = Mutex([:])
        access = try AccessPolicy(
            policyText: configuration.accessPolicy.text, source: configuration.accessPolicy.source,
            schemaText: configuration.accessSchema?.text,
            schemaSource: configuration.accessSchema?.source ?? GatewayConfiguration.standardSchema,
            counted: CountedClasses(configuration.privacy.knownClasses))
        privacy = try PrivacyEngineLoader.engine(configuration.privacy)
        analyzer = try configuration.analyzer.map { try RemoteAnalyzer(settings: $0) }
        routing = configuration.routing
        self.keys = KeyTable(keys.records)
        tokens = TokenAuthority(configuration, succeeding: old?.tokens)
        credentials = configuration.identity.credentials
        records = keys.records
        var providers: [ProviderID: Provider] = [:]
        for settings in configuration.providers where settings.isRoutable {
            providers[settings.id] = try Provider(settings)
        }
        self.providers = providers
    }

    /// The same set with other API keys.
    init(_ other: ActiveSet, keys: KeyRegister) {
        configuration = other.configuration
        access = other.access
        privacy = other.privacy
        analyzer = other.analyzer
        routing = other.routing
        providers = other.providers
        tokens = other.tokens
        credentials = other.credentials
        master = other.master
        tenants = Mutex(other.tenants.withLock { $0 })
        self.keys = KeyTable(keys.records)
        records = keys.records
    }

    /// The same set with another generation of the tenants' keys.
    init(_ other: ActiveSet, generation: Int) {
        configuration = other.configuration
        access = other.access
        privacy = other.privacy
        analyzer = other.analyzer
        routing = other.routing
        providers = other.providers
        tokens = other.tokens
        credentials = other.credentials
        master = MasterKey(key: other.master.key, generation: generation)
        tenants = Mutex([:])
        keys = other.keys
        records = other.records
    }

    /// Whether a file holds the key that this set derives from.
    func derives(from other: MasterKey) -> Bool { master.hasKey(of: other) }

    /// The key under which a tenant's surrogates are made.
    func tenantKey(tenant: String) throws -> TenantKey {
        try tenants.withLock { known in
            if let key = known[tenant] { return key }
            let key = try TenantKey(master: master.key, tenant: tenant, generation: master.generation)
            known[tenant] = key
            return key
        }
    }

    /// The keys of a tenant's kept answers.
    func answerKeys(tenant: String) throws -> AnswerKeys {
        try answers.withLock { known in
            if let keys = known[tenant] { return keys }
            let keys = try AnswerKeys(master: master.key, tenant: tenant, generation: master.generation)
            known[tenant] = keys
            return keys
        }
    }
}
