internal import CCurl
private import Glibc

/// The inside of an engine: one thread that sleeps in `epoll_wait` and drives libcurl's multi handles.
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
    /// At first one; more while it has many transfers. See `CurlMulti`.
    private var multis: [CurlMulti] = []
    private let epoll: Int32
    private var resolver: HostResolver
    private var pools: [ObjectIdentifier: TransferPool] = [:]
    private var active: [UpstreamExchange] = []
    private var touched: [UpstreamExchange] = []
    private var slots: [MailboxSlot] = []
    private var isStopping = false

    /// Monotonic nanoseconds, read once or twice a tick.
    private var now: UInt64 = 0
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
        guard Self.isLibraryReady, let sessions = curl_share_init() else {
            close(epoll)
            throw UpstreamFailure(kind: .internal, message: "libcurl does not start")
        }
        self.settings = settings
        self.sessions = sessions
        interests = SocketInterests(epoll: epoll)
        resolver = HostResolver(
            lifetimeMilliseconds: settings.addressLifetimeMilliseconds, commands: commands, lookUp: lookUp)

        // TLS sessions are otherwise kept per transfer up to libcurl 8.11, so that a new connection on another transfer would
        // not resume. One thread uses the share, so it needs no lock.
        _ = sallyport_share_sessions(sessions)
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
        // Now, while its callbacks still find this loop.
        multis.removeAll()
    }

    private func handle(_ event: epoll_event) {
        let descriptor = event.data.fd
        guard descriptor != commands.eventDescriptor else { return }
        let happened = interests.happened(event.events, descriptor)
        guard !happened.isEmpty else { return }
        interests.owner(of: descriptor)?.act(on: descriptor, Int32(happened.rawValue))
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
        // A few rounds, so that what a finished transfer lets go on starts in the same tick, but never endlessly.
        for multi in multis {
            for _ in 0..<4 where multi.timerDeadline <= now { multi.actOnTimer() }
        }
        resolver.allStarted()
        for multi in multis { collect(from: multi) }
        if earliestLimit <= now { checkLimits() }
        if nextSweep <= now { sweep() }
        flush()
        interests.apply()
    }

    private func sleepMilliseconds() -> Int32 {
        var until = min(earliestLimit, nextSweep)
        for multi in multis { until = min(until, multi.timerDeadline) }
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
            try roomiest().add(transfer)
        } catch {
            finish(exchange, .failure(error))
        }
    }

    /// The first multi handle with room, so that kept connections are found again; a new one where none has; the one with the
    /// least to do where there are enough of them.
    private func roomiest() throws(UpstreamFailure) -> CurlMulti {
        if let multi = multis.first(where: { $0.transfers < CurlMulti.comfortable }) { return multi }
        // A bound of connections to a host is libcurl's own, and holds for one handle.
        let most = settings.connectionsPerHost > 0 ? 1 : CurlMulti.most
        guard multis.count >= most, let least = multis.min(by: { $0.transfers < $1.transfers }) else {
            let multi = try CurlMulti(
                loop: self, keeping: settings.idleConnections / most, connectionsPerHost: settings.connectionsPerHost)
            multis.append(multi)
            return multi
        }
        return least
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
                transfer.multi?.remove(transfer)
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
        transfer.multi?.remove(transfer)
        guard transfer.mayBeHTTP2, exchange.connection != 0,
            let neighbour = active.first(where: { other in
                (other.phase == .awaitingHead || other.phase == .receivingBody)
                    && other.connection == exchange.connection && other.transfer?.mayBeHTTP2 == true
            }), let other = neighbour.transfer
        else { return }
        if !neighbour.isPaused { curl_easy_pause(other.easy, CURLPAUSE_RECV) }
        neighbour.isPaused = false
        curl_easy_pause(other.easy, CURLPAUSE_RECV_CONT)
        other.multi?.isDue(at: now)
    }

    private func collect(from multi: CurlMulti) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.handle, &left) {
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
        transfer.multi?.isDue(at: now)
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

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
