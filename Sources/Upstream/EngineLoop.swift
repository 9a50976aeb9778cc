internal import CCurl
private import Glibc

/// The inside of an engine: one thread that sleeps in `epoll_wait` and drives libcurl's multi handle.
///
/// A tick: take the commands that came, let libcurl work (`curl_multi_socket_action`) for its timers and for sockets on
/// which something happened, collect what ended, look at the time limits, hand every mailbox its batch, tell the kernel
/// the changed interests, sleep. Callbacks of libcurl only note what they got on the exchange; nothing of ours is
/// called from inside libcurl.
///
/// Everything is used by the engine's thread alone, but for `commands`.
final class EngineLoop: @unchecked Sendable {
    let commands: CommandQueue
    let sessions: UnsafeMutableRawPointer
    var interests: SocketInterests

    private let settings: UpstreamEngine.Settings
    private let multi: UnsafeMutableRawPointer
    private let epoll: Int32
    private var resolver: HostResolver
    private var pools: [ObjectIdentifier: TransferPool] = [:]
    private var active: [UpstreamExchange] = []
    private var touched: [UpstreamExchange] = []
    private var slots: [MailboxSlot] = []
    private var isStopping = false

    /// Monotonic nanoseconds, read once or twice a tick.
    private var now: UInt64 = 0
    private var timerDeadline = UInt64.max
    /// Not later than the earliest limit of any active exchange.
    private var earliestLimit = UInt64.max
    private var nextSweep: UInt64 = 0

    /// What the write callback answers.
    enum Reception { case taken, pause, abort }

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init(settings: UpstreamEngine.Settings, lookUp: @escaping HostResolver.LookUp) throws(UpstreamFailure) {
        commands = try CommandQueue()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw UpstreamFailure(kind: .internal, message: "no epoll: errno \(errno)") }
        guard Self.isLibraryReady, let multi = curl_multi_init(), let sessions = curl_share_init() else {
            close(epoll)
            throw UpstreamFailure(kind: .internal, message: "libcurl does not start")
        }
        self.settings = settings
        self.multi = multi
        self.sessions = sessions
        interests = SocketInterests(epoll: epoll)
        resolver = HostResolver(
            lifetimeMilliseconds: settings.addressLifetimeMilliseconds, commands: commands, lookUp: lookUp)

