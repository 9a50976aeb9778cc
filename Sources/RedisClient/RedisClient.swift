private import CHiredis
private import Glibc
internal import LedgerStore

/// Talks to one Redis or Valkey server over TCP, from one thread of its own: whatever waits goes out together (pipelining), and answers come
/// back on that thread.
///
/// A connection that fails is made anew with the next command. A command whose answer was lost may have been carried out or not: it is told
/// as failed, and never repeated by itself.
public final class RedisClient: Sendable {
    /// Where the server is, and how to talk to it.
    public struct Settings: Hashable, Sendable {
        /// An address or a host's name.
        public let host: String
        /// The port.
        public let port: Int
        /// For `AUTH`; `nil` where the server asks for none.
        public let password: String?
        /// For `AUTH` with a name; `nil`: the default user.
        public let user: String?
        /// How long to connect and to wait for an answer, in milliseconds.
        public let timeoutMilliseconds: Int

        /// Puts it together.
        public init(host: String, port: Int, password: String? = nil, user: String? = nil, timeoutMilliseconds: Int) {
            self.host = host
            self.port = port
            self.password = password
            self.user = user
            self.timeoutMilliseconds = timeoutMilliseconds
        }
    }

    /// What a server answers.
    public indirect enum Reply: Hashable, Sendable {
        /// Nothing.
        case null
        /// A whole number.
        case integer(Int64)
        /// A text, or a status.
        case text([UInt8])
        /// Several.
        case list([Reply])
        /// What is wrong with the command.
        case error(String)
    }

    /// Why there is no answer.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, in words; no secret.
        public let description: String
    }

    private struct Command {
        let parts: [[UInt8]]
        let done: @Sendable (Result<Reply, Failure>) -> Void
        /// Of the monotonic clock; who comes too late is told so, and not sent any more.
        let deadline: UInt64
    }

    private struct State {
        var waiting: [Command] = []
        var isClosing = false
        var trouble: String?
    }

    /// More commands must not wait: the server is too slow, or gone.
    private static let mostWaiting = 10_000
    private static let mostInOneGo = 256

    private let settings: Settings
    private let monitor = Monitor()
    // Guarded by the monitor.
    private nonisolated(unsafe) var state = State()
    private nonisolated(unsafe) var thread: LedgerThread?

    /// Starts the thread; connects with the first command.
    public init(_ settings: Settings) throws(Failure) {
        self.settings = settings
        guard let thread = LedgerThread({ [self] in run() }) else {
            throw Failure(description: "no thread is left to talk to Redis")
        }
        self.thread = thread
    }

    /// Sends a command; `done` is called on the client's thread, or at once where nothing can be sent.
    public func send(_ parts: [String], _ done: @escaping @Sendable (Result<Reply, Failure>) -> Void) {
        send(bytes: parts.map { Array($0.utf8) }, done)
    }

    /// Sends a command of any bytes; `done` is called on the client's thread, or at once where nothing can be sent.
    public func send(bytes parts: [[UInt8]], _ done: @escaping @Sendable (Result<Reply, Failure>) -> Void) {
        let deadline = Monitor.now() + UInt64(max(1, settings.timeoutMilliseconds)) * 1_000_000
        monitor.lock()
        let isTaken = !state.isClosing && state.waiting.count < Self.mostWaiting
        if isTaken {
            state.waiting.append(Command(parts: parts, done: done, deadline: deadline))
            monitor.signal()
        }
        monitor.unlock()
        if !isTaken { done(.failure(Failure(description: "Redis is too slow, or the gateway is stopping"))) }
    }

    /// Sends a command and waits for its answer.
    public func call(_ parts: [String]) async -> Result<Reply, Failure> {
        await withCheckedContinuation { continuation in send(parts) { continuation.resume(returning: $0) } }
    }

    /// Runs what ends with a call of its argument, and waits for that: for threads that may block.
    public static func waiting<Value: Sendable>(_ body: (@escaping @Sendable (Value) -> Void) -> Void) -> Value {
        let answer = Answer<Value>()
        body { answer.give($0) }
        return answer.take()
    }

    private final class Answer<Value: Sendable>: Sendable {
        private let monitor = Monitor()
        // Guarded by the monitor.
        private nonisolated(unsafe) var value: Value?

        func give(_ value: Value) {
            monitor.lock()
            self.value = value
            monitor.signal()
            monitor.unlock()
        }

        func take() -> Value {
            monitor.lock()
            defer { monitor.unlock() }
            while true {
                if let value { return value }
                monitor.wait()
            }
        }
    }

    /// Why the last command failed; `nil` where it did not.
    public var trouble: String? {
        monitor.lock()
        defer { monitor.unlock() }
        return state.trouble
    }

    /// Sends what waits and ends the thread. Blocks.
    public func close() {
        monitor.lock()
        guard !state.isClosing else { return monitor.unlock() }
        state.isClosing = true
        monitor.signal()
        monitor.unlock()
        thread?.join()
    }

    // MARK: - The thread

    private func run() {
        var connection: RedisConnection?
        while true {
            monitor.lock()
            while state.waiting.isEmpty, !state.isClosing { monitor.wait() }
            let batch = Array(state.waiting.prefix(Self.mostInOneGo))
            state.waiting.removeFirst(batch.count)
            let isLast = batch.isEmpty
            monitor.unlock()
            if isLast { return }
            carryOut(batch, over: &connection)
        }
    }

    private func carryOut(_ batch: [Command], over connection: inout RedisConnection?) {
        let now = Monitor.now()
        var results: [Result<Reply, Failure>] = []
        results.reserveCapacity(batch.count)
        do throws(Failure) {
            let open: RedisConnection
            if let connection { open = connection } else { open = try RedisConnection(settings) }
            connection = open
            let timely = batch.map { $0.deadline > now }
            for (command, isTimely) in zip(batch, timely) where isTimely { try open.append(command.parts) }
            for isTimely in timely {
                results.append(
                    isTimely ? .success(try open.reply()) : .failure(Failure(description: "no answer in time")))
            }
            // Who only was too late says nothing of the server.
            if timely.contains(true) { note(nil) }
        } catch {
            connection = nil
            note(error.description)
            while results.count < batch.count { results.append(.failure(error)) }
        }
        for (command, result) in zip(batch, results) { command.done(result) }
    }

    private func note(_ trouble: String?) {
        monitor.lock()
        state.trouble = trouble
        monitor.unlock()
    }
}

