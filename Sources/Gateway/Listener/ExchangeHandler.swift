import NIOCore
import NIOHTTP1
import SecureTransport

/// Turns the parts of HTTP requests into exchanges, one after the other, and writes their answers. The same handler
/// serves an HTTP/1.1 connection (with its `HTTP1FramingGuard`) and one stream of an HTTP/2 connection (without).
final class ExchangeHandler: ChannelDuplexHandler, Exchange.Transport {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// Between requests.
        case idle
        /// Whether the body is wanted is not known yet: nothing more is read, and what had come already is kept as it is.
        case waiting
        /// The body of the exchange is coming.
        case reading
        /// The exchange was answered before its body had come; the rest is read and dropped, so that the caller gets
        /// to read the answer (RFC 9112 §9.6).
        case dropping
        /// The body is whole, the answer is due.
        case answering
        /// Nothing more is served on this connection.
        case closing
    }

    /// Bytes and time that an early answer's caller may go on sending before it is cut off.
    private static let lingerBytes = 256 << 20
    private static let lingerTime = TimeAmount.seconds(30)
    /// A body that brings less in `bodyTimeout` is too slow: a byte now and then must not hold a place.
    private static let progressBytes = 16 << 10

    private let service: any ExchangeService
    private let limits: ListenerLimits
    private let framing: HTTP1FramingGuard?
    private let clientAddress: String
    private let peerCertificate: PeerCertificate?
    private var context: ChannelHandlerContext?
    private var timer: LazyTimer?
    private var phase = Phase.idle
    private var exchange: Exchange?
    private var dropped = 0
    private var bytesSinceDeadline = 0
    private var keepsAlive = true
    private var isDraining = false
    private var inRead = false
    private var flushPending = false
    /// What came with the head while the service could not tell yet: at most one read, or one window of HTTP/2.
    private var held: [HTTPServerRequestPart] = []
    private var readPending = false

    init(
        service: any ExchangeService, limits: ListenerLimits, framing: HTTP1FramingGuard?, clientAddress: String,
        peerCertificate: PeerCertificate?
    ) {
        self.service = service
        self.limits = limits
        self.framing = framing
        self.clientAddress = clientAddress
        self.peerCertificate = peerCertificate
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = LazyTimer(loop: context.eventLoop) { [weak self] in self?.timedOut() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        self.context = nil
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inRead = true
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context: context)
        case .body(let bytes): receive(bytes)
        case .end: endOfRequest()
        }
    }

    func read(context: ChannelHandlerContext) {
        if case .waiting = phase {
            readPending = true
        } else {
            context.read()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        inRead = false
        if flushPending {
            flushPending = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard case .idle = phase else { return }
        keepsAlive = framing == nil || (head.isKeepAlive && !isDraining)
        let exchange = Exchange(
            loop: context.eventLoop, head: head, clientAddress: clientAddress, peerCertificate: peerCertificate,
            transport: self)
        self.exchange = exchange
        phase = .reading
        dropped = 0
        bytesSinceDeadline = 0
        guard head.headers.count <= limits.headerCount else {
            return service.refuse(exchange, status: 431, reason: "more than \(limits.headerCount) header fields")
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodyBytes {
            return service.refuse(exchange, status: 413, reason: tooLarge)
        }
        switch service.admit(exchange) {
        case .answered: break
        case .takesBody: if !exchange.isOver { takeBody(of: exchange, context) }
        case .waits:
            guard !exchange.isOver else { return }
            phase = .waiting
            timer?.expire(in: limits.bodyTimeout)
        }
    }

    private func takeBody(of exchange: Exchange, _ context: ChannelHandlerContext) {
        timer?.expire(in: limits.bodyTimeout)
        if exchange.head.version == .http1_1, exchange.head.headers.contains(name: "expect") {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
        }
    }

    /// Goes on with what was held back.
    private func release() {
        let parts = held
        held = []
        for part in parts {
            switch part {
            case .head: break
            case .body(let bytes): receive(bytes)
            case .end: endOfRequest()
            }
        }
        guard readPending else { return }
        readPending = false
        context?.read()
    }

    private var tooLarge: String { "the body is larger than \(limits.bodyBytes) bytes" }

    private func receive(_ bytes: ByteBuffer) {
        switch phase {
        case .waiting:
            held.append(.body(bytes))
        case .reading:
            guard let exchange else { return }
            bytesSinceDeadline += bytes.readableBytes
            if bytesSinceDeadline >= Self.progressBytes {
                bytesSinceDeadline = 0
                timer?.expire(in: limits.bodyTimeout)
            }
            guard exchange.body.readableBytes + bytes.readableBytes <= limits.bodyBytes else {
                exchange.body = ByteBuffer()
                return service.refuse(exchange, status: 413, reason: tooLarge)
            }
            guard exchange.share?.take(bytes.readableBytes) ?? true else {
                exchange.body = ByteBuffer()
                return service.refuse(exchange, status: 503, reason: "too many bytes of requests are under way")
            }
            if exchange.body.readableBytes == 0 {
                exchange.body = bytes
            } else {
                exchange.body.writeImmutableBuffer(bytes)
            }
        case .dropping:
            dropped += bytes.readableBytes
            if dropped > Self.lingerBytes { close() }
        case .idle, .answering, .closing:
            break
        }
    }

    private func endOfRequest() {
        switch phase {
        case .waiting:
            held.append(.end(nil))
        case .reading:
            guard let exchange else { return }
            phase = .answering
            timer?.clear()
            service.serve(exchange)
        case .dropping:
            concluded()
        case .idle, .answering, .closing:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let refusal as FramingRefusal:
            keepsAlive = false
            refuseFraming(refusal, context: context)
        case is ChannelShouldQuiesceEvent:
            isDraining = true
            keepsAlive = false
            if framing?.isIdle == true, case .idle = phase { close() }
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func refuseFraming(_ refusal: FramingRefusal, context: ChannelHandlerContext) {
        if let exchange, !exchange.hasBegunAnswer {
            service.refuse(exchange, status: refusal.status, reason: refusal.reason)
        } else if exchange == nil, case .idle = phase {
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
            let exchange = Exchange(
                loop: context.eventLoop, head: head, clientAddress: clientAddress, peerCertificate: peerCertificate,
                transport: self)
            self.exchange = exchange
            phase = .reading
            service.refuse(exchange, status: refusal.status, reason: refusal.reason)
        } else {
            close()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's parser refuses what the guard let through, or the transport failed: in both cases nobody can be sure
        // where the next request begins.
        keepsAlive = false
        if error is HTTPParserError, exchange == nil || exchange?.hasBegunAnswer == false {
            refuseFraming(FramingRefusal(status: 400, reason: "the request is not HTTP"), context: context)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        callerLeft()
        phase = .closing
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if case .answering = phase { timer?.clear() }
            exchange?.becameWritable?()
        } else if case .answering = phase {
            timer?.expire(in: limits.idleTimeout)
        }
        context.fireChannelWritabilityChanged()
    }

    private func callerLeft() {
        held = []
        guard let exchange else { return }
        self.exchange = nil
        exchange.transportClosed()
        service.ended(exchange)
    }

    private func timedOut() {
        switch phase {
        case .waiting:
            guard let exchange else { return close() }
            service.refuse(exchange, status: 503, reason: "who asks could not be found out in time")
        case .reading:
            guard let exchange else { return close() }
            keepsAlive = false
            service.refuse(exchange, status: 408, reason: "the request's body did not arrive in time")
            close()
        case .answering:
            // The caller does not read its answer.
            context?.close(promise: nil)
        case .dropping:
            close()
        case .closing where framing == nil:
            context?.close(mode: .all, promise: nil)
        case .idle, .closing:
            break
        }
    }

    private var bodyHasCome: Bool {
        switch phase {
        case .waiting, .reading: false
        case .idle, .dropping, .answering, .closing: true
        }
    }

    // MARK: - Out (Exchange.Transport)

    func admitted() {
        guard case .waiting = phase, let exchange, let context else { return }
        phase = .reading
        takeBody(of: exchange, context)
        release()
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func writeHead(_ head: HTTPResponseHead, isWhole: Bool) {
        guard let context else { return }
        var head = head
        if !bodyHasCome, framing != nil, exchange?.head.method != .GET { keepsAlive = false }
        if framing != nil {
            // HTTP/1.0 knows no chunks: there the end of the connection ends a stream.
            let takesChunks = exchange?.head.version != .http1_0
            if !isWhole, !takesChunks { keepsAlive = false }
            if !keepsAlive { head.headers.add(name: "connection", value: "close") }
            if !isWhole, takesChunks { head.headers.add(name: "transfer-encoding", value: "chunked") }
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    func writeBody(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    }

    func flush() {
        if inRead {
            flushPending = true
        } else {
            context?.flush()
        }
    }

    func finish() {
        guard let context, let exchange else { return }
        // Before the end is written: HTTP/2 closes the stream within that write, and the exchange must end only once.
        self.exchange = nil
        let phaseBefore = phase
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        flush()
        service.ended(exchange)
        switch phaseBefore {
        case .waiting, .reading:
            // After a framing refusal no further part comes, so there is no end of the request to wait for.
            if framing?.hasStopped == true { return concluded() }
            phase = .dropping
            timer?.expire(in: Self.lingerTime)
            release()
        case .answering:
            concluded()
        case .idle, .dropping, .closing:
            break
        }
    }

    func abort() {
        guard let exchange else { return }
        self.exchange = nil
        phase = .closing
        service.ended(exchange)
        // Without the end of the body: over HTTP/1.1 the last chunk is missing, over HTTP/2 the stream is reset.
        context?.flush()
        context?.close(mode: .all, promise: nil)
    }

    /// The exchange is answered and its request read to the end.
    private func concluded() {
        timer?.clear()
        guard let framing else {
            // Both sides of the stream have ended; HTTP/2 closes it by itself, once the caller has given its window for what
            // is written.
            phase = .closing
            timer?.expire(in: limits.idleTimeout)
            return
        }
        guard keepsAlive, !isDraining else { return close() }
        phase = .idle
        framing.answerFinished()
    }

    private func close() {
        phase = .closing
        framing?.stop()
        context?.flush()
        context?.close(mode: .all, promise: nil)
    }
}
