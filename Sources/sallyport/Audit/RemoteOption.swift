import ArgumentParser
import Gateway
import LedgerRelay
import LedgerStore

/// `--url URL`, for verbs that read a copy of a ledger on a server.
struct RemoteOption: ParsableArguments {
    @Option(
        name: .customLong("url"),
        help: ArgumentHelp(
            "A copy on a server: https://…, or s3://bucket/prefix in the configured store. May be given again.",
            valueName: "url"))
    var urls: [String] = []

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("The only authorities to trust for https://…, PEM.", valueName: "file"))
    var authorities: String?

    @Flag(help: "Allow http://, to loopback and private addresses.")
    var plaintext = false

    /// The ledgers at these addresses.
    func ledgers(_ configuration: ConfigurationOption) throws -> [RemoteLedger] {
        try urls.map { url in
            if url.hasPrefix("s3://") { return try RemoteLedger(Self.store(configuration, url)) }
            do {
                return try RemoteLedger(RelayEndpoint(url, plaintext: plaintext, authorities: authorities))
            } catch let error as RelayAddressError {
                throw ValidationError("--url: \(error.problem)")
            }
        }
    }

    /// The configured store, or another place in it.
    static func store(_ configuration: ConfigurationOption, _ location: String?) throws -> ObjectStoreSettings {
        let loaded = try ConfigurationLoader.load(path: configuration.path, environment: configuration.environment)
        guard let store = loaded.relay.copy else {
            throw ValidationError(
                "\(configuration.path): `ledger.sync` is missing: it says where the store is and who we are there")
        }
        guard let location else { return store }
        guard let place = ObjectStoreSettings.location(location) else {
            throw ValidationError("expected s3://bucket/prefix, found `\(location)`")
        }
        do {
            return try ObjectStoreSettings(
                endpoint: store.endpoint, bucket: place.bucket, prefix: place.prefix, credentials: store.credentials,
                connections: store.connections)
        } catch {
            throw ValidationError("\(location): \(error.problem)")
        }
    }
}
