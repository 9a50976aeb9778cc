import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

/// Collects what a guard lets through and what it refuses.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var passed = ""
    var refusal: FramingRefusal?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        passed += String(buffer: unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let refusal = event as? FramingRefusal { self.refusal = refusal }
    }
}

private struct Harness {
    let channel = EmbeddedChannel()
    let framing: HTTP1FramingGuard
    let collector = Collector()

    init(limits: ListenerLimits = ListenerLimits()) throws {
        framing = HTTP1FramingGuard(limits: limits)
        try channel.pipeline.syncOperations.addHandlers([framing, collector])
    }

    func feed(_ text: some StringProtocol) throws { try channel.writeInbound(ByteBuffer(string: String(text))) }
}

private let get = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
private let post = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{\"a\":"
private let chunked =
    "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\nA\r\n0123456789\r\n0\r\n\r\n"

@Test(arguments: [get, post, chunked])
func `a good request passes whole, wherever its bytes are cut, and what follows waits for its answer`(request: String)
    throws
{
    for cut in 1..<request.utf8.count {
        let harness = try Harness()
        let bytes = Array((request + get).utf8)
        try harness.feed(String(decoding: bytes[..<cut], as: UTF8.self))
        try harness.feed(String(decoding: bytes[cut...], as: UTF8.self))
        #expect(harness.collector.passed == request)
        #expect(harness.collector.refusal == nil)
        harness.framing.answerFinished()
        #expect(harness.collector.passed == request + get)
    }
}

@Test func `a request that comes byte by byte passes`() throws {
    let harness = try Harness()
    for byte in chunked.utf8 { try harness.feed(String(UnicodeScalar(byte))) }
    #expect(harness.collector.passed == chunked)
}

@Test(arguments: [
    ("GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("GET /v1/models HTTP/1.1\r\n\r\n", 400),
    ("GET /v1/models HTTP/1.1\nHost: a\n\n", 400),
    ("GET /v1/models HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET /v1/models HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
    ("GET /v1/models HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", 400),
])
func `what two readers could cut differently is refused, wherever its bytes are cut`(request: String, status: Int)
    throws
{
    for cut in 1..<request.utf8.count {
        let harness = try Harness()
        let bytes = Array((request + get).utf8)
        try harness.feed(String(decoding: bytes[..<cut], as: UTF8.self))
        try harness.feed(String(decoding: bytes[cut...], as: UTF8.self))
        #expect(harness.collector.refusal?.status == status)
        #expect(!harness.collector.passed.contains("/v1/models HTTP/1.1\r\nHost: localhost"), "nothing after it passes")
        harness.framing.answerFinished()
        try harness.feed(get)
        #expect(!harness.collector.passed.contains("/v1/models HTTP/1.1\r\nHost: localhost"))
    }
}

@Test func `heads beyond the limits are refused`() throws {
    var limits = ListenerLimits()
    limits.headerCount = 3
    let many = try Harness(limits: limits)
    try many.feed("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n")
    #expect(many.collector.refusal?.status == 431)
    limits.headerBytes = 64
    let long = try Harness(limits: limits)
    try long.feed("GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "x", count: 64))
    #expect(long.collector.refusal?.status == 431)
}

@Test func `arbitrary bytes never trap`() throws {
    var generator = SplitMix(state: 7)
    for _ in 0..<2_000 {
        let harness = try Harness()
        var bytes = Array(chunked.utf8)
        for _ in 0..<Int(generator.next() % 6) {
            bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
        }
        try harness.channel.writeInbound(ByteBuffer(bytes: bytes))
    }
}

/// Random numbers that are the same in each run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
