internal import NIOCore
internal import Privacy
internal import Routing
internal import SecureTransport

/// Reads `sallyport.yaml` and the files it names into a `GatewayConfiguration`, or says everything that is wrong with them.
///
/// Nothing is written, no name looked up, and no file but the named ones read; certificates and keys are read by who uses them.
public enum ConfigurationLoader {
    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - path: The file. Relative paths in it are seen from its folder.
    ///   - environment: The environment's variables, for `{env: NAME}`.
    ///   - assumesSecrets: Whether secrets count as there without being looked for: for asking policies, never for serving.
    ///   - replacing: Policies to take in place of those that the configuration names.
    ///   - checksAccess: Whether the access policies are looked through as well, so that what is wrong with them is told together
    ///     with all the rest; who serves parses them anyway.
    ///   - readFile: Reads a whole file; the disk unless told otherwise.
    public static func load(
        path: String, environment: [String: String], assumesSecrets: Bool = false, replacing: PolicyReplacement? = nil,
        checksAccess: Bool = false,
        readFile: @escaping (String) throws(ConfigurationFileError) -> [UInt8] = {
            path throws(ConfigurationFileError) in
            try ConfigurationFiles.read(path)
        }
    ) throws(ConfigurationErrors) -> GatewayConfiguration {
        let reading = ConfigurationReading(
            environment: environment, assumesSecrets: assumesSecrets, replacement: replacing, readFile: readFile)
        let root = reading.document(path)
        // A file that can't be read has no keys that could be missing.
        if !root.isPresent { try reading.finish() }

        let listen = listenAddress(root.section("listen"), port: 8443)
        let admin = listenAddress(root.section("admin"), port: 8444, mustBeLoopback: true)
        let tls = tls(root.section("tls"))
        let (limits, drain) = limits(root.section("limits"))
        let eventLoops = root.field("event_loops")?.integer(in: 1...256)
        let logLevel = root.field("log_level")?.choice(GatewayConfiguration.LogLevel.self)
        let ledgerSection = root.section("ledger")
        let relay = relay(ledgerSection)
        let ledger = ledger(ledgerSection)
        let limitState = limitState(root.section("limit_state"))
        let cache = cache(root.section("cache"))
        var rollouts = rollouts(root.section("rollouts"))
        let keys = keys(root.section("keys"))
        let providers = providers(root.section("providers"))
        let policies = policies(root.section("policies"), providers: providers)
        let monitoring = monitoring(root.section("monitoring"), policies, reading)
        rollouts.plans = policies.rollouts
        let identitySection = root.section("identity")
        let tokens = tokens(identitySection, policies.principals)
        let identity = identity(identitySection, policies.principals, tls: tls, takesTokens: !tokens.isEmpty)
        identitySection.finish()
        root.finish()
        if checksAccess { checkAccess(policies, reading) }
        try reading.finish()
        return GatewayConfiguration(
            source: path, listen: listen, admin: admin, tls: tls, identity: identity, limits: limits,
            drainMilliseconds: drain,
            eventLoops: eventLoops, logLevel: logLevel ?? .info, ledger: ledger, relay: relay, keys: keys,
            providers: providers.map(\.settings),
            routing: RoutingTable(policies.aliases), prices: policies.prices,
            requestLimits: policies.limits.requests,
            attemptLimits: policies.limits.attempts, limitState: limitState, cache: cache, monitoring: monitoring,
            rollouts: rollouts,
            privacy: policies.privacy,
            payloads: policies.payloads, analyzer: policies.analyzer, principals: policies.principals,
            tokenIssuers: tokens,
            accessPolicy: policies.access,
            accessSchema: policies.schema, policySet: policies.set,
            notes: reading.notes, aliasNames: policies.aliasNames)
    }