        // TLS sessions are otherwise kept per transfer up to libcurl 8.11, so that a new connection on another transfer would
        // not resume. One thread uses the share, so it needs no lock.
        _ = sallyport_share_sessions(sessions)
        let context = Unmanaged.passUnretained(self).toOpaque()
        sallyport_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
        sallyport_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
        sallyport_multi_set_socket_callback(multi, socketInterestChanged)
        sallyport_multi_set_timer_callback(multi, timerChanged)
        sallyport_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        // libcurl's own choice, four times the transfers at the moment, closes kept connections when load falls.
        sallyport_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.idleConnections)
        sallyport_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.connectionsPerHost)

        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLET.rawValue
        event.data.fd = commands.eventDescriptor
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, commands.eventDescriptor, &event) == 0 else {
            throw UpstreamFailure(kind: .internal, message: "the event counter cannot be watched: errno \(errno)")
        }
    }

    deinit {
        // Transfers first, then what they refer to.
        pools.removeAll()
        curl_multi_cleanup(multi)
        curl_share_cleanup(sessions)
        close(epoll)
    }

    // MARK: - The thread

    /// Runs until it is told to stop. Every exchange that was taken has its `end` when this returns.
    func run() {
        // No signal is for this thread. SIGPIPE in particular: OpenSSL writes without MSG_NOSIGNAL, and with
        // CURLOPT_NOSIGNAL libcurl leaves the signal to us.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)

        var waiting: [EngineCommand] = []
        let capacity = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        var ready = 0
        while true {
            now = monotonicNanoseconds()
            for index in 0..<ready { handle(events[index]) }
            commands.take(into: &waiting)
            for command in waiting { obey(command) }
            if isStopping { break }
            work()
            ready = Int(epoll_wait(epoll, events, Int32(capacity), commands.prepareToSleep() ? sleepMilliseconds() : 0))
            if ready < 0 {
                guard errno == EINTR else { break }
                ready = 0
            }
        }
        commands.take(into: &waiting, closing: true)
        for command in waiting {
            if case .start(let exchange) = command { admit(exchange) }
        }
        let failure = UpstreamFailure(kind: .stopped, message: "the upstream engine stops")
        for exchange in active { finish(exchange, .failure(failure)) }
        flush()
        pools.removeAll()
    }

    private func handle(_ event: epoll_event) {
        let descriptor = event.data.fd
        guard descriptor != commands.eventDescriptor else { return }
        let happened = interests.happened(event.events, descriptor)
        guard !happened.isEmpty else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, descriptor, Int32(happened.rawValue), &running)
    }

    private func obey(_ command: EngineCommand) {
        switch command {
        case .start(let exchange):
            admit(exchange)
            launch(exchange)
        case .cancel(let exchange):
            finish(exchange, .failure(UpstreamFailure(kind: .cancelled, message: "cancelled by the gateway")))
        case .resume(let exchange): resume(exchange)
        case .resolved(let host, let result):
            for exchange in resolver.resolved(host, result, now: now) {
                switch result {
                case .success: launch(exchange)
                case .failure(let failure): finish(exchange, .failure(failure))
                }
            }
        case .stop: isStopping = true
        }
    }

    /// One round of everything that needs no event.
    private func work() {
        var running: Int32 = 0
        // A few rounds, so that what a finished transfer lets go on starts in the same tick, but never endlessly.
        for _ in 0..<4 where timerDeadline <= now {
            timerDeadline = .max
            curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
        }
        resolver.allStarted()
        collect()
        if earliestLimit <= now { checkLimits() }
        if nextSweep <= now { sweep() }
        flush()
        interests.apply()
    }

    private func sleepMilliseconds() -> Int32 {
        var until = min(timerDeadline, earliestLimit, nextSweep)
        // libcurl does not repeat a timer that it believes to be set; a look a second costs nothing and forgives everything.
        if !active.isEmpty { until = min(until, now + 1_000_000_000) }
        guard until > now else { return 0 }
        return Int32(min((until - now + 999_999) / 1_000_000, 60_000))
    }

    // MARK: - An exchange's life

    private func admit(_ exchange: UpstreamExchange) {
        guard exchange.phase == .submitted, exchange.index < 0 else { return }
        exchange.started = now
        exchange.phaseDeadline = now + UInt64(exchange.endpoint.timeouts.connect) * 1_000_000
        exchange.index = active.count
        active.append(exchange)
        if let slot = slots.first(where: { $0.mailbox === exchange.mailbox }) {
            exchange.slot = slot
        } else {
            let slot = MailboxSlot(exchange.mailbox)
            slots.append(slot)
            exchange.slot = slot
        }
        exchange.slot?.users += 1
        earliestLimit = min(earliestLimit, exchange.deadline)
    }

    /// Gives the exchange to libcurl, unless its host's name has to be looked up first.
    private func launch(_ exchange: UpstreamExchange) {
        guard exchange.phase == .submitted || exchange.phase == .resolving else { return }
        var addresses: String?
        if let target = exchange.endpoint.nameToResolve {
            exchange.phase = .resolving
            switch resolver.resolve(HostName(name: target.name, port: target.port), for: exchange, now: now) {
            case .known(let fresh): addresses = fresh
            case .wait: return
            case .failed(let failure):
                finish(exchange, .failure(failure))
                return
            }
        }
        exchange.phase = .connecting
        do throws(UpstreamFailure) {
            let key = ObjectIdentifier(exchange.endpoint)
            let pool = pools[key] ?? TransferPool(exchange.endpoint)
            pools[key] = pool
            let transfer = try pool.take(loop: self)
            exchange.transfer = transfer
            try transfer.begin(exchange, addresses: addresses)
            let code = curl_multi_add_handle(multi, transfer.easy)
            guard code == CURLM_OK else {
                throw UpstreamFailure(kind: .internal, message: String(cString: curl_multi_strerror(code)))
            }
            // Adding makes it due; libcurl says so by its timer callback, too, but not if it thinks that we know.
            timerDeadline = 0
        } catch {
            finish(exchange, .failure(error))
        }
    }

    /// Ends an exchange in whatever phase it is; the second end of one is none.
    private func finish(_ exchange: UpstreamExchange, _ end: UpstreamEnd, isUnfinished: Bool = true) {
        guard exchange.phase != .ended, exchange.index >= 0 else { return }
        if exchange.phase == .resolving, let target = exchange.endpoint.nameToResolve {
            resolver.forget(exchange, HostName(name: target.name, port: target.port))
        }
        exchange.phase = .ended
        exchange.pendingEnd = end
        if case .failure(let failure) = end, failure.kind == .cancelled {
            exchange.pendingHead = nil
            exchange.pendingBody = []
        }
        touch(exchange)
        if let transfer = exchange.transfer {
            if isUnfinished {
                breakOff(exchange, transfer)
            } else {
                curl_multi_remove_handle(multi, transfer.easy)
            }
            transfer.end()
            exchange.transfer = nil
            pools[ObjectIdentifier(exchange.endpoint)]?.put(transfer, now: now)
        }
    }

    /// Removes a transfer that is not finished, so that the provider sees it at once.
    ///
    /// With HTTP/1 this closes the connection. With HTTP/2 it should reset the stream, but libcurl 7.88 leaves the reset
    /// unsent until something else happens on the connection. So the connection is closed where no other stream uses it;
    /// and where one does, pausing that one and going on makes libcurl send what is due.
    private func breakOff(_ exchange: UpstreamExchange, _ transfer: CurlTransfer) {
        transfer.forbidReuse()
        curl_multi_remove_handle(multi, transfer.easy)
        guard transfer.mayBeHTTP2, exchange.connection != 0,
            let neighbour = active.first(where: { other in
                (other.phase == .awaitingHead || other.phase == .receivingBody)
                    && other.connection == exchange.connection && other.transfer?.mayBeHTTP2 == true
            }), let easy = neighbour.transfer?.easy
        else { return }
        if !neighbour.isPaused { curl_easy_pause(easy, CURLPAUSE_RECV) }
        neighbour.isPaused = false
        curl_easy_pause(easy, CURLPAUSE_RECV_CONT)
        timerDeadline = min(timerDeadline, now)
    }

    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = sallyport_message_result(message)
            var context: UnsafeMutableRawPointer?
            sallyport_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            guard let exchange = transfer.exchange else { continue }
            if let finding = exchange.finding {
                finish(exchange, .failure(finding), isUnfinished: false)
            } else if code != CURLE_OK {
                finish(
                    exchange,
                    .failure(
                        UpstreamFailure(
                            code, phase: exchange.phase, authority: exchange.endpoint.url.authority,
                            words: transfer.errorMessage)), isUnfinished: false)
            } else if exchange.phase == .receivingBody {
                finish(exchange, .complete, isUnfinished: false)
            } else {
                finish(
                    exchange, .failure(UpstreamFailure(kind: .reset, message: "the connection ended before an answer")),
                    isUnfinished: false)
            }
        }
    }

    private func resume(_ exchange: UpstreamExchange) {
        guard exchange.isPaused, exchange.phase == .receivingBody, let transfer = exchange.transfer else { return }
        exchange.isPaused = false
        exchange.lastActivity = now
        earliestLimit = min(earliestLimit, exchange.deadline)
        // Brings the piece that was refused, possibly at once and from inside this call; that may pause again.
        curl_easy_pause(transfer.easy, CURLPAUSE_RECV_CONT)
        timerDeadline = min(timerDeadline, now)
    }

    private func checkLimits() {
        var earliest = UInt64.max
        // Backwards, since it shrinks: what ends here leaves `active` when it is flushed.
        for exchange in active where exchange.phase != .ended {
            let deadline = exchange.deadline
            if deadline <= now {
                finish(exchange, .failure(exchange.timeoutFailure(at: now)))
            } else {
                earliest = min(earliest, deadline)
            }
        }
        earliestLimit = earliest
    }

    /// Drops the transfers of endpoints that were not used for a while: after a reload, the old configuration's.
    private func sweep() {
        nextSweep = now + 30_000_000_000
        for (key, pool) in pools where pool.isIdle(since: now, nanoseconds: 120_000_000_000) { pools[key] = nil }
    }

    // MARK: - Deliveries

    private func touch(_ exchange: UpstreamExchange) {
        guard !exchange.isTouched else { return }
        exchange.isTouched = true
        touched.append(exchange)
    }

    /// Hands each mailbox what the tick brought: one batch, each body one piece.
    private func flush() {
        guard !touched.isEmpty else { return }
        for exchange in touched {
            exchange.isTouched = false
            guard let slot = exchange.slot else { continue }
            let token = exchange.token
            if let head = exchange.pendingHead {
                slot.batch.append(UpstreamDelivery(token: token, event: .head(head)))
                exchange.pendingHead = nil
            }
            if !exchange.pendingBody.isEmpty {
                slot.batch.append(UpstreamDelivery(token: token, event: .body(exchange.pendingBody)))
                exchange.pendingBody = []
            }
            guard let end = exchange.pendingEnd else { continue }
            slot.batch.append(UpstreamDelivery(token: token, event: .end(end)))
            exchange.pendingEnd = nil
            slot.users -= 1
            exchange.slot = nil
            leave(exchange)
        }
        touched.removeAll(keepingCapacity: true)
        for slot in slots where !slot.batch.isEmpty {
            slot.mailbox.deliver(slot.batch)
            slot.batch.removeAll(keepingCapacity: true)
        }
        slots.removeAll { $0.users == 0 }
    }

    private func leave(_ exchange: UpstreamExchange) {
        let last = active.removeLast()
        if last !== exchange {
            active[exchange.index] = last
            last.index = exchange.index
        }
        exchange.index = -1
    }

    // MARK: - What libcurl's callbacks report

    fileprivate func want(_ interest: SocketInterests.Interest, _ descriptor: Int32) {
        interests.want(interest, descriptor)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timerDeadline = milliseconds < 0 ? .max : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    }

    /// The connection stands and the request would go out; `false` keeps it from that.
    ///
    /// libcurl sends a request once more by itself where a kept connection ends before an answer. The provider may have done what the
    /// first one asked for, so that is no business of ours here: whoever sends again has it permitted, paid and recorded again.
    func connected(_ exchange: UpstreamExchange, connection: Int) -> Bool {
        exchange.connection = connection
        guard exchange.phase == .connecting else {
            exchange.finding =
                exchange.finding
                ?? UpstreamFailure(kind: .reset, message: "the kept connection ended before an answer")
            return false
        }
        exchange.phase = .awaitingHead
        exchange.phaseDeadline = now + UInt64(exchange.endpoint.timeouts.firstByte) * 1_000_000
        earliestLimit = min(earliestLimit, exchange.deadline)
        return true
    }

    func receive(headerLine line: UnsafeRawBufferPointer, for exchange: UpstreamExchange) -> Bool {
        // After the head come trailers, which nobody wants.
        guard exchange.phase == .awaitingHead else { return exchange.phase == .receivingBody }
        if line.starts(with: [0x48, 0x54, 0x54, 0x50, 0x2F]) {  // "HTTP/": also after each interim answer
            exchange.block.removeAll(keepingCapacity: true)
            exchange.status = Self.status(in: line)
            exchange.isHTTP1 = line.count > 5 && line[5] == 0x31
            return true
        }
        if line.count > 2 || (line.first != 0x0D && line.first != 0x0A) {
            guard exchange.block.count + line.count <= settings.headBytes else {
                exchange.finding = UpstreamFailure(
                    kind: .headTooLarge, message: "the head of the answer is larger than \(settings.headBytes) bytes")
                return false
            }
            exchange.block.append(contentsOf: line)
            return true
        }
        guard exchange.status >= 200 else { return true }
        return finishHead(exchange)
    }

    private func finishHead(_ exchange: UpstreamExchange) -> Bool {
        var head = UpstreamHead(status: exchange.status, isSelfDelimited: true, block: exchange.block)
        if let encoding = head.value(of: "content-encoding"), encoding.lowercased() != "identity" {
            exchange.finding = UpstreamFailure(
                kind: .malformed, message: "the answer is encoded, though `accept-encoding: identity` was sent")
            return false
        }
        if exchange.isHTTP1, head.value(of: "content-length") == nil,
            head.value(of: "transfer-encoding")?.lowercased().hasSuffix("chunked") != true, head.status != 204
        {
            head = UpstreamHead(status: head.status, isSelfDelimited: false, block: head.block)
        }
        exchange.block = []
        exchange.phase = .receivingBody
        exchange.lastActivity = now
        earliestLimit = min(earliestLimit, exchange.deadline)
        exchange.pendingHead = head
        touch(exchange)
        return true
    }

    func receive(body: UnsafeRawBufferPointer, for exchange: UpstreamExchange) -> Reception {
        guard exchange.phase == .receivingBody else {
            if exchange.phase != .ended {
                exchange.finding = UpstreamFailure(kind: .malformed, message: "a body came before the head was whole")
            }
            return .abort
        }
        guard exchange.takeCredit(body.count) else {
            exchange.isPaused = true
            return .pause
        }
        exchange.lastActivity = now
        exchange.pendingBody.append(contentsOf: body)
        touch(exchange)
        return .taken
    }

    /// The three digits after the first blank of a status line; 0 where there are none.
    private static func status(in line: UnsafeRawBufferPointer) -> Int {
        guard let blank = line.firstIndex(of: 0x20), line.count >= blank + 4 else { return 0 }
        var status = 0
        for byte in line[(blank + 1)...(blank + 3)] {
            guard (0x30...0x39).contains(byte) else { return 0 }
            status = status * 10 + Int(byte - 0x30)
        }
        return status
    }
}

