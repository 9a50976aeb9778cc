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

    /// Everything that is wrong, each with its place.
    public struct Failure: Error, CustomStringConvertible {
        /// One problem a line.
        public let description: String
    }

    /// Checks configuration, policies, keys and certificates; throws all faults it finds, with their places. `replacing`: a file and
    /// what it would have in it.
    public static func check(
        configuration path: String, environment: [String: String], replacing: (path: String, text: String)? = nil
    ) throws -> Report {
        var faults: [String] = []
        @discardableResult
        func attempt<Result>(_ body: () throws -> Result) -> Result? {
            do {
                return try body()
            } catch {
                faults.append("\(error)")
                return nil
            }
        }
        let loaded = attempt {
            try ConfigurationLoader.load(path: path, environment: environment, checksAccess: true) {
                file throws(ConfigurationFileError) in
                if let replacing, file == replacing.path { return Array(replacing.text.utf8) }
                return try ConfigurationFiles.read(file)
            }
        }
        // Without it there is no telling where the rest is.
        guard let configuration = loaded else { throw Failure(description: faults.joined()) }
        let keys = attempt { try KeyFile.readRegister(configuration.keys.file) }
        let tls = attempt { try TLSServerContext(configuration.tls) }
        attempt { try VaultKeys.check(configuration.ledger.vaultKey) }
        let set = attempt {
            // A first run makes the master key; until then any key does to check the rest.
            let master =
                access(configuration.keys.masterKey, F_OK) == 0
                ? try KeyFile.readMaster(configuration.keys.masterKey, makes: false)
                : MasterKey(key: try SymmetricKey(randomCount: 32))
            return try ActiveSet(configuration, keys: keys ?? KeyRegister(), master: master)
        }
        _ = attempt {
            try LedgerKey.read(configuration.ledger.signingKey, name: configuration.ledger.name, makes: false)
        }
        guard let keys, let tls, let set, faults.isEmpty else {
            throw Failure(description: faults.joined(separator: "\n"))
        }
        return Report(
            models: configuration.routing.listed.count, providers: set.providers.count,
            policies: set.access.policyIDs.count,
            policySet: configuration.policySet.hash, keys: keys.records.count,
            notes: configuration.notes + PolicyNotes.notes(set.access, configuration) + tls.warnings)
    }
}