/// One connection of hiredis, used by one thread.
private final class RedisConnection {
    private let context: UnsafeMutablePointer<redisContext>
    private let place: String

    init(_ settings: RedisClient.Settings) throws(RedisClient.Failure) {
        place = "\(settings.host):\(settings.port)"
        let patience = timeval(
            tv_sec: settings.timeoutMilliseconds / 1_000, tv_usec: settings.timeoutMilliseconds % 1_000 * 1_000)
        guard let context = redisConnectWithTimeout(settings.host, Int32(settings.port), patience) else {
            throw RedisClient.Failure(description: "\(place): no memory")
        }
        self.context = context
        guard context.pointee.err == 0 else { throw failure() }
        redisSetTimeout(context, patience)
        redisEnableKeepAlive(context)
        guard let password = settings.password else { return }
        let credentials = ["AUTH"] + (settings.user.map { [$0] } ?? []) + [password]
        try append(credentials.map { Array($0.utf8) })
        if case .error(let words) = try reply() {
            throw RedisClient.Failure(description: "\(place): \(words)")
        }
    }

    deinit { redisFree(context) }

    func append(_ parts: [[UInt8]]) throws(RedisClient.Failure) {
        // One buffer for all parts, so that one closure is enough for all pointers into it.
        let lengths = parts.map(\.count)
        var status: Int32 = REDIS_ERR
        parts.flatMap(\.self).withUnsafeBufferPointer { bytes in
            // An empty buffer has no address; its parts are empty then, and any address does.
            let base = UnsafeRawPointer(bytes.baseAddress ?? UnsafePointer(bitPattern: 1))?
                .assumingMemoryBound(to: CChar.self)
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { offset += length }
                return base.map { $0 + offset }
            }
            status = redisAppendCommandArgv(context, Int32(parts.count), &pointers, lengths)
        }
        guard status == REDIS_OK else { throw failure() }
    }

    func reply() throws(RedisClient.Failure) -> RedisClient.Reply {
        var raw: UnsafeMutableRawPointer?
        guard redisGetReply(context, &raw) == REDIS_OK, let raw else { throw failure() }
        defer { freeReplyObject(raw) }
        return Self.value(raw.assumingMemoryBound(to: redisReply.self).pointee, depth: 0)
    }

    private static func value(_ reply: redisReply, depth: Int) -> RedisClient.Reply {
        var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)) }
        switch reply.type {
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .text(bytes)
        case REDIS_REPLY_ERROR: return .error(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            guard depth < 8 else { return .null }
            return .list(
                (0..<reply.elements).map { index in
                    reply.element[index].map { value($0.pointee, depth: depth + 1) } ?? .null
                })
        default: return .null
        }
    }

    private func failure() -> RedisClient.Failure {
        let words = withUnsafeBytes(of: context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisClient.Failure(description: "\(place): \(words.isEmpty ? "connection lost" : words.lowercased())")
    }
}
