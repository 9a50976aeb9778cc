private import CCurl
private import Glibc
private import Synchronization

/// Sends requests to providers and streams their answers back: libcurl's multi interface on a thread of its own.
///
/// Make one, or one for each event loop; connections are kept per engine. `start` it before the first `send`. May be
/// used from any thread.
public final class UpstreamEngine: Sendable {
    /// What can be set for an engine.
    public struct Settings: Sendable {
        /// Bytes of body per call that may be delivered and not yet reported as consumed, before reading pauses. libcurl's
        /// pieces and one TLS record may come on top: at most 32 KiB.
        public var window = 256 << 10
        /// Bytes that the head of an answer may have.
        public var headBytes = 64 << 10
        /// Connections that are kept for later calls, over all providers.
        public var idleConnections = 1_024
        /// Connections at once to one host; 0 for as many as there are calls. Further calls wait, at most their time to connect.
        public var connectionsPerHost = 0
        /// How long looked-up addresses serve before they are looked up again.
        public var addressLifetimeMilliseconds = 60_000

        /// The defaults.
        public init() {}
    }

    private let loop: EngineLoop
    private let window: Int
    private let thread = Mutex<pthread_t?>(nil)

    /// Prepares an engine; fails only for want of memory or descriptors.
    public convenience init(settings: Settings = Settings()) throws(UpstreamFailure) {
        try self.init(settings: settings, lookUp: HostResolver.systemLookUp)
    }

    init(settings: Settings, lookUp: @escaping HostResolver.LookUp) throws(UpstreamFailure) {
        loop = try EngineLoop(settings: settings, lookUp: lookUp)
        window = max(1, settings.window)
    }

    deinit { stop() }

    /// Starts the thread; further calls do nothing.
    public func start() throws(UpstreamFailure) {
        let code: Int32 = thread.withLock { thread in
            guard thread == nil else { return 0 }
            var started = pthread_t()
            let context = Unmanaged.passRetained(loop)
            let code = pthread_create(
                &started, nil,
                { context in
                    guard let context else { return nil }
                    sallyport_name_thread("upstream")
                    Unmanaged<EngineLoop>.fromOpaque(context).takeRetainedValue().run()
                    return nil
                }, context.toOpaque())
            if code == 0 { thread = started } else { context.release() }
            return code
        }
        guard code == 0 else {
            throw UpstreamFailure(kind: .internal, message: "no thread for the engine: errno \(code)")
        }
    }

    /// Ends every call that is under way as `stopped`, and returns when the thread is gone. Later calls fail at once.
    public func stop() {
        loop.commands.post(.stop)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        if pthread_equal(running, pthread_self()) != 0 {
            // The last owner was a mailbox that the engine called; the thread ends by itself.
            pthread_detach(running)
        } else {
            pthread_join(running, nil)
        }
    }

    /// Sends a call. Its events come to its mailbox; nothing else comes from it, and it always has an end.
    @discardableResult
    public func send(_ call: UpstreamCall) -> UpstreamExchange {
        submit(
            token: call.token, endpoint: call.endpoint, headers: call.headers, body: call.body, mailbox: call.mailbox)
    }

    /// `send` without proofs: the transport alone, for tests.
    func submit(
        token: UInt64, endpoint: UpstreamEndpoint, headers: [UpstreamHeader] = [], body: [UInt8],
        mailbox: any UpstreamMailbox
    ) -> UpstreamExchange {
        let exchange = UpstreamExchange(
            token: token, endpoint: endpoint, headers: headers, body: body, mailbox: mailbox, commands: loop.commands,
            window: window)
        if !loop.commands.post(.start(exchange)) {
            let failure = UpstreamFailure(kind: .stopped, message: "the upstream engine has stopped")
            mailbox.deliver([UpstreamDelivery(token: token, event: .end(.failure(failure)))])
        }
        return exchange
    }
}
