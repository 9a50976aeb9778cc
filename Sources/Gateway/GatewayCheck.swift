import Access
import Cryptography
import Glibc
import Identity
import Routing
import SecureTransport

/// Reads everything that serving would read, and changes nothing.
public enum GatewayCheck {
    /// What is worth knowing of a configuration without faults.
    public struct Report: Sendable {
        /// Aliases that callers may ask for.
        public let models: Int
        /// Providers with a key, or that need none.
        public let providers: Int
        /// Access policies.
        public let policies: Int
        /// SHA-256 of all policy files, see `PolicySetFiles`.
        public let policySet: String
        /// API keys, those expired and revoked included.
        public let keys: Int
        /// What an operator should look at.
        public let notes: [String]
    }

    /// Checks configuration, policies, keys and certificates; throws all faults it finds, with their places.
    public static func check(configuration path: String, environment: [String: String]) throws -> Report {
        let configuration = try ConfigurationLoader.load(path: path, environment: environment)
        let keys = try KeyFile.readRegister(configuration.keys.file)
        // A first run makes the master key; until then any key does to check the rest.
        let master =
            access(configuration.keys.masterKey, F_OK) == 0
            ? try KeyFile.readMaster(configuration.keys.masterKey, makes: false)
            : MasterKey(key: try SymmetricKey(randomCount: 32))
        let set = try ActiveSet(configuration, keys: keys, master: master)
        let tls = try TLSServerContext(configuration.tls)
        return Report(
            models: configuration.routing.listed.count, providers: set.providers.count,
            policies: set.access.policyIDs.count,
            policySet: configuration.policySet.hash, keys: keys.records.count,
            notes: configuration.notes + set.access.warnings + tls.warnings
        )
    }
}
