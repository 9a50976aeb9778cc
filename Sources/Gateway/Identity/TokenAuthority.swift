import Identity
import Inference
import KeyDiscovery
import Logging
import Synchronization

/// Judges tokens by the issuers of one configuration, and keeps their keys up to date: by `tick`, about once a second.
///
/// The keys of an issuer whose place did not change are taken over from the configuration before, so that a reload neither asks
/// issuers again nor forgets what they said.
final class TokenAuthority: TokenCheck {
    private struct Issuer: Sendable {
        let keys: IssuerKeys
        let origin: Origin
    }

    private enum Origin: Sendable {
        case file(KeyFileWatch)
        case network(IssuerKeySource, IssuerKeys.Schedule)
    }

    private let issuers: [Issuer]
    private let verifier: TokenVerifier

    /// Prepares the issuers of a configuration; `nil` for none, so that no token is taken. Asks nobody yet.
    init?(_ configuration: GatewayConfiguration, succeeding old: TokenAuthority?) {
        guard !configuration.tokenIssuers.isEmpty else { return nil }
        let logger = Logger(label: "sallyport")
        issuers = configuration.tokenIssuers.map { settings in
            let name = settings.issuer.issuer
            switch settings.keys {
            case .file(let path, let set):
                let keys = IssuerKeys(issuer: name, fixed: set)
                return Issuer(keys: keys, origin: .file(KeyFileWatch(path, keys, logger)))
            case .network(let location, let schedule):
                if let known = old?.issuer(at: location, schedule) { return known }
                let keys = IssuerKeys(issuer: name, schedule: schedule)
                let source = IssuerKeySource(location, into: keys, clock: Clock.epochSeconds) { event in
                    Self.log(event, of: name, logger)
                }
                return Issuer(keys: keys, origin: .network(source, schedule))
            }
        }
        verifier = TokenVerifier(
            zip(configuration.tokenIssuers, issuers).map { TokenVerifier.Trusted($0.issuer, keys: $1.keys) },
            tenants: configuration.principals.tenants)
    }

    /// Fetches what is due and reads files that changed; returns at once.
    func tick() {
        for issuer in issuers {
            switch issuer.origin {
            case .file(let watch): watch.look()
            case .network(let source, _): source.refreshIfDue()
            }
        }
    }

    func judge(_ token: String, now: Int64) -> Result<ProvenIdentity, IdentityFailure>? {
        switch identify(token, now) {
        case .success(let identity): .success(identity)
        case .failure(let failure): .failure(failure)
        case .needsKeys: nil
        }
    }

    func judgeFetchingKeys(_ token: String, now: Int64) async -> Result<ProvenIdentity, IdentityFailure> {
        if case .needsKeys(let name) = identify(token, now),
            let issuer = issuers.first(where: { $0.keys.issuer == name }), case .network(let source, _) = issuer.origin
        {
            await source.wait()
        }
        // Who still needs keys was one of too many that waited.
        return judge(token, now: Clock.epochSeconds()) ?? .failure(.keysUnavailable)
    }

    private func identify(_ token: String, _ now: Int64) -> TokenVerdict {
        var token = token
        return token.withUTF8 { verifier.identify(presented: UnsafeRawBufferPointer($0), now: now) }
    }

    private func issuer(at location: KeyLocation, _ schedule: IssuerKeys.Schedule) -> Issuer? {
        issuers.first { issuer in
            if case .network(let source, schedule) = issuer.origin { source.location == location } else { false }
        }
    }

    private static func log(_ event: IssuerKeySource.Event, of issuer: String, _ logger: Logger) {
        switch event {
        case .changed(let count, let skipped):
            var metadata: Logger.Metadata = ["issuer": "\(issuer)", "keys": "\(count)"]
            if !skipped.isEmpty { metadata["passed_over"] = "\(skipped.prefix(8).joined(separator: "; "))" }
            logger.info("keys of a token issuer taken over", metadata: metadata)
        case .failed(let fault):
            logger.error(
                "keys of a token issuer not fetched, those that are here serve on",
                metadata: ["issuer": "\(issuer)", "error": "\(fault)"])
        case .recovered: logger.info("keys of a token issuer fetched again", metadata: ["issuer": "\(issuer)"])
        }
    }
}

/// Reads a file of keys again when it changes. A broken one is said once, and the keys that were there serve on.
private final class KeyFileWatch: Sendable {
    private let path: String
    private let keys: IssuerKeys
    private let logger: Logger
    /// None at first, since the file may have changed after it was read: it is read twice then, rather than not at all.
    private let stamp = Mutex<[Int]>([])

    init(_ path: String, _ keys: IssuerKeys, _ logger: Logger) {
        self.path = path
        self.keys = keys
        self.logger = logger
    }

    func look() {
        let current = KeyFile.stamp(path)
        let isOther = stamp.withLock { stamp in
            defer { stamp = current }
            return stamp != current
        }
        guard isOther else { return }
        do {
            guard keys.replace(try JSONWebKeySet(parsing: try ConfigurationFiles.read(path))) else { return }
            logger.info("keys of a token issuer taken over", metadata: ["issuer": "\(keys.issuer)", "file": "\(path)"])
        } catch {
            logger.error(
                "keys of a token issuer not read, those that are here serve on",
                metadata: ["issuer": "\(keys.issuer)", "file": "\(path)", "error": "\(error)"])
        }
    }
}
