public import Identity
private import JSONText
private import Synchronization
private import Upstream

/// Fetches the keys of one issuer into its `IssuerKeys`: one fetch at a time, of which all who wait take the outcome.
///
/// Nothing happens before the first call of `refreshIfDue` or `wait`. May be used from any thread.
public final class IssuerKeySource: Sendable {
    /// What is worth a log line: said once for each change, not for each attempt.
    public enum Event: Sendable {
        /// There are other keys than before, and some may be passed over, for these reasons.
        case changed(keys: Int, skipped: [String])
        /// The keys could not be fetched; those that are here serve on for their time.
        case failed(KeyFault)
        /// They could be fetched again.
        case recovered
    }

    private struct State {
        var fetch: Task<Void, Never>?
        var waiting = 0
        var lastFault: KeyFault?
    }

    /// Requests that wait for keys at once; more are not let wait.
    private static let maximumWaiting = 256

    /// Where they are.
    public let location: KeyLocation
    /// Where they go.
    public let keys: IssuerKeys

    private let clock: @Sendable () -> Int64
    private let report: @Sendable (Event) -> Void
    private let state = Mutex(State())

    /// Prepares a source.
    ///
    /// - Parameters:
    ///   - clock: gives seconds since 1970.
    ///   - report: is told what is worth a log line, on any thread.
    public init(
        _ location: KeyLocation, into keys: IssuerKeys, clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.location = location
        self.keys = keys
        self.clock = clock
        self.report = report
    }

    /// Begins a fetch in the background if one is due. Call about once a second.
    public func refreshIfDue() {
        guard keys.isDue(now: clock()) else { return }
        _ = state.withLock { fetch(&$0) }
    }

    /// Waits for the fetch that is under way, or for one that it begins, if one may begin; else not at all. Ends within the limits of
    /// `location`, and does not say how: the keys themselves do.
    public func wait() async {
        let fetch: Task<Void, Never>? = state.withLock { state in
            guard state.waiting < Self.maximumWaiting, let fetch = self.fetch(&state) else { return nil }
            state.waiting += 1
            return fetch
        }
        guard let fetch else { return }
        await fetch.value
        state.withLock { $0.waiting -= 1 }
    }

    private func fetch(_ state: inout sending State) -> Task<Void, Never>? {
        if let fetch = state.fetch { return fetch }
        guard keys.beginFetch(now: clock()) else { return nil }
        let fetch = Task { await self.run() }
        state.fetch = fetch
        return fetch
    }

    private func run() async {
        let outcome = await read()
        switch outcome {
        case .success((let set, let maximumAge)):
            let isOther = keys.fetched(set, maximumAge: maximumAge, now: clock())
            if isOther {
                let skipped = set.skipped.map { "key \($0.index + 1) \($0.reason)" }
                report(.changed(keys: set.count, skipped: skipped))
            }
        case .failure: keys.failed(now: clock())
        }
        let event: Event? = state.withLock { state in
            state.fetch = nil
            let before = state.lastFault
            switch outcome {
            case .success:
                state.lastFault = nil
                return before == nil ? nil : .recovered
            case .failure(let fault):
                state.lastFault = fault
                return before?.kind == fault.kind ? nil : .failed(fault)
            }
        }
        if let event { report(event) }
    }

    private func read() async -> Result<(JSONWebKeySet, maximumAge: Int64?), KeyFault> {
        do throws(KeyFault) {
            let engine = try KeyEngine.shared.get()
            var document = try await document(at: location.first, engine)
            if location.url == nil { document = try await self.document(at: try keysAddress(document.body), engine) }
            do throws(JSONWebKeySet.Fault) {
                return .success((try JSONWebKeySet(parsing: document.body), document.maximumAge))
            } catch {
                throw KeyFault("its keys can't be used: \(error)")
            }
        } catch {
            return .failure(error)
        }
    }

    private func document(
        at url: String, _ engine: UpstreamEngine
    ) async throws(KeyFault) -> DocumentReading.Document {
        let service: UpstreamService
        do throws(UpstreamEndpointError) {
            service = try location.service(url)
        } catch {
            throw KeyFault(error.problem)
        }
        return try await DocumentReading.read(service, engine).get()
    }

    /// Where an issuer's metadata say that its keys are; the metadata must be its own (OpenID Connect Discovery 1.0 §4.3).
    private func keysAddress(_ text: [UInt8]) throws(KeyFault) -> String {
        let limits = JSONLimits(maximumBytes: 256 << 10, maximumDepth: 16, maximumNodes: 1 << 15)
        guard let document = try? JSONDocument(parsing: text, limits: limits) else {
            throw KeyFault("its metadata are not JSON")
        }
        guard document.root["issuer"]?.equals(location.issuer) == true else {
            throw KeyFault("its metadata are of another `issuer` than `\(location.issuer)`")
        }
        guard let address = document.root["jwks_uri"]?.string, address.utf8.count <= 2_048 else {
            throw KeyFault("its metadata have no `jwks_uri`")
        }
        return address
    }
}

/// One engine, with one thread, for all issuers, made when the first keys are fetched.
private enum KeyEngine {
    static let shared: Result<UpstreamEngine, KeyFault> = {
        do throws(UpstreamFailure) {
            var settings = UpstreamEngine.Settings()
            // Documents are kept whole and have a bound of their own.
            settings.window = 1 << 20
            settings.connectionsPerHost = 4
            settings.idleConnections = 4
            let engine = try UpstreamEngine(settings: settings)
            try engine.start()
            return .success(engine)
        } catch {
            return .failure(KeyFault("\(error)"))
        }
    }()
}
