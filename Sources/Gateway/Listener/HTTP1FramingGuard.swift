import NIOCore

/// Stands before NIO's HTTP/1.1 parser and lets through one request at a time, and only one that every other reader of
/// the same bytes would cut at the same places.
///
/// NIO's parser is tolerant where tolerance lets a request be smuggled past one reader to another. This handler reads
/// the framing itself, strictly (RFC 9112 §2.2, §5, §6, §11.2): lines end in CR LF, names are tokens up to the colon,
/// there is one `Host`, one `Content-Length` of digits or one `Transfer-Encoding: chunked` but never both, no folding,
/// no upgrade. What it refuses becomes a `FramingRefusal` user event and the connection ends.
///
/// Because it knows where a request ends, it also keeps pipelined requests back until the answer before them is
/// written (`answerFinished`), and stops reading once it keeps more than `heldBytes`.
final class HTTP1FramingGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum State {
        case head
        case body(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers
        /// A whole request went through; the next one waits for its answer.
        case answering
        /// Refused, or told to stop: nothing goes through any more.
        case closed
    }

    /// Pipelined bytes kept while an answer is written; past them reading stops.
    private static let heldBytes = 64 << 10
    /// A chunk-size line: 16 hexadecimal digits and some room for an extension.
    private static let chunkLineBytes = 256

    private let limits: ListenerLimits
    private var state = State.head
    private var held = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var timer: LazyTimer?
    private var requestsSeen = 0
    private var readPending = false
    private var isAdvancing = false
    /// The answer is written but the caller does not take it; the next request waits until it does.
    private var awaitsCaller = false
    /// Bytes of a head have come, so its time runs.
    private var headHasBegun = false

    init(limits: ListenerLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let timer = LazyTimer(loop: context.eventLoop) { [weak self] in self?.timedOut() }
        timer.expire(in: limits.headerTimeout)
        self.timer = timer
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        state = .closed
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .closed = state { return }
        if held.readableBytes == 0 {
            held = bytes
        } else {
            held.writeBuffer(&bytes)
        }
        advance(context: context)
    }

    func read(context: ChannelHandlerContext) {
        if case .answering = state, held.readableBytes >= Self.heldBytes {
            readPending = true
            return
        }
        context.read()
    }

