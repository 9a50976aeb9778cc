import NIOCore
import NIOHTTP1
import SecureTransport

/// One request of one caller and the answer to it, whatever version of HTTP carries them.
///
/// Confined to the event loop of its connection: every member is used there, which is what makes `@unchecked` true.
final class Exchange: @unchecked Sendable {
    /// Who carries the answer: the handler of the connection or stream.
    protocol Transport: AnyObject {
        var isWritable: Bool { get }
        func writeHead(_ head: HTTPResponseHead, isWhole: Bool)
        func writeBody(_ bytes: ByteBuffer)
        func finish()
        func flush()
        func abort()
        /// The exchange that `ExchangeService.admit` let wait is admitted.
        func admitted()
    }

    /// The loop that all of this runs on.
    let loop: any EventLoop
    /// Method, target and fields as they came.
    let head: HTTPRequestHead
    /// The caller's address, without its port; empty where the socket has none.
    let clientAddress: String
    /// The caller's certificate, where one was shown and accepted.
    let peerCertificate: PeerCertificate?
    /// The body, whole once `Service.serve` is called.
    var body = ByteBuffer()
    /// What it may hold of the bytes that all bodies share; given back with the exchange.
    var share: BodyBudget.Share?
    /// What admission found out and serving goes on with.
    var admission: (any Sendable)?
    /// Called once when the caller has gone before its answer was whole.
    var callerLeft: (() -> Void)?
    /// Called each time the caller can take more after it could not.
    var becameWritable: (() -> Void)?

    private weak var transport: (any Transport)?
    private(set) var hasBegunAnswer = false
    /// The status answered with; 499 (as nginx has it) while the caller has none.
    private(set) var answeredStatus = 499
    private(set) var isOver = false
    /// Whether its request goes on when its caller leaves.
    var isCarried = false

    init(
        loop: any EventLoop, head: HTTPRequestHead, clientAddress: String, peerCertificate: PeerCertificate?,
        transport: any Transport
    ) {
        self.loop = loop
        self.head = head
        self.clientAddress = clientAddress
        self.peerCertificate = peerCertificate
        self.transport = transport
    }

    /// Gives the body away, so that it is not kept twice.
    func takeBody() -> ByteBuffer {
        defer { body = ByteBuffer() }
        return body
    }

    /// Whether the caller takes more bytes now.
    var isWritable: Bool { transport?.isWritable ?? false }

    /// Has the body read after all, where `ExchangeService.admit` said `.waits`.
    func proceed() {
        guard !isOver, !hasBegunAnswer else { return }
        transport?.admitted()
    }

    /// Answers whole.
    func answer(status: Int, headers: HTTPHeaders, body: ByteBuffer) {
        guard !isOver, !hasBegunAnswer else { return }
        var headers = headers
        headers.add(name: "content-length", value: String(body.readableBytes))
        begin(status: status, headers: headers, isWhole: true)
        if head.method != .HEAD, body.readableBytes > 0 { transport?.writeBody(body) }
        finish()
    }

    /// Begins an answer whose body comes in pieces.
    func begin(status: Int, headers: HTTPHeaders, isWhole: Bool = false) {
        guard !isOver, !hasBegunAnswer else { return }
        hasBegunAnswer = true
        answeredStatus = status
        transport?.writeHead(
            HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers),
            isWhole: isWhole)
    }

    /// Writes a piece of the body; `flush` sends what was written.
    func write(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        transport?.writeBody(bytes)
    }

    /// Sends what was written.
    func flush() {
        guard !isOver else { return }
        transport?.flush()
    }

    /// Ends the answer cleanly.
    func finish() {
        guard !isOver else { return }
        isOver = true
        callerLeft = nil
        becameWritable = nil
        transport?.finish()
    }

    /// Cuts the answer off so that the caller sees that it is not whole.
    func abort() {
        guard !isOver else { return }
        isOver = true
        callerLeft = nil
        becameWritable = nil
        transport?.abort()
    }

    /// The transport tells that the caller has gone.
    func transportClosed() {
        guard !isOver else { return }
        isOver = true
        let told = callerLeft
        callerLeft = nil
        becameWritable = nil
        told?()
    }
}

/// What becomes of an exchange whose head has come.
enum HeadVerdict {
    /// Its body is read, and then served.
    case takesBody
    /// It was answered; the body is dropped.
    case answered
    /// Not known yet, so nothing more is read: `Exchange.proceed` has the body read later, an answer drops it. The caller may leave
    /// before either.
    case waits
}

/// What answers the requests that a listener frames. Called on the exchange's event loop.
protocol ExchangeService: AnyObject, Sendable {
    /// The head has come.
    func admit(_ exchange: Exchange) -> HeadVerdict
    /// The body is whole: answer.
    func serve(_ exchange: Exchange)
    /// Refuse a request that is framed badly or too large, in the shape its path asks for.
    func refuse(_ exchange: Exchange, status: Int, reason: String)
    /// A connection ended in its handshake, since its client has no certificate that counts.
    func refused(certificate fault: TLSFailure.CertificateFault, clientAddress: String)
    /// The exchange is over, however it ended; called once for each that was admitted or refused.
    func ended(_ exchange: Exchange)
}
