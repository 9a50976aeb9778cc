import NIOCore
import NIOHTTP1
import NIOPosix

/// What operators and their tools ask: `/livez`, `/readyz`, `/metrics` and the exposure page, in plain HTTP on a loopback port of its own.
final class AdminServer: Sendable {
    /// What keeps the gateway from serving, and what is wrong though it serves.
    struct Reasons {
        /// Why it is not ready; empty when it is.
        var notReady: [String] = []
        /// Why it serves, but not as its files say.
        var degraded: [String] = []

        /// The body of `/readyz`: one reason a line.
        var text: String {
            let lines =
                notReady.map { "not ready: \($0)" }
                + degraded.map { "degraded: \($0.split(separator: "\n").joined(separator: "\ndegraded: "))" }
            return lines.isEmpty ? "ready\n" : lines.map { $0 + "\n" }.joined()
        }
    }

    /// How ready the gateway is.
    typealias Readiness = @Sendable () -> Reasons
    /// What `/models` and `/models/explain` answer to a query.
    typealias ModelsAnswering = @Sendable (_ path: Substring, _ query: Substring) -> AdminAnswer
    /// The metrics in Prometheus' text format.
    typealias Exposition = @Sendable () -> String

    /// How the limits stand, in JSON; may block.
    typealias Standing = @Sendable () -> [UInt8]

    private let group: MultiThreadedEventLoopGroup
    private let readiness: Readiness
    private let exposition: Exposition
    private let limits: Standing
    private let pages: ExposurePages
    private let models: ModelsAnswering
    private let monitor: TrafficMonitor
    private let rollouts: RolloutsAnswering

    init(
        group: MultiThreadedEventLoopGroup, readiness: @escaping Readiness, exposition: @escaping Exposition,
        limits: @escaping Standing, pages: ExposurePages, models: @escaping ModelsAnswering, monitor: TrafficMonitor,
        rollouts: RolloutsAnswering
    ) {
        self.monitor = monitor
        self.rollouts = rollouts
        self.limits = limits
        self.pages = pages
        self.models = models
        self.group = group
        self.readiness = readiness
        self.exposition = exposition
    }

    /// Begins to listen. Blocks; not on an event loop.
    func start(address: String, port: Int) throws {
        _ = try ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [readiness, exposition, limits, pages, models, monitor, rollouts] channel in
                channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    try sync.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
                    try sync.configureHTTPServerPipeline(withErrorHandling: true)
                    try sync.addHandler(
                        AdminHandler(
                            readiness: readiness, exposition: exposition, limits: limits, pages: pages, models: models,
                            monitor: monitor, rollouts: rollouts))
                }
            }
            .listen(at: address, port, setting: "admin")
    }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let readiness: AdminServer.Readiness
    private let exposition: AdminServer.Exposition
    private let limits: AdminServer.Standing
    private let pages: ExposurePages
    private let models: AdminServer.ModelsAnswering
    private let monitor: TrafficMonitor
    private let rollouts: RolloutsAnswering
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(
        readiness: @escaping AdminServer.Readiness, exposition: @escaping AdminServer.Exposition,
        limits: @escaping AdminServer.Standing, pages: ExposurePages, models: @escaping AdminServer.ModelsAnswering,
        monitor: TrafficMonitor, rollouts: RolloutsAnswering
    ) {
        self.monitor = monitor
        self.rollouts = rollouts
        self.limits = limits
        self.pages = pages
        self.models = models
        self.readiness = readiness
        self.exposition = exposition
    }

    /// What tells of the business is given to this machine only; what probes and Prometheus ask for, under any name.
    private static let forOperators: Set<Substring> = [
        "/limits", "/rollouts", "/rollouts.html", "/models", "/models/explain", "/models.html", "/monitor",
        "/monitor.html",
    ]

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let bytes):
            // One byte more than is taken tells that there were more.
            body += bytes.readableBytesView.prefix(RolloutsAnswering.mostBytes + 1 - body.count)
        case .end: answer(context: context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        if head.method == .POST, head.uri == "/rollouts" { return order(head, context: context) }
        guard head.method == .GET || head.method == .HEAD else {
            return write(.text("only GET is served here\n", status: .methodNotAllowed), for: head, context: context)
        }
        let path = head.uri.prefix(while: { $0 != "?" })
        guard !Self.forOperators.contains(path) || ExposureHeaders.isForUs(head.headers) else {
            let refusal = "ask for this as localhost, 127.0.0.1 or [::1]\n"
            return write(.text(refusal, status: .misdirectedRequest), for: head, context: context)
        }
        switch path {
        case "/livez":
            write(.text("ok\n"), for: head, context: context)
        case "/readyz":
            let reasons = readiness()
            // A load balancer must not drain a whole fleet for a slip in a policy file that the old policies outlive: degraded
            // is 200.
            write(
                .text(reasons.text, status: reasons.notReady.isEmpty ? .ok : .serviceUnavailable), for: head,
                context: context)
        case "/metrics":
            var answer = AdminAnswer.text(exposition())
            answer.type = "text/plain; version=0.0.4; charset=utf-8"
            write(answer, for: head, context: context)
        case "/limits":
            // Where others count too, they are asked, which takes time.
            write(for: head, context: context) { [limits] in
                var answer = AdminAnswer.text("")
                (answer.type, answer.body) = ("application/json", limits())
                return answer
            }
        case "/rollouts", "/rollouts.html":
            // Where several gateways count what is spent together, that is asked.
            let page = String(path)
            write(for: head, context: context) { [rollouts] in rollouts.answer(page) }
        case "/models", "/models/explain", "/models.html":
            write(models(path, head.uri.dropFirst(path.utf8.count + 1)), for: head, context: context)
        case "/monitor", "/monitor.html":
            // A copy of all figures and some tests: not on a loop that serves callers.
            let page = String(path)
            write(for: head, context: context) { [monitor] in MonitorReport.answer(page[...], monitor) }
        case _ where ExposurePages.serves(path):
            write(pages.answer(head, on: context.eventLoop), for: head, context: context)
        default:
            write(
                .text(
                    "there are /livez, /readyz, /metrics, /limits, /models, /models.html, /monitor, /monitor.html, /rollouts, "
                        + "/rollouts.html and /exposure\n",
                    status: .notFound),
                for: head,
                context: context)
        }
    }

    /// Does what an operator asks for.
    private func order(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard ExposureHeaders.isForUs(head.headers), body.count <= RolloutsAnswering.mostBytes else {
            return write(.text("this can't be taken\n", status: .badRequest), for: head, context: context)
        }
        write(rollouts.answer(head, body, on: context.eventLoop), for: head, context: context)
    }

    /// Writes what is made on another thread.
    private func write(
        for head: HTTPRequestHead, context: ChannelHandlerContext, _ make: @escaping @Sendable () -> AdminAnswer
    ) {
        let answer = NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop, make)
        write(answer, for: head, context: context)
    }

    /// Writes what comes later. The pipeline gives us the next request when this one is answered.
    private func write(
        _ answer: EventLoopFuture<AdminAnswer>, for head: HTTPRequestHead, context: ChannelHandlerContext
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        answer.whenSuccess { answer in
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            handler.write(answer, for: head, context: context)
        }
    }

    private func write(_ answer: AdminAnswer, for head: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers: HTTPHeaders = ["content-type": answer.type, "content-length": "\(answer.body.count)"]
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        context.write(
            wrapOutboundOut(
                .head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))), promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
