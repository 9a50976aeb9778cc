import NIOCore
import NIOHTTP1
import NIOPosix

/// What operators and their tools ask: `/livez`, `/readyz` and `/metrics`, in plain HTTP on a loopback port of its own.
final class AdminServer: Sendable {
    /// Why the gateway is not ready, one reason a line; empty when it is.
    typealias Readiness = @Sendable () -> [String]
    /// The metrics in Prometheus' text format.
    typealias Exposition = @Sendable () -> String

    private let group: MultiThreadedEventLoopGroup
    private let readiness: Readiness
    private let exposition: Exposition

    init(
        group: MultiThreadedEventLoopGroup, readiness: @escaping Readiness, exposition: @escaping Exposition
    ) {
        self.group = group
        self.readiness = readiness
        self.exposition = exposition
    }

    /// Begins to listen. Blocks; not on an event loop.
    func start(address: String, port: Int) throws {
        _ = try ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [readiness, exposition] channel in
                channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    try sync.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
                    try sync.configureHTTPServerPipeline(withErrorHandling: true)
                    try sync.addHandler(AdminHandler(readiness: readiness, exposition: exposition))
                }
            }
            .bind(host: address, port: port).wait()
    }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let readiness: AdminServer.Readiness
    private let exposition: AdminServer.Exposition
    private var head: HTTPRequestHead?

    init(readiness: @escaping AdminServer.Readiness, exposition: @escaping AdminServer.Exposition) {
        self.readiness = readiness
        self.exposition = exposition
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
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
        guard head.method == .GET || head.method == .HEAD else {
            return write(status: .methodNotAllowed, "only GET is served here\n", for: head, context: context)
        }
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/livez":
            write(status: .ok, "ok\n", for: head, context: context)
        case "/readyz":
            let reasons = readiness()
            let text = reasons.isEmpty ? "ready\n" : reasons.map { "not ready: \($0)\n" }.joined()
            write(status: reasons.isEmpty ? .ok : .serviceUnavailable, text, for: head, context: context)
        case "/metrics":
            write(
                status: .ok, exposition(), type: "text/plain; version=0.0.4; charset=utf-8", for: head,
                context: context)
        default:
            write(
                status: .notFound, "there are /livez, /readyz and /metrics\n", for: head, context: context)
        }
    }

    private func write(
        status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8",
        for head: HTTPRequestHead, context: ChannelHandlerContext
    ) {
        let body = ByteBuffer(string: text)
        let headers: HTTPHeaders = ["content-type": type, "content-length": "\(body.readableBytes)"]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
