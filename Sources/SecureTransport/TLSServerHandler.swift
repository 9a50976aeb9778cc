public import NIOCore

/// The server's side of TLS as a channel handler: ciphertext towards the socket, cleartext towards the application.
///
/// **Life.** `waiting` until the channel is active, then `handshaking` (within the time limit), `open`, `closing`, and
/// `closed`. On the way to `open` it fires one ``TLSHandshakeCompleted``, before the first cleartext. A failure
/// reaches the pipeline as one ``TLSFailure`` by `errorCaught`, after the alert was sent; the channel then closes by
/// itself.
///
/// **Ends.** `close()` sends `close_notify`, shuts the output down and waits up to a second for the peer's end, so that
/// unread input does not reset the connection under what was sent last. The peer's `close_notify` closes the channel,
/// or, where `ChannelOptions.allowRemoteHalfClosure` is set, arrives as `ChannelEvent.inputClosed`, and the
/// application may still answer. `close(mode: .output)` ends our direction only. An end without `close_notify` is
/// ``TLSFailure/truncated``.
///
/// **Costs.** Writes are joined until `flush` and leave as one buffer with as few records as possible. Each read from
/// the socket is decrypted at once into one buffer. No byte is copied besides OpenSSL's own copies and the joining of
/// small writes.
///
/// **Bounds.** Per connection: what one read from the socket brings (64 KiB with NIO's allocator), one record inside
/// OpenSSL, 64 KiB of unflushed writes. More than that is encrypted at once and so counted in the channel's
/// writability, which the application has to heed. Reading is the application's: autoRead and `read()` pass through.
public final class TLSServerHandler: ChannelDuplexHandler {
    /// Ciphertext.
    public typealias InboundIn = ByteBuffer
    /// Cleartext.
    public typealias InboundOut = ByteBuffer
    /// Cleartext; NIO's `IOData` holding a `ByteBuffer` is taken as well.
    public typealias OutboundIn = ByteBuffer
    /// Ciphertext.
    public typealias OutboundOut = ByteBuffer

    private enum Phase {
        case waiting
        case handshaking
        case open
        case closing
        case closed
    }

    /// Unflushed cleartext that is held before it is encrypted without waiting for the flush.
    private static let maximumPendingBytes = 64 << 10
    /// Cleartext that is held for the end of the handshake: a server has no reason to write before.
    private static let maximumEarlyBytes = 1 << 20
    /// Cleartext delivered at a time.
    private static let maximumDeliveryBytes = 64 << 10
    /// Storage that an idle connection keeps for its next read.
    private static let keptCapacity = 4096
    /// Protocol answers (key updates) queued for a peer that does not read.
    private static let maximumUnreadAnswerBytes = 64 << 10
    /// A ticket that carries a client's certificate chain is a few KiB.
    private static let maximumWaitingTicketBytes = 8 << 10
    /// How long we wait for the peer's end after our own.
    private static let lingerLimit = TimeAmount.seconds(1)

    let connection: TLSConnection?
    private let handshakeLimit: TimeAmount
    private let closeLimit: TimeAmount

    private var phase = Phase.waiting
    private var timer: Scheduled<Void>?
    private var pending = PendingWrites()
    private var closePromises: [EventLoopPromise<Void>] = []
    /// Storage for the next delivery.
    private var cleartext = ByteBuffer()
    /// Ciphertext received since the last delivery: how much cleartext to expect.
    private var expectedBytes = 0
    private var unreadAnswerBytes = 0
    private var deliveredSinceReadComplete = false
    private var isReadRequested = false
    /// OpenSSL's output holds only the session ticket, which may wait for the first answer: a system call saved.
    private var isTicketWaiting = false
    /// We have sent `close_notify`.
    private var isOutputClosed = false
    /// The peer has sent `close_notify`.
    private var isInputClosed = false

    init(_ contexts: ServerContexts) {
        connection = TLSConnection(contexts)
        handshakeLimit = .milliseconds(Int64(contexts.configuration.handshakeTimeLimitMilliseconds))
        closeLimit = .milliseconds(Int64(contexts.configuration.closeTimeLimitMilliseconds))
    }

    /// Storage that the connection keeps while idle, in bytes.
    var heldCapacity: Int { cleartext.capacity + (connection?.heldCapacity ?? 0) }

    // MARK: Life

    /// Begins the handshake if the channel is already active.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    /// Fails what was not sent.
    public func handlerRemoved(context: ChannelHandlerContext) {
        end(ChannelError.ioOnClosedChannel)
    }

    /// Begins the handshake.
    public func channelActive(context: ChannelHandlerContext) {
        if phase == .waiting { begin(context) }
        context.fireChannelActive()
    }

