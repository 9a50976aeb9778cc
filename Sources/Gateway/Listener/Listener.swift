import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import SecureTransport
import Synchronization

/// Accepts TLS connections and turns their requests into exchanges for a service.
final class Listener: Sendable {
    private struct Connections {
        var open: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let group: MultiThreadedEventLoopGroup
    private let tls: TLSServerContext
    private let limits: ListenerLimits
    private let service: any ExchangeService
    private let connections = Mutex(Connections())
    private let server = Mutex<(any Channel)?>(nil)

    init(
        group: MultiThreadedEventLoopGroup, tls: TLSServerContext, limits: ListenerLimits,
        service: any ExchangeService
    ) {
        self.group = group
        self.tls = tls
        self.limits = limits
        self.service = service
    }

    /// Begins to accept; returns the port, which the system chose where `port` is 0.
    /// Blocks; not on an event loop.
    func start(address: String, port: Int) throws -> Int {
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A caller that reads slowly is told apart after 64 KiB; the answer's source is then read no further.
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 << 10, high: 64 << 10))
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .listen(at: address, port, setting: "listen")
        server.withLock { $0 = channel }
        return channel.localAddress?.port ?? port
    }

    /// Stops accepting and asks every connection to end after what it is doing.
    func drain() {
        server.withLock { $0 }?.close(promise: nil)
        let open = connections.withLock {
            $0.isDraining = true
            return Array($0.open.values)
        }
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Closes what is still open.
    func closeAll() {
        for channel in connections.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }

    /// How many connections are open.
    var openConnections: Int { connections.withLock { $0.open.count } }

    private func accept(_ channel: any Channel) throws {
        let id = ObjectIdentifier(channel)
        let isWelcome = connections.withLock {
            guard !$0.isDraining, $0.open.count < limits.connections else { return false }
            $0.open[id] = channel
            return true
        }
        guard isWelcome else { throw ChannelError.operationUnsupported }
        channel.closeFuture.whenComplete { [self] _ in
            connections.withLock { _ = $0.open.removeValue(forKey: id) }
        }
        let sync = channel.pipeline.syncOperations
        try sync.addHandler(tls.makeHandler())
        try sync.addHandler(
            ProtocolNegotiation(
                service: service, limits: limits, clientAddress: channel.remoteAddress?.ipAddress ?? ""))
    }
}

/// Waits for the end of the TLS handshake and then sets up the protocol that it agreed on.
private final class ProtocolNegotiation: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let service: any ExchangeService
    private let limits: ListenerLimits
    private let clientAddress: String

    init(service: any ExchangeService, limits: ListenerLimits, clientAddress: String) {
        self.service = service
        self.limits = limits
        self.clientAddress = clientAddress
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing was asked yet, so nothing is lost.
        if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
        guard let done = event as? TLSHandshakeCompleted else {
            return context.fireUserInboundEventTriggered(event)
        }
        do {
            if done.applicationProtocol == "h2" {
                try configureHTTP2(context: context, peer: done.peer)
            } else {
                try configureHTTP1(context: context, peer: done.peer)
            }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let fault = (error as? TLSFailure)?.certificateFault {
            service.refused(certificate: fault, clientAddress: clientAddress)
        }
        context.close(promise: nil)
    }

    private func configureHTTP1(context: ChannelHandlerContext, peer: PeerCertificate?) throws {
        let framing = HTTP1FramingGuard(limits: limits)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headerBytes
        decoderLimits.maxHeaderListSize = limits.headerBytes
        decoderLimits.maxHeaderFieldCount = limits.headerCount
        // `Exchange` says how long a body is, or that it comes in chunks.
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        try context.pipeline.syncOperations.addHandlers(
            framing,
            HTTPResponseEncoder(configuration: encoding),
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)),
            ExchangeHandler(
                service: service, limits: limits, framing: framing, clientAddress: clientAddress, peerCertificate: peer)
        )
    }

    private func configureHTTP2(context: ChannelHandlerContext, peer: PeerCertificate?) throws {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        connection.targetWindowSize = 1 << 20
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = 256 << 10
        let handler = HTTP2ConnectionHandler(timeout: limits.idleTimeout)
        let activity = NIOLoopBound(handler, eventLoop: context.eventLoop)
        let (service, limits, clientAddress) = (service, limits, clientAddress)
        _ = try context.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connection, streamConfiguration: stream
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                activity.value.streamOpened()
                channel.closeFuture.assumeIsolated().whenComplete { _ in activity.value.streamClosed() }
                try channel.pipeline.syncOperations.addHandlers(
                    HTTP2FramePayloadToHTTP1ServerCodec(),
                    ExchangeHandler(
                        service: service, limits: limits, framing: nil, clientAddress: clientAddress,
                        peerCertificate: peer)
                )
            }
        }
        try context.pipeline.syncOperations.addHandler(handler)
    }
}

/// Ends an HTTP/2 connection on which nothing has been asked for a while, or that is asked to end and has nothing left to
/// do, or whose peer broke the protocol: NIO then sends GOAWAY and leaves the closing to us.
private final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = Never

    private let timeout: TimeAmount
    private var timer: LazyTimer?
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isDraining = false

    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let timer = LazyTimer(loop: context.eventLoop) { [weak self] in self?.timedOut() }
        timer.expire(in: timeout)
        self.timer = timer
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { drain(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream:
            // What concerns one stream ends that stream only.
            break
        case is NIOHTTP2Errors.ExcessiveRSTFrames, is NIOHTTP2Errors.ExcessiveControlFrames,
            is NIOHTTP2Errors.ExcessiveContinuationFrames, is NIOHTTP2Errors.ExcessiveStreamErrors,
            is NIOHTTP2Errors.ExcessiveNumberOfGlitches, is NIOHTTP2Errors.ExcessiveEmptyDataFrames,
            is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock, is NIOHTTP2Errors.ExcessiveOutboundFrameBuffering:
            // A flood: its streams are not worth finishing.
            context.close(promise: nil)
        default:
            // The streams under way may finish; nothing new is served after them.
            drain(context)
        }
    }

    private func drain(_ context: ChannelHandlerContext) {
        isDraining = true
        if streams == 0 { context.close(promise: nil) }
    }

    func streamOpened() {
        streams += 1
        timer?.clear()
    }

    func streamClosed() {
        streams -= 1
        guard streams == 0 else { return }
        if isDraining { context?.close(promise: nil) } else { timer?.expire(in: timeout) }
    }

    private func timedOut() {
        if streams == 0 { context?.close(promise: nil) }
    }
}
