private import Glibc
private import Synchronization
public import Upstream

/// Asks a service that speaks Presidio's REST API (`POST /analyze`) what sensitive data is in texts: the plug-in for whoever
/// runs a larger model.
///
/// It fails closed: either every text was analysed, within the deadline and with an answer that fits, or there is an error, and
/// the request that needs the analysis must fail. A service that fails again and again is left alone for a while
/// (``Settings/failuresToOpen``), and requests fail at once.
///
/// The service reads the texts as they are. It is the operator's own, and its address comes from configuration alone.
///
/// May be used from any thread; nothing blocks. It has a thread and connections of its own, which end with it.
public final class RemoteAnalyzer: Sendable {
    /// Where the service is, and what is asked of it.
    public struct Settings: Sendable {
        /// The address, such as `http://127.0.0.1:5002/analyze`.
        public var url: String
        /// Allows `http://`, and that only to a loopback or private address.
        public var allowsPlaintext = false
        /// A PEM file of the only authorities to trust; `nil` for the system's.
        public var authorities: String?
        /// What proves who we are: `authorization: Bearer …`, say.
        public var authorization: UpstreamHeader?
        /// How long an analysis may take in all, in milliseconds, from 1 to 300,000.
        public var deadlineMilliseconds = 500
        /// The language that the service is told.
        public var language = "en"
        /// What is less sure than this is passed over, 0 to 100.
        public var scoreThreshold = 50
        /// What the service's names mean.
        public var entities = EntityMap()
        /// Bytes of text in one call; larger texts are cut. At least 1,024.
        public var bytesPerCall = 32 << 10
        /// Texts in one call. 1 for services that take no list.
        public var textsPerCall = 64
        /// Bytes of text in one analysis; more is an error.
        public var bytesPerAnalysis = 4 << 20
        /// Calls in one analysis; more is an error. A request can have millions of tiny texts, and each call costs some kilobytes.
        public var callsPerAnalysis = 1_024
        /// Bytes that the answers of one analysis may have.
        public var bytesPerAnswer = 16 << 20
        /// Calls at once, over all analyses; more wait, within their deadline.
        public var connections = 16
        /// Failures in a row after which the service is left alone.
        public var failuresToOpen = 5
        /// For how long it is, in milliseconds; then one analysis tries it.
        public var openMilliseconds = 10_000

        /// The defaults, for a service at `url`.
        public init(url: String) { self.url = url }
    }

    private let settings: Settings
    private let service: UpstreamService
    private let engine: UpstreamEngine
    private let circuit: Mutex<CircuitBreaker>
    private let clock: @Sendable () -> UInt64

    /// Prepares a client and starts its thread; the service is not asked yet.
    public convenience init(settings: Settings) throws {
        try self.init(settings: settings, clock: Self.monotone)
    }

    init(settings: Settings, clock: @escaping @Sendable () -> UInt64) throws {
        self.settings = settings.bounded
        self.clock = clock
        service = try Self.service(settings)
        circuit = Mutex(
            CircuitBreaker(
                failuresToOpen: self.settings.failuresToOpen, pause: UInt64(self.settings.openMilliseconds) * 1_000_000)
        )
        var transport = UpstreamEngine.Settings()
        // The answers are kept whole, so nothing is gained by reading them slowly; `Analysis` counts their bytes.
        transport.window = self.settings.bytesPerAnswer + (1 << 20)
        transport.connectionsPerHost = self.settings.connections
        transport.idleConnections = self.settings.connections
        engine = try UpstreamEngine(settings: transport)
        try engine.start()
    }

    /// Checks settings as `init` does, and starts nothing.
    public static func check(_ settings: Settings) throws(UpstreamEndpointError) {
        _ = try service(settings)
    }

    /// What sensitive data is in each text, which are UTF-8: as many lists as texts, each sorted by place. Spans of different
    /// classes may overlap; those of one class do not.
    public func analyze(_ texts: [[UInt8]]) async throws(RemoteAnalyzerError) -> [[RemoteSpan]] {
        let plan = try AnalysisPlan(texts, settings)
        guard !plan.calls.isEmpty else { return Array(repeating: [], count: texts.count) }
        guard let admission = circuit.withLock({ $0.admit(now: clock()) }) else {
            throw RemoteAnalyzerError(.circuitOpen, "the last calls to the analyzer failed")
        }
        do {
            let spans = try await ask(plan)
            circuit.withLock { $0.report(.well, of: admission, now: clock()) }
            return spans
        } catch {
            circuit.withLock { $0.report(error.outcome, of: admission, now: clock()) }
            throw error
        }
    }

    /// Whether the service is left alone at the moment, but for one analysis that tries it.
    public var isCircuitOpen: Bool { circuit.withLock { $0.isOpen } }

    private func ask(_ plan: AnalysisPlan) async throws(RemoteAnalyzerError) -> [[RemoteSpan]] {
        let analysis = Analysis(
            calls: plan.calls.count, answerBytes: settings.bytesPerAnswer,
            deadlineMilliseconds: settings.deadlineMilliseconds)
        let bodies = plan.calls.indices.map { plan.body(ofCall: $0, settings) }
        let answers = try await analysis.answers(of: engine, service, bodies: bodies).get()
        return try plan.spans(from: answers, settings)
    }

    private static func service(_ settings: Settings) throws(UpstreamEndpointError) -> UpstreamService {
        // One limit for every step, so that all of them together have it, too.
        let limit = settings.bounded.deadlineMilliseconds
        return try UpstreamService(
            name: "analyzer", url: settings.url, headers: settings.authorization.map { [$0] } ?? [],
            plaintext: settings.allowsPlaintext, tls: UpstreamTLS(authorities: settings.authorities),
            timeouts: UpstreamTimeouts(connect: limit, firstByte: limit, idle: limit, total: limit))
    }

    private static func monotone() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension RemoteAnalyzer.Settings {
    /// The same with every number inside its bounds.
    fileprivate var bounded: Self {
        var bounded = self
        bounded.deadlineMilliseconds = min(max(1, deadlineMilliseconds), 300_000)
        bounded.scoreThreshold = min(max(0, scoreThreshold), 100)
        bounded.bytesPerCall = min(max(4 * TextPieces.overlap, bytesPerCall), 16 << 20)
        bounded.textsPerCall = max(1, textsPerCall)
        bounded.bytesPerAnalysis = max(0, bytesPerAnalysis)
        bounded.callsPerAnalysis = max(1, callsPerAnalysis)
        bounded.bytesPerAnswer = min(max(2, bytesPerAnswer), 256 << 20)
        bounded.connections = max(1, connections)
        bounded.failuresToOpen = max(1, failuresToOpen)
        bounded.openMilliseconds = min(max(0, openMilliseconds), 86_400_000)
        return bounded
    }
}
