import NIOCore
import NIOEmbedded
import NIOHTTP1
import SecureTransport
import Synchronization
import Testing

@testable import Gateway

/// A service that can't say at once whether it wants a body.
private final class Undecided: ExchangeService {
    let exchange = Mutex<Exchange?>(nil)
    let served = Mutex<[String]>([])
    let refused = Mutex<[Int]>([])
    let ends = Mutex(0)

    func admit(_ exchange: Exchange) -> HeadVerdict {
        self.exchange.withLock { $0 = exchange }
        return .waits
    }

    func serve(_ exchange: Exchange) {
        served.withLock { $0.append(String(buffer: exchange.body)) }
        exchange.answer(status: 200, headers: [:], body: ByteBuffer())
    }

    func refuse(_ exchange: Exchange, status: Int, reason: String) {
        refused.withLock { $0.append(status) }
        exchange.answer(status: status, headers: [:], body: ByteBuffer())
    }

    func refused(certificate fault: TLSFailure.CertificateFault, clientAddress: String) {}

    func ended(_ exchange: Exchange) { ends.withLock { $0 += 1 } }
}

/// Counts what is read from the socket.
private final class Reads: ChannelOutboundHandler {
    typealias OutboundIn = Never
    var count = 0
    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}

private struct Harness {
    let channel = EmbeddedChannel()
    let service = Undecided()
    let reads = Reads()

    init(bodyTimeout: TimeAmount = .hours(1)) throws {
        var limits = ListenerLimits()
        limits.bodyTimeout = bodyTimeout
        try channel.pipeline.syncOperations.addHandlers([
            reads,
            ExchangeHandler(
                service: service, limits: limits, framing: nil, clientAddress: "192.0.2.1", peerCertificate: nil),
        ])
        try channel.writeInbound(
            HTTPServerRequestPart.head(
                HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/chat/completions")))
    }

    func body(_ text: String) throws { try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: text))) }
    func end() throws { try channel.writeInbound(HTTPServerRequestPart.end(nil)) }
    var exchange: Exchange? { service.exchange.withLock { $0 } }
    var served: [String] { service.served.withLock { $0 } }

    /// The statuses answered with.
    func answers() throws -> [Int] {
        var found: [Int] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            if case .head(let head) = part { found.append(Int(head.status.code)) }
        }
        return found
    }
}

@Test func `nothing more is read until it is known who asks, and then all of it`() throws {
    let harness = try Harness()
    let before = harness.reads.count
    try harness.body("one ")
    harness.channel.read()
    harness.channel.read()
    #expect(harness.reads.count == before, "reading has stopped")
    #expect(harness.exchange?.body.readableBytes == 0, "what had come already is not looked at")
    harness.exchange?.proceed()
    #expect(harness.reads.count == before + 1, "reading goes on")
    try harness.body("two")
    try harness.end()
    #expect(harness.served == ["one two"])
    #expect(try harness.answers() == [200])
    #expect(harness.service.ends.withLock { $0 } == 1)
}

@Test func `a request that came whole with its head is served once it is known who asks`() throws {
    let harness = try Harness()
    try harness.body("all")
    try harness.end()
    #expect(harness.served.isEmpty)
    harness.exchange?.proceed()
    #expect(harness.served == ["all"])
    harness.exchange?.proceed()
    #expect(harness.served == ["all"], "and only once")
    #expect(try harness.answers() == [200])
}

@Test(arguments: [false, true])
func `who is nobody is answered and the body dropped`(isWhole: Bool) throws {
    let harness = try Harness()
    try harness.body("secret")
    if isWhole { try harness.end() }
    let before = harness.reads.count
    harness.channel.read()
    harness.exchange?.answer(status: 401, headers: [:], body: ByteBuffer())
    #expect(harness.reads.count == before + 1, "the rest is read and dropped")
    if !isWhole { try harness.end() }
    harness.exchange?.proceed()
    #expect(harness.served.isEmpty)
    #expect(try harness.answers() == [401])
    #expect(harness.service.ends.withLock { $0 } == 1)
}

@Test func `a caller that leaves meanwhile is gone`() throws {
    let harness = try Harness()
    try harness.body("x")
    _ = try harness.channel.finish()
    #expect(harness.exchange?.isOver == true)
    harness.exchange?.proceed()
    #expect(harness.served.isEmpty)
    #expect(harness.service.ends.withLock { $0 } == 1)
}

@Test func `waiting has an end`() throws {
    let harness = try Harness(bodyTimeout: .nanoseconds(0))
    harness.channel.embeddedEventLoop.advanceTime(to: .now())
    #expect(harness.service.refused.withLock { $0 } == [503])
    #expect(try harness.answers() == [503])
}
