import Cryptography
import Identity
public import Inference
import Privacy

/// The keys under which tenants' values are fingerprinted, for whoever may read the master key: so that it can be asked in which requests
/// a value left.
public struct SubjectKeys: Sendable {
    /// One tenant's fingerprints of a value.
    public struct Fingerprints: Sendable {
        /// Whose key made them.
        public let tenant: String
        /// Each that the value may have.
        public let values: [ValueFingerprint]
    }

    /// The tenants that the configuration and the list of API keys know, sorted by name.
    public let tenants: [String]
    private let keys: [String: FingerprintKey]

    /// Reads the configuration, the list of keys and the master key. `tenant`: that one only, which need not be known any more.
    public init(configuration path: String, environment: [String: String], tenant: String? = nil) throws {
        let configuration = try ConfigurationLoader.load(path: path, environment: environment)
        let master = try KeyFile.readMaster(configuration.keys.masterKey, makes: false)
        var tenants = Set(configuration.principals.tenants.values)
        tenants.insert(configuration.principals.defaultTenant)
        for record in try KeyFile.readRegister(configuration.keys.file).records { tenants.insert(record.tenant) }
        self.tenants = tenant.map { [$0] } ?? tenants.sorted()
        var keys: [String: FingerprintKey] = [:]
        for name in self.tenants { keys[name] = try FingerprintKey(master: master.key, tenant: name) }
        self.keys = keys
    }

    /// The fingerprints of a value, in the order of `tenants`; empty for a text in which nothing shows.
    public func fingerprints(of value: String) -> [Fingerprints] {
        tenants.compactMap { tenant in
            guard let values = keys[tenant]?.fingerprints(of: value), !values.isEmpty else { return nil }
            return Fingerprints(tenant: tenant, values: values)
        }
    }
}
