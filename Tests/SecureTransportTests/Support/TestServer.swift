import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import SecureTransport

/// A TLS server on a loopback port, which echoes unless told otherwise, and notes what its handlers report.
final class TestServer: Sendable {
    let context: TLSServerContext
    let port: Int
    let log: Log
    private let channel: any Channel

    /// What the pipelines behind TLS saw.
    final class Log: Sendable {
        struct Notes {
            var handshakes: [TLSHandshakeCompleted] = []
            var failures: [TLSFailure] = []
            var inactive = 0
            var inputClosed = 0
        }

        private let notes = NIOLockedValueBox(Notes())

        var current: Notes { notes.withLockedValue { $0 } }

        func note(_ change: (inout Notes) -> Void) { notes.withLockedValue { change(&$0) } }

        /// Waits until `condition` holds, a minute at least.
        func wait(_ condition: (Notes) -> Bool) async throws -> Bool {
            for _ in 0..<6000 {
                if condition(current) { return true }
                try await Task.sleep(nanoseconds: 10_000_000)
            }
            return false
        }
    }

    private init(context: TLSServerContext, channel: any Channel, log: Log) {
        self.context = context
        self.channel = channel
        self.log = log
        port = channel.localAddress?.port ?? 0
    }

    static func start(
        _ configuration: TLSConfiguration, halfClosure: Bool = false,
        application: @escaping @Sendable (any Channel) throws -> Void = { channel in
            try channel.pipeline.syncOperations.addHandler(Echo())
        }
    ) async throws -> TestServer {
        try await start(TLSServerContext(configuration), halfClosure: halfClosure, application: application)
    }

    static func start(
        _ context: TLSServerContext, halfClosure: Bool = false,
        application: @escaping @Sendable (any Channel) throws -> Void = { channel in
            try channel.pipeline.syncOperations.addHandler(Echo())
        }
    ) async throws -> TestServer {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(context.makeHandler())
                    try channel.pipeline.syncOperations.addHandler(Recorder(log))
                    try application(channel)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TestServer(context: context, channel: channel, log: log)
    }

    func stop() async throws {
        try await channel.close().get()
    }
}

/// Notes events and passes everything on.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let log: TestServer.Log

    init(_ log: TestServer.Log) { self.log = log }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let handshake = event as? TLSHandshakeCompleted { log.note { $0.handshakes.append(handshake) } }
        if event as? ChannelEvent == .inputClosed { log.note { $0.inputClosed += 1 } }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { log.note { $0.failures.append(failure) } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.note { $0.inactive += 1 }
        context.fireChannelInactive()
    }
}

/// Sends back what comes, and stops reading while the peer does not.
final class Echo: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var isHolding = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func read(context: ChannelHandlerContext) {
        guard context.channel.isWritable else {
            isHolding = true
            return
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable, isHolding else { return }
        isHolding = false
        context.read()
    }
}