    private static func listenAddress(
        _ section: ConfigurationSection, port: Int, mustBeLoopback: Bool = false
    ) -> GatewayConfiguration.ListenAddress {
        var address = "127.0.0.1"
        if let field = section.field("address"), let text = field.string("an IP address or `localhost`") {
            address = text
            if !IPAddressText.isAddress(text), text != "localhost" {
                field.report("expected an IP address or `localhost`, found `\(text)`")
            } else if mustBeLoopback, !IPAddressText.isLoopback(text) {
                field.report(
                    "expected a loopback address such as `127.0.0.1`, found `\(text)`: this port has no identification")
            }
        }
        let chosen = section.field("port")?.integer(in: 0...65_535)
        section.finish()
        return GatewayConfiguration.ListenAddress(address: address, port: chosen ?? port)
    }

    private static func limits(_ section: ConfigurationSection) -> (ListenerLimits, drain: Int) {
        var limits = ListenerLimits()
        if let bytes = section.field("header_bytes")?.bytes(in: 1024...(1 << 20)) { limits.headerBytes = bytes }
        if let count = section.field("header_count")?.integer(in: 10...1000) { limits.headerCount = count }
        if let bytes = section.field("body_bytes")?.bytes(in: 1024...(1 << 30)) { limits.bodyBytes = bytes }
        func time(_ key: String) -> TimeAmount? {
            section.field(key)?.milliseconds(in: 10...3_600_000).map { .milliseconds(Int64($0)) }
        }
        if let amount = time("header_timeout") { limits.headerTimeout = amount }
        if let amount = time("body_timeout") { limits.bodyTimeout = amount }
        if let amount = time("idle_timeout") { limits.idleTimeout = amount }
        if let count = section.field("connections")?.integer(in: 1...1_000_000) { limits.connections = count }
        if let count = section.field("requests_in_flight")?.integer(in: 1...1_000_000) {
            limits.requestsInFlight = count
        }
        if let field = section.field("bodies_in_flight"), let bytes = field.bytes(in: 1024...(1 << 40)) {
            limits.bodiesInFlight = bytes
            if bytes < limits.bodyBytes {
                field.report("expected at least `body_bytes`, \(limits.bodyBytes), found \(bytes)")
            }
        }
        if let amount = time("inspection_timeout") { limits.inspectionTimeout = amount }
        let drain = section.field("drain_timeout")?.milliseconds(in: 1...600_000)
        section.finish()
        return (limits, drain ?? 30_000)
    }

    private static func ledger(_ section: ConfigurationSection) -> GatewayConfiguration.LedgerSettings {
        let directory = section.field("directory")?.path()
        let durability = section.field("durability")?.choice(GatewayConfiguration.Durability.self)
        let name = section.field("name").flatMap { field in
            let name = field.string("a name such as `example.com/gateway-1`")
            if let name, !LedgerKey.isName(name) {
                field.report("expected 1 to 100 characters without spaces and `+`, found `\(name)`")
                return nil as String?
            }
            return name
        }
        let signingKey = section.field("signing_key")?.path()
        let remembered = section.field("remembered")?.path()
        let interval = section.field("checkpoint_interval")?.milliseconds(in: 10...600_000)
        let vault = section.field("vault")?.path()
        let vaultKey = vaultKey(section)
        section.finish()
        return GatewayConfiguration.LedgerSettings(
            directory: directory ?? ConfigurationPath.resolve("var/ledger", besides: section.source),
            durability: durability ?? .power, name: name,
            signingKey: signingKey ?? ConfigurationPath.resolve("var/ledger.key", besides: section.source),
            remembered: remembered ?? ConfigurationPath.resolve("var/ledger.seen", besides: section.source),
            checkpointInterval: interval ?? 1_000,
            vault: vault ?? ConfigurationPath.resolve("var/vault", besides: section.source), vaultKey: vaultKey)
    }

    private static func keys(_ section: ConfigurationSection) -> GatewayConfiguration.KeySettings {
        let (file, master) = (section.field("file")?.path(), section.field("master")?.path())
        section.finish()
        return GatewayConfiguration.KeySettings(
            file: file ?? ConfigurationPath.resolve("var/keys.jsonl", besides: section.source),
            masterKey: master ?? ConfigurationPath.resolve("var/master.key", besides: section.source))
    }
}