    /// The answer to the request that went through last is written: the next one may come.
    func answerFinished() {
        guard case .answering = state, let context else { return }
        // A caller that sends requests and reads no answers shall not fill the memory with them.
        guard context.channel.isWritable else {
            awaitsCaller = true
            timer?.expire(in: limits.idleTimeout)
            return
        }
        awaitsCaller = false
        state = .head
        timer?.expire(in: held.readableBytes > 0 ? limits.headerTimeout : limits.idleTimeout)
        // Answered while its own bytes are still being handed on: `advance` goes on with the next one by itself, since the
        // parser behind us takes no bytes while it is at work on others.
        if isAdvancing { return }
        if held.readableBytes > 0 {
            advance(context: context)
            context.fireChannelReadComplete()
        }
        if readPending {
            readPending = false
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        if awaitsCaller, context.channel.isWritable { answerFinished() }
    }

    /// Nothing more of this connection is wanted; what comes is dropped.
    func stop() {
        state = .closed
        timer?.cancel()
        held = ByteBuffer()
    }

    /// Whether nothing goes through any more.
    var hasStopped: Bool {
        if case .closed = state { return true }
        return false
    }

    /// Whether no request is under way and none has begun.
    var isIdle: Bool {
        if case .head = state { return held.readableBytes == 0 }
        return false
    }

    private func timedOut() {
        if awaitsCaller, let context {
            stop()
            return context.close(promise: nil)
        }
        guard case .head = state, let context else { return }
        if held.readableBytes == 0, requestsSeen > 0 {
            state = .closed
            context.close(promise: nil)
        } else {
            refuse(FramingRefusal(status: 408, reason: "the request's head did not arrive in time"), context: context)
        }
    }

    private func refuse(_ refusal: FramingRefusal, context: ChannelHandlerContext) {
        stop()
        context.fireUserInboundEventTriggered(refusal)
    }

    // MARK: - The machine

    private func advance(context: ChannelHandlerContext) {
        isAdvancing = true
        defer { isAdvancing = false }
        do {
            var forwarded = 0
            repeat {
                forwarded = 0
                while try step(from: &forwarded) {}
                forward(forwarded, context: context)
            } while forwarded > 0 && held.readableBytes > 0
            if case .answering = state, !awaitsCaller { timer?.clear() }
        } catch {
            refuse(error, context: context)
        }
    }

    private func forward(_ count: Int, context: ChannelHandlerContext) {
        guard count > 0, let slice = held.readSlice(length: count) else { return }
        if held.readableBytes == 0 { held = ByteBuffer() }
        context.fireChannelRead(wrapInboundOut(slice))
    }

    /// Takes one step at `position` bytes past the reader index; false where more bytes, or an answer, must come first.
    private func step(from position: inout Int) throws(FramingRefusal) -> Bool {
        let available = held.readableBytes - position
        switch state {
        case .answering, .closed:
            return false
        case .head:
            return try head(from: &position, available: available)
        case .body(let remaining):
            let take = min(remaining, available)
            position += take
            state = take == remaining ? .answering : .body(remaining: remaining - take)
            return false
        case .chunkSize:
            guard let line = try line(at: position, limit: Self.chunkLineBytes) else { return false }
            let size = try chunkSize(line)
            position += line.count + 2
            state = size == 0 ? .trailers : .chunk(remaining: size)
            return true
        case .chunk(let remaining):
            let take = min(remaining, available)
            position += take
            state = take == remaining ? .chunkEnd : .chunk(remaining: remaining - take)
            return take == remaining
        case .chunkEnd:
            guard available >= 2 else { return false }
            let start = held.readerIndex + position
            guard held.getInteger(at: start, as: UInt16.self) == 0x0D0A else {
                throw FramingRefusal(status: 400, reason: "a chunk does not end in CR LF")
            }
            position += 2
            state = .chunkSize
            return true
        case .trailers:
            guard let line = try line(at: position, limit: limits.headerBytes) else { return false }
            guard line.isEmpty else {
                throw FramingRefusal(status: 400, reason: "trailer fields are not accepted")
            }
            position += 2
            state = .answering
            return false
        }
    }

    private func head(from position: inout Int, available: Int) throws(FramingRefusal) -> Bool {
        guard available > 0 else { return false }
        var start = position
        // One empty line before a request is to be ignored (RFC 9112 §2.2).
        if available >= 2, held.getInteger(at: held.readerIndex + position, as: UInt16.self) == 0x0D0A { start += 2 }
        let limits = limits
        let found = held.withUnsafeReadableBytes { raw in
            HTTP1Head.read(UnsafeRawBufferPointer(rebasing: raw[start...]), limits: limits)
        }
        switch found {
        case .failure(let refusal):
            throw refusal
        case .success(nil):
            // The time is for the whole head: further bytes of it win none.
            if !headHasBegun { timer?.expire(in: limits.headerTimeout) }
            headHasBegun = true
            return false
        case .success(.some(let head)):
            headHasBegun = false
            requestsSeen += 1
            if start > position { held.moveReaderIndex(forwardBy: start - position) }
            position += head.byteCount
            switch head.body {
            case .none: state = .answering
            case .length(let length): state = .body(remaining: length)
            case .chunked: state = .chunkSize
            }
            timer?.clear()
            return true
        }
    }

    /// The line that begins at `position`, without its CR LF; `nil` if it is not there whole.
    private func line(at position: Int, limit: Int) throws(FramingRefusal) -> ByteBufferView? {
        let view = held.readableBytesView
        let start = view.startIndex + position
        let rest = view[start...]
        guard let feed = rest.prefix(limit).firstIndex(of: 0x0A) else {
            if rest.count >= limit {
                throw FramingRefusal(status: 400, reason: "a line of the body's framing is too long")
            }
            return nil
        }
        guard feed > start, view[feed - 1] == 0x0D else {
            throw FramingRefusal(status: 400, reason: "a line does not end in CR LF")
        }
        return view[start..<(feed - 1)]
    }

    /// The number of a chunk-size line (RFC 9112 §7.1); an extension is refused, since nobody needs one.
    private func chunkSize(_ line: ByteBufferView) throws(FramingRefusal) -> Int {
        guard !line.isEmpty, line.count <= 15 else {
            throw FramingRefusal(status: 400, reason: "a chunk's size is not a hexadecimal number")
        }
        var size = 0
        for byte in line {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else {
                throw FramingRefusal(status: 400, reason: "a chunk's size is not a hexadecimal number")
            }
            size = size << 4 | digit
        }
        return size
    }
}

/// Why a connection's bytes are not an HTTP/1.1 request that we read; the connection ends after the answer.
struct FramingRefusal: Error, Equatable, Sendable {
    /// 400, 408, 417, 431 or 505.
    let status: Int
    /// What was wrong, without quoting it.
    let reason: String
}