    /// Reports an end that the peer did not announce.
    public func channelInactive(context: ChannelHandlerContext) {
        let failure: TLSFailure? =
            switch phase {
            case .handshaking: .handshakeInterrupted
            case .open where !isInputClosed: .truncated
            default: nil
            }
        end(failure ?? ChannelError.ioOnClosedChannel)
        if let failure { context.fireErrorCaught(failure) }
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard connection != nil else {
            phase = .closed
            context.fireErrorCaught(TLSFailure.handshakeRefused(reason: "out of memory"))
            context.close(promise: nil)
            return
        }
        phase = .handshaking
        schedule(context, in: handshakeLimit) { handler, context in
            guard handler.phase == .handshaking else { return }
            handler.end(TLSFailure.handshakeTimeLimit)
            context.fireErrorCaught(TLSFailure.handshakeTimeLimit)
            context.close(promise: nil)
        }
        context.read()  // the handshake needs the peer's bytes, whoever else wants to read
    }

    // MARK: Reading

    /// Decrypts what came from the socket.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection else { return }
        let ciphertext = unwrapInboundIn(data)
        switch phase {
        case .handshaking:
            expectedBytes += ciphertext.readableBytes
            connection.receive(ciphertext)
            advanceHandshake(context, connection)
        case .open:
            expectedBytes += ciphertext.readableBytes
            connection.receive(ciphertext)
            decrypt(context, connection)
        case .waiting, .closing, .closed:
            return
        }
    }

    /// Sends what reading made necessary (handshake, tickets, key updates).
    public func channelReadComplete(context: ChannelHandlerContext) {
        let isSatisfied = deliveredSinceReadComplete
        deliveredSinceReadComplete = false
        if isSatisfied {
            isReadRequested = false
            context.fireChannelReadComplete()
        }
        sendAnswers(context)
        switch phase {
        case .waiting, .closed: return
        case .open where isSatisfied || !isReadRequested: return
        case .handshaking, .open, .closing: context.read()
        }
    }

    /// Passes the wish to read on; remembers it until cleartext came.
    public func read(context: ChannelHandlerContext) {
        isReadRequested = true
        context.read()
    }

    /// Tells an end of the peer's TCP stream that TLS did not announce from one that it did.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        switch phase {
        case .handshaking: fail(context, .handshakeInterrupted)
        case .open: if !isInputClosed { fail(context, .truncated) }
        case .closing: closeNow(context)
        case .waiting, .closed: context.fireUserInboundEventTriggered(event)
        }
    }

    private func advanceHandshake(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        switch connection.handshake() {
        case .wantsInput:
            return
        case .failed(let failure):
            fail(context, failure)
        case .peerClosed:
            fail(context, .handshakeInterrupted)
        case .done:
            timer?.cancel()
            timer = nil
            phase = .open
            // In TLS 1.2 the client waits for what follows its last flight; in 1.3 only tickets do.
            isTicketWaiting = connection.isTLS13
            context.fireUserInboundEventTriggered(connection.completion())
            guard phase == .open else { return }
            if !pending.isEmpty, encrypt(context, connection) { context.flush() }
            guard phase == .open, connection.receivedBytes > 0 || connection.hasUnreadInput else { return }
            decrypt(context, connection)
        }
    }

    private func decrypt(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        var step = TLSConnection.Step.done
        while step == .done, phase == .open {
            var buffer = cleartext
            cleartext = ByteBuffer()
            let expected = max(expectedBytes, connection.decryptedBytes, 1)
            buffer.clear(minimumCapacity: min(expected, Self.maximumDeliveryBytes))
            step = connection.read(into: &buffer)
            if buffer.readableBytes > 0 {
                expectedBytes = 0
                deliveredSinceReadComplete = true
                context.fireChannelRead(wrapInboundOut(buffer))
            }
            if buffer.capacity <= Self.keptCapacity { cleartext = buffer }
        }
        guard phase == .open else { return }
        switch step {
        case .done, .wantsInput: return
        case .failed(let failure): fail(context, failure)
        case .peerClosed: peerClosed(context)
        }
    }

    private func peerClosed(_ context: ChannelHandlerContext) {
        guard !isInputClosed else { return }
        isInputClosed = true
        let option = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
        if option == true, !isOutputClosed {
            deliveredSinceReadComplete = true
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            close(context: context, mode: .all, promise: nil)
        }
    }

    /// Hands OpenSSL's own output on; a peer that makes us answer without reading is cut off.
    private func sendAnswers(_ context: ChannelHandlerContext) {
        guard let connection, connection.hasOutput else { return }
        if isTicketWaiting, connection.outputBytes <= Self.maximumWaitingTicketBytes { return }
        isTicketWaiting = false
        let output = connection.takeOutput()
        if context.channel.isWritable {
            unreadAnswerBytes = 0
        } else {
            unreadAnswerBytes += output.readableBytes
        }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        if unreadAnswerBytes > Self.maximumUnreadAnswerBytes, phase == .open { fail(context, .answersUnread) }
    }

    // MARK: Writing

    /// Holds the cleartext until the flush, so that small writes share a record.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase != .closing, phase != .closed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard !isOutputClosed else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        pending.append(unwrapOutboundIn(data), promise: promise)
        guard pending.bytes >= Self.maximumPendingBytes else { return }
        if phase == .open, let connection {
            _ = encrypt(context, connection)
        } else if pending.bytes > Self.maximumEarlyBytes {
            pending.fail(TLSFailure.tooMuchBeforeHandshake)
            context.fireErrorCaught(TLSFailure.tooMuchBeforeHandshake)
            context.close(promise: nil)
        }
    }

    /// Encrypts and sends what was written.
    public func flush(context: ChannelHandlerContext) {
        guard phase == .open, let connection else {
            if phase != .handshaking, phase != .waiting { context.flush() }
            return
        }
        guard pending.isEmpty || encrypt(context, connection) else { return }
        context.flush()
    }

    /// Closes with `close_notify`; `.output` ends only our direction.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (mode, phase) {
        case (.input, _):
            context.close(mode: .input, promise: promise)
        case (_, .waiting), (_, .handshaking), (_, .closed):
            end(ChannelError.ioOnClosedChannel)
            context.close(mode: .all, promise: promise)
        case (_, .closing):
            if let promise { closePromises.append(promise) }
        case (.output, .open):
            closeOutput(context, promise)
        case (.all, .open):
            if let promise { closePromises.append(promise) }
            beginClosing(context, failing: ChannelError.ioOnClosedChannel)
        }
    }

    /// Encrypts everything pending and writes it towards the socket; false when that failed.
    private func encrypt(_ context: ChannelHandlerContext, _ connection: TLSConnection) -> Bool {
        connection.reserveOutput(bytes: pending.bytes, writes: pending.buffers.count)
        for buffer in pending.buffers {
            if case .failed(let failure) = connection.write(buffer) {
                fail(context, failure)
                return false
            }
        }
        let promise = pending.settle()
        isTicketWaiting = false
        context.write(wrapOutboundOut(connection.takeOutput()), promise: promise)
        return true
    }

    // MARK: Ending

    private func fail(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
        beginClosing(context, failing: failure)
        context.fireErrorCaught(failure)
    }

    private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard let connection, !isOutputClosed else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        guard !isInputClosed else {
            if let promise { closePromises.append(promise) }
            beginClosing(context, failing: ChannelError.outputClosed)
            return
        }
        isOutputClosed = true
        pending.fail(ChannelError.outputClosed)
        connection.closeNotify()
        context.writeAndFlush(wrapOutboundOut(connection.takeOutput()), promise: nil)
        context.close(mode: .output, promise: promise)
    }

    /// Sends `close_notify` (or the alert of a failure) and whatever precedes it, then waits for the peer's end.
    private func beginClosing(_ context: ChannelHandlerContext, failing error: any Error) {
        let isClean = phase == .open && !(error is TLSFailure)
        phase = .closing
        timer?.cancel()
        timer = nil
        pending.fail(error)
        guard let connection else { return closeNow(context) }
        if isClean, !isOutputClosed {
            isOutputClosed = true
            connection.closeNotify()
        }
        guard connection.hasOutput else { return outputSent(context) }
        schedule(context, in: closeLimit) { handler, context in handler.closeNow(context) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            if self.phase == .closing { self.outputSent(context) }
        }
        context.writeAndFlush(wrapOutboundOut(connection.takeOutput()), promise: sent)
    }

    private func outputSent(_ context: ChannelHandlerContext) {
        guard !isInputClosed else { return closeNow(context) }
        timer?.cancel()
        schedule(context, in: Self.lingerLimit) { handler, context in handler.closeNow(context) }
        context.close(mode: .output, promise: nil)
        if phase == .closing { context.read() }
    }

    private func closeNow(_ context: ChannelHandlerContext) {
        guard phase == .closing else { return }
        let promises = closePromises
        closePromises = []
        end(ChannelError.ioOnClosedChannel)
        let closed = context.eventLoop.makePromise(of: Void.self)
        for promise in promises { closed.futureResult.cascade(to: promise) }
        context.close(mode: .all, promise: closed)
    }

    /// The last phase: nothing is pending any more.
    private func end(_ error: any Error) {
        phase = .closed
        timer?.cancel()
        timer = nil
        cleartext = ByteBuffer()
        pending.fail(error)
        let promises = closePromises
        closePromises = []
        for promise in promises { promise.succeed() }
    }

    private func schedule(
        _ context: ChannelHandlerContext, in delay: TimeAmount,
        _ act: @escaping (TLSServerHandler, ChannelHandlerContext) -> Void
    ) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { act(self, context) }
    }
}
