import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import SecureTransport

/// The handler byte by byte, against an OpenSSL client in memory.
@Suite struct HandlerTests {
    let context: TLSServerContext

    init() throws {
        context = try TLSServerContext(TestCertificates.shared.configuration)
    }

    private func connected(_ version: Int32 = TLS1_3_VERSION) throws -> (EmbeddedChannel, MemoryClient) {
        let channel = try EmbeddedChannel.server(context)
        let client = MemoryClient(version: version)
        try channel.exchange(with: client)
        #expect(client.handshake())
        // The first answer brings the ticket: let it be past.
        channel.writeAndFlush(ByteBuffer(string: "first"), promise: nil)
        client.receive(try channel.takeCiphertext())
        #expect(client.read() == Array("first".utf8))
        return (channel, client)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a handshake works with the client's flights split at every byte`(version: Int32) throws {
        var split = 0
        var isLast = false
        while !isLast {
            isLast = true
            let channel = try EmbeddedChannel.server(context)
            let client = MemoryClient(version: version)
            var isFinished = false
            while !isFinished {
                isFinished = client.handshake()
                let flight = client.takeOutput()
                if split < flight.count {
                    isLast = false
                    try channel.writeInbound(ByteBuffer(bytes: flight[..<split]))
                    try channel.writeInbound(ByteBuffer(bytes: flight[split...]))
                } else if !flight.isEmpty {
                    try channel.writeInbound(ByteBuffer(bytes: flight))
                }
                client.receive(try channel.takeCiphertext())
            }
            client.write(Array("hello".utf8))
            try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
            #expect(try channel.takeCleartext() == Array("hello".utf8), "split \(split)")
            split += 1
        }
        #expect(split > 200)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a conversation works byte by byte`(version: Int32) throws {
        let channel = try EmbeddedChannel.server(context)
        let client = MemoryClient(version: version)
        func trickle() throws {
            for byte in client.takeOutput() { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
            client.receive(try channel.takeCiphertext())
        }
        while !client.handshake() { try trickle() }
        try trickle()
        client.write(Array("hello".utf8))
        try trickle()
        #expect(try channel.takeCleartext() == Array("hello".utf8))
        try channel.writeOutbound(ByteBuffer(string: "world"))
        client.receive(try channel.takeCiphertext())
        #expect(client.read() == Array("world".utf8))
    }

    @Test func `data that comes together with the client's last flight is delivered`() throws {
        let channel = try EmbeddedChannel.server(context)
        let client = MemoryClient()
        #expect(!client.handshake())
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        client.receive(try channel.takeCiphertext())
        #expect(client.handshake())
        client.write(Array("early bird".utf8))
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        #expect(try channel.takeCleartext() == Array("early bird".utf8))
    }

    @Test func `the ticket travels with the first answer`() throws {
        let channel = try EmbeddedChannel.server(context)
        let client = MemoryClient()
        _ = client.handshake()
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        client.receive(try channel.takeCiphertext())
        #expect(client.handshake())
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        #expect(try channel.takeCiphertext().isEmpty)
        channel.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
        let buffer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(records(Array(buffer.readableBytesView)) == 2)
        client.receive(Array(buffer.readableBytesView))
        #expect(client.read() == Array("answer".utf8))
    }

    @Test func `small writes until a flush leave as one record`() throws {
        let (channel, client) = try connected()
        for piece in ["head", "body", "end"] { channel.write(ByteBuffer(string: piece), promise: nil) }
        #expect(try channel.takeCiphertext().isEmpty)
        channel.flush()
        let buffer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(records(Array(buffer.readableBytesView)) == 1)
        client.receive(Array(buffer.readableBytesView))
        #expect(client.read() == Array("headbodyend".utf8))
    }

    @Test func `a large write leaves in full records and one buffer`() throws {
        let (channel, client) = try connected()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        let buffer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(records(Array(buffer.readableBytesView)) == 7)
        client.receive(Array(buffer.readableBytesView))
        #expect(client.read() == bytes)
    }

    @Test func `a caller's buffer is left as it was`() throws {
        let (channel, client) = try connected()
        let first = ByteBuffer(string: "first ")
        let second = ByteBuffer(string: "second")
        channel.write(first, promise: nil)
        channel.writeAndFlush(second, promise: nil)
        #expect(first == ByteBuffer(string: "first "))
        #expect(second == ByteBuffer(string: "second"))
        client.receive(try channel.takeCiphertext())
        #expect(client.read() == Array("first second".utf8))
    }

    @Test func `unflushed writes past the limit are encrypted and counted by the channel`() throws {
        let (channel, _) = try connected()
        for _ in 0..<5 { channel.write(ByteBuffer(repeating: 1, count: 16_384), promise: nil) }
        channel.flush()
        let first = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(first.readableBytes > 65_536)
        #expect(try channel.readOutbound(as: ByteBuffer.self)?.readableBytes ?? 0 > 16_384)
    }

    @Test func `every write's promise is kept`() throws {
        let (channel, _) = try connected()
        let promises = (0..<3).map { _ in channel.eventLoop.makePromise(of: Void.self) }
        for promise in promises { channel.write(ByteBuffer(string: "x"), promise: promise) }
        channel.flush()
        for promise in promises { try promise.futureResult.wait() }
    }

    @Test func `writes before the end of the handshake wait for it`() throws {
        let channel = try EmbeddedChannel.server(context)
        channel.writeAndFlush(ByteBuffer(string: "patience"), promise: nil)
        #expect(try channel.takeCiphertext().isEmpty)
        let client = MemoryClient()
        try channel.exchange(with: client)
        #expect(client.read() == Array("patience".utf8))
    }

    @Test func `writes before the handshake are bounded`() throws {
        let channel = try EmbeddedChannel.server(context)
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.write(ByteBuffer(repeating: 0, count: 2 << 20), promise: promise)
        #expect(throws: TLSFailure.tooMuchBeforeHandshake) { try promise.futureResult.wait() }
        #expect(!channel.isActive)
    }

    @Test func `the handshake's time limit closes the channel`() throws {
        let channel = try EmbeddedChannel.server(context)
        let client = MemoryClient()
        _ = client.handshake()
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(throws: TLSFailure.handshakeTimeLimit) { try channel.throwIfErrorCaught() }
    }

    @Test func `a finished handshake has no time limit`() throws {
        let (channel, _) = try connected()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }

    @Test func `close sends close_notify`() throws {
        let (channel, client) = try connected()
        channel.close(promise: nil)
        client.receive(try channel.takeCiphertext())
        #expect(client.read().isEmpty)
        #expect(client.hasReceivedCloseNotify)
    }

    @Test func `the peer's close_notify is answered and closes the channel`() throws {
        let (channel, client) = try connected()
        client.sendCloseNotify()
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        client.receive(try channel.takeCiphertext())
        #expect(client.read().isEmpty)
        #expect(client.hasReceivedCloseNotify)
        #expect(!channel.isActive)
        try channel.throwIfErrorCaught()
    }

    @Test func `an end without close_notify is reported as truncation`() throws {
        let (channel, _) = try connected()
        channel.pipeline.fireChannelInactive()
        #expect(throws: TLSFailure.truncated) { try channel.throwIfErrorCaught() }
    }

    @Test func `an end in the handshake is reported as such`() throws {
        let channel = try EmbeddedChannel.server(context)
        channel.pipeline.fireChannelInactive()
        #expect(throws: TLSFailure.handshakeInterrupted) { try channel.throwIfErrorCaught() }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a forged record ends the connection with an alert`(version: Int32) throws {
        let (channel, client) = try connected(version)
        client.write(Array("hello".utf8))
        var record = client.takeOutput()
        record[record.count - 1] ^= 1
        #expect(throws: TLSFailure.self) { try channel.writeInbound(ByteBuffer(bytes: record)) }
        #expect(try channel.takeCleartext().isEmpty)
        #expect(!(try channel.takeCiphertext().isEmpty))
        #expect(!channel.isActive)
    }

    @Test func `noise instead of a handshake is refused whatever it is`() throws {
        var state: UInt64 = 42
        for _ in 0..<300 {
            let noise = (0..<64).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            let server = try EmbeddedChannelServer(TestCertificates.shared.configuration)
            server.send([22, 3, 1, 0, 59] + noise)
            #expect(server.failure != nil)
        }
    }

    @Test func `a damaged ClientHello never passes for whole, whichever byte is damaged`() throws {
        let client = MemoryClient()
        _ = client.handshake()
        let hello = client.takeOutput()
        for index in hello.indices {
            let channel = try EmbeddedChannel.server(context)
            var damaged = hello
            damaged[index] ^= 0xFF
            _ = try? channel.writeInbound(ByteBuffer(bytes: damaged))
            #expect(try channel.takeCleartext().isEmpty)
        }
    }

    @Test func `a key update is answered and the conversation goes on`() throws {
        let (channel, client) = try connected()
        for round in 0..<3 {
            SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED)
            client.write(Array("ping \(round)".utf8))
            try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
            #expect(try channel.takeCleartext() == Array("ping \(round)".utf8))
            // OpenSSL answers before the next data (RFC 8446 §4.6.3), not at once.
            #expect(try channel.takeCiphertext().isEmpty)
            channel.writeAndFlush(ByteBuffer(string: "pong"), promise: nil)
            let answer = try channel.takeCiphertext()
            #expect(records(answer) == 2)
            client.receive(answer)
            #expect(client.read() == Array("pong".utf8))
        }
    }