/// The transfers of one endpoint that are free, and what they share.
final class TransferPool {
    private let endpoint: UpstreamEndpoint
    private let headers: UnsafeMutablePointer<curl_slist>?
    private var free: [CurlTransfer] = []
    private var used = 0
    private var lastUse: UInt64 = 0

    /// A transfer holds some kilobytes; what a burst needed beyond this is given back.
    private static let mostFree = 256

    init(_ endpoint: UpstreamEndpoint) {
        self.endpoint = endpoint
        // `Expect` without a value keeps libcurl from sending one; without `Accept-Encoding: identity` a server may compress.
        var lines = ["Expect:", "Accept-Encoding: identity"]
        let names = Set(endpoint.headers.map { $0.name.lowercased() })
        if endpoint.method == .post, !names.contains("content-type") { lines.append("Content-Type: application/json") }
        if !names.contains("accept") { lines.append("Accept: application/json, text/event-stream") }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines + endpoint.headers.map(\.line) { list = curl_slist_append(list, line) ?? list }
        headers = list
    }

    deinit {
        free.removeAll()
        curl_slist_free_all(headers)
    }

    func take(loop: EngineLoop) throws(UpstreamFailure) -> CurlTransfer {
        let transfer: CurlTransfer
        if let last = free.popLast() {
            transfer = last
        } else {
            transfer = try CurlTransfer(endpoint: endpoint, constantHeaders: headers, loop: loop)
        }
        used += 1
        return transfer
    }

    func put(_ transfer: CurlTransfer, now: UInt64) {
        used -= 1
        lastUse = now
        if free.count < Self.mostFree { free.append(transfer) }
    }

    func isIdle(since now: UInt64, nanoseconds: UInt64) -> Bool {
        used == 0 && now >= lastUse + nanoseconds
    }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

// MARK: - Callbacks of libcurl's multi handle, on the engine's thread

private func socketInterestChanged(
    _: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    let loop = Unmanaged<EngineLoop>.fromOpaque(context).takeUnretainedValue()
    // CURL_POLL_IN is 1, OUT 2, INOUT 3; REMOVE is 4.
    loop.want(what == CURL_POLL_REMOVE ? [] : SocketInterests.Interest(rawValue: UInt8(what & 3)), descriptor)
    return 0
}

private func timerChanged(_: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?)
    -> Int32
{
    guard let context else { return 0 }
    Unmanaged<EngineLoop>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
