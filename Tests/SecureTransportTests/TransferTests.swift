import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import SecureTransport

/// Real sockets: much data, slow readers, half-closed connections, abrupt ends.
@Suite struct TransferTests {
    let certificates = TestCertificates.shared

    @Test(arguments: ["TLSv1_2", "TLSv1_3"])
    func `20 MB come through in each direction unchanged`(version: String) async throws {
        let server = try await TestServer.start(certificates.configuration) { channel in
            try channel.pipeline.syncOperations.addHandler(StoreAndReturn(20_000_000))
        }
        let result = try await shell(
            """
            python3 - <<'P'
            import hashlib, os, socket, ssl
            c = ssl.create_default_context(cafile="\(certificates.files.authority)")
            c.maximum_version = ssl.TLSVersion.\(version)
            s = c.wrap_socket(socket.create_connection(("localhost", \(server.port))), server_hostname="localhost")
            data = os.urandom(20_000_000)
            s.sendall(data)
            back = bytearray()
            while len(back) < len(data):
                piece = s.recv(1 << 20)
                assert piece, "cut"
                back += piece
            print(hashlib.sha256(data).hexdigest() == hashlib.sha256(back).hexdigest())
            P
            """)
        #expect(result == "True\n")
        try await server.stop()
    }

    @Test func `a reader that stops makes the server stop reading and writing`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let before = residentKilobytes()
        let result = try await shell(
            """
            python3 - <<'P'
            import socket, ssl, threading
            c = ssl.create_default_context(cafile="\(certificates.files.authority)")
            s = c.wrap_socket(socket.create_connection(("localhost", \(server.port))), server_hostname="localhost")
            s.settimeout(1.5)
            sent = 0
            try:
                while sent < 200_000_000:
                    sent += s.send(b"x" * 65536)
            except (TimeoutError, ssl.SSLWantWriteError):
                print("stopped", sent)
            P
            """)
        #expect(result.hasPrefix("stopped"), "\(result)")
        let sent = Int(result.split(separator: " ").last?.trimmingCharacters(in: .newlines) ?? "") ?? .max
        #expect(sent < 50_000_000, "taken before stopping: \(sent)")
        // Other tests of this process run at the same time and need memory too; 200 MB would not hide in this.
        #expect(residentKilobytes() - before < 150_000)
        try await server.stop()
    }

    @Test func `a half-closed client still gets its answer where that is allowed`() async throws {
        let server = try await TestServer.start(certificates.configuration, halfClosure: true) { channel in
            try channel.pipeline.syncOperations.addHandler(AnswerAtEnd())
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let raw = NIOLockedValueBox<[UInt8]>([])
        let client = try await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(MemoryClientHandler(raw))
                }
            }
            .connect(host: "127.0.0.1", port: server.port).get()
        #expect(try await server.log.wait { $0.inactive == 1 })
        // The client's own loop may be a moment later.
        let answer = { String(decoding: raw.withLockedValue { $0 }, as: UTF8.self) }
        #expect(try await server.log.wait { _ in answer().utf8.count >= 11 } && answer() == "got 8 bytes")
        #expect(server.log.current.inputClosed == 1)
        #expect(server.log.current.failures.isEmpty)
        try? await client.close().get()
        try await server.stop()
    }

    @Test func `an abrupt end on a real socket is a truncation, a clean one is not`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let script = { (ending: String) in
            """
            python3 - <<'P'
            import socket, ssl
            c = ssl.create_default_context(cafile="\(certificates.files.authority)")
            s = c.wrap_socket(socket.create_connection(("localhost", \(server.port))), server_hostname="localhost")
            s.send(b"hello"); assert s.recv(5) == b"hello"
            \(ending)
            P
            """
        }
        _ = try await shell(script("s.unwrap()"))
        #expect(try await server.log.wait { $0.inactive == 1 })
        #expect(server.log.current.failures.isEmpty)
        _ = try await shell(script("s.shutdown(socket.SHUT_WR) if False else socket.socket(fileno=s.detach()).close()"))
        #expect(try await server.log.wait { $0.inactive == 2 })
        #expect(server.log.current.failures == [.truncated])
        try await server.stop()
    }

    @Test func `the client sees close_notify and a clean end after the last byte`() async throws {
        let server = try await TestServer.start(certificates.configuration) { channel in
            try channel.pipeline.syncOperations.addHandler(AnswerAndClose())
        }
        let client = try await OpenSSLCommand.run(
            ["s_client", "-connect", "127.0.0.1:\(server.port)", "-msg"], input: "x\n",
            until: { $0.contains("close_notify") })
        #expect(client.output.contains("<<< TLS 1.3, Alert [length 0002], warning close_notify"), "\(client.output)")
        #expect(client.output.contains("goodbye"))
        #expect(client.status == 0)
        #expect(try await server.log.wait { $0.inactive == 1 })
        try await server.stop()
    }

    @Test func `nothing is delivered that was not asked for`() async throws {
        let server = try await TestServer.start(certificates.configuration) { channel in
            try channel.pipeline.syncOperations.addHandler(OnlyOnDemand())
        }
        let client = try await OpenSSLCommand.connect(server.port, input: "echo-me\n")
        #expect(client.isEchoed, "\(client.output)")
        try await server.stop()
    }
}

/// Takes `total` bytes, then gives them back, in pieces as the peer takes them.
private final class StoreAndReturn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let total: Int
    private var stored = ByteBuffer()
    private var isReturning = false

    init(_ total: Int) { self.total = total }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        stored.writeBuffer(&piece)
        guard stored.readableBytes >= total else { return }
        isReturning = true
        giveBack(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReturning { giveBack(context) }
    }

    private func giveBack(_ context: ChannelHandlerContext) {
        while context.channel.isWritable, let piece = stored.readSlice(length: min(70_000, stored.readableBytes)) {
            guard piece.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
        }
    }
}

/// Answers with a count when the peer has finished.
private final class AnswerAtEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { count += unwrapInboundIn(data).readableBytes }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "got \(count) bytes")), promise: nil)
        context.close(promise: nil)
    }
}

/// Says goodbye to the first byte, in one breath with closing.
private final class AnswerAndClose: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "goodbye\n")), promise: nil)
        context.close(promise: nil)
    }
}

/// Switches autoRead off and reads by hand.
private final class OnlyOnDemand: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        _ = context.channel.setOption(.autoRead, value: false)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }
}

/// The client's half of TLS on a real channel: sends `question` and `close_notify`, collects the answer.
private final class MemoryClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let client = MemoryClient()
    private let received: NIOLockedValueBox<[UInt8]>
    private var isAsked = false

    init(_ received: NIOLockedValueBox<[UInt8]>) { self.received = received }

    func channelActive(context: ChannelHandlerContext) { proceed(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.receive(Array(unwrapInboundIn(data).readableBytesView))
        proceed(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    private func proceed(_ context: ChannelHandlerContext) {
        if client.handshake(), !isAsked {
            isAsked = true
            client.write(Array("question".utf8))
            client.sendCloseNotify()
        }
        if isAsked {
            let bytes = client.read()
            received.withLockedValue { $0 += bytes }
        }
        let output = client.takeOutput()
        if !output.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: output)), promise: nil) }
    }
}

private func residentKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.split(separator: " ").dropLast().last ?? "") ?? 0
}