    @Test func `key updates that are never read end the connection`() throws {
        let (channel, client) = try connected()
        channel.isWritable = false
        var rounds = 0
        var failure: TLSFailure?
        while channel.isActive, rounds < 20_000 {
            SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED)
            client.write([1])
            do {
                try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
            } catch {
                failure = error as? TLSFailure
            }
            rounds += 1
        }
        #expect(failure == .answersUnread)
        #expect(!channel.isActive)
    }

    @Test func `handler and TLS state are freed after the close`() throws {
        weak var handler: TLSServerHandler?
        weak var connection: TLSConnection?
        for end in 0..<4 {
            let client = MemoryClient()
            do {
                let channel = EmbeddedChannel()
                let made = context.makeHandler()
                handler = made
                connection = made.connection
                try channel.pipeline.syncOperations.addHandler(made)
                try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
                if end > 0 { try channel.exchange(with: client) }
                #expect(handler != nil)
                switch end {
                case 1: channel.close(promise: nil)
                case 2: channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
                default: break
                }
                _ = try? channel.finish(acceptAlreadyClosed: true)
                channel.embeddedEventLoop.run()
            }
            #expect(handler == nil, "end \(end)")
            #expect(connection == nil, "end \(end)")
        }
    }

    @Test func `an idle connection keeps no large buffers`() throws {
        let (channel, client) = try connected()
        client.write([UInt8](repeating: 7, count: 60_000))
        try channel.writeInbound(ByteBuffer(bytes: client.takeOutput()))
        #expect(try channel.takeCleartext().count == 60_000)
        channel.writeAndFlush(ByteBuffer(repeating: 1, count: 60_000), promise: nil)
        _ = try channel.takeCiphertext()
        let handler = try channel.pipeline.syncOperations.handler(type: TLSServerHandler.self)
        #expect(handler.heldCapacity <= 3 * 4096)
    }

    /// Counts TLS records by their headers.
    private func records(_ bytes: [UInt8]) -> Int {
        var start = 0
        var count = 0
        while start + 5 <= bytes.count {
            start += 5 + Int(bytes[start + 3]) << 8 + Int(bytes[start + 4])
            count += 1
        }
        return count
    }
}
