import Foundation
import Testing

@testable import RedisClient

/// Against a real `redis-server` where there is one, and against sockets that misbehave.
@Suite(.serialized) struct RedisClientTests {
    private static let isThere = RedisServer.program != nil

    private static func client(_ port: Int, milliseconds: Int = 60_000, password: String? = nil) throws -> RedisClient {
        try RedisClient(
            RedisClient.Settings(
                host: "127.0.0.1", port: port, password: password, timeoutMilliseconds: milliseconds))
    }

    @Test(.enabled(if: isThere)) func `every kind of answer is read as it was meant`() async throws {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        #expect(await client.call(["PING"]) == .success(.text(Array("PONG".utf8))))
        #expect(await client.call(["GET", "nothing"]) == .success(.null))
        #expect(await client.call(["INCRBY", "n", "-7"]) == .success(.integer(-7)))
        let nested = await client.call(["EVAL", "return {1, {'a', false}, {}}", "0"])
        #expect(nested == .success(.list([.integer(1), .list([.text(Array("a".utf8)), .null]), .list([])])))
        client.close()
    }

    @Test(.enabled(if: isThere)) func `an error is an answer, and the connection goes on`() async throws {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        guard case .success(.error(let words)) = await client.call(["NONSENSE"]) else {
            Issue.record("no error")
            return
        }
        #expect(words.hasPrefix("ERR"))
        guard case .success(.error(let script)) = await client.call(["EVALSHA", "00", "0"]) else {
            Issue.record("no error")
            return
        }
        #expect(script.hasPrefix("NOSCRIPT"))
        #expect(client.trouble == nil)
        #expect(await client.call(["PING"]) == .success(.text(Array("PONG".utf8))))
        client.close()
    }

    @Test(.enabled(if: isThere)) func `any bytes go there and back, also many of them`() async throws {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        for bytes in [[], [UInt8](0...255), [UInt8](repeating: 0xA7, count: 24 << 20)] as [[UInt8]] {
            let stored = await withCheckedContinuation { continuation in
                client.send(bytes: [Array("SET".utf8), Array("k".utf8), bytes]) { continuation.resume(returning: $0) }
            }
            #expect(stored == .success(.text(Array("OK".utf8))))
            let read = await client.call(["GET", "k"])
            #expect(read == .success(.text(bytes)), "\(bytes.count) bytes")
        }
        client.close()
    }

    @Test(.enabled(if: isThere)) func `many commands at once each get their own answer`() async throws {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<2_000 {
                group.addTask {
                    await client.call(["ECHO", "\(number)"]) == .success(.text(Array("\(number)".utf8)))
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 2_000)
        client.close()
    }

    @Test(.enabled(if: isThere)) func `a server that came back is found again`() async throws {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        #expect(await client.call(["PING"]) == .success(.text(Array("PONG".utf8))))
        server.stop()
        guard case .failure = await client.call(["PING"]) else {
            Issue.record("an answer of a server that is not there")
            return
        }
        #expect(client.trouble != nil)
        let again = try RedisServer(port: server.port)
        // The first command may still find the old connection's end.
        var answer = await client.call(["PING"])
        for _ in 0..<100 {
            if case .success = answer { break }
            answer = await client.call(["PING"])
        }
        #expect(answer == .success(.text(Array("PONG".utf8))))
        #expect(client.trouble == nil)
        again.stop()
        client.close()
    }

    @Test(.enabled(if: isThere)) func `a server that is killed in the middle of a script fails the command, once`()
        async throws
    {
        let server = try RedisServer()
        let client = try Self.client(server.port)
        async let answer = client.call(["EVAL", "while true do end", "0"])
        // It is in the script once it answers nobody else.
        try await server.isBusy()
        server.stop()
        guard case .failure(let failure) = await answer else {
            Issue.record("an answer of a server that is not there")
            return
        }
        #expect(failure.description.hasPrefix("127.0.0.1:\(server.port): "))
        client.close()
    }

    @Test(.enabled(if: isThere)) func `a wrong password is told without the password`() async throws {
        let server = try RedisServer(password: "right")
        let wrong = try Self.client(server.port, password: "hunter2")
        guard case .failure(let failure) = await wrong.call(["PING"]) else {
            Issue.record("let in")
            return
        }
        #expect(!failure.description.contains("hunter2") && failure.description.contains("127.0.0.1"))
        let right = try Self.client(server.port, password: "right")
        #expect(await right.call(["PING"]) == .success(.text(Array("PONG".utf8))))
        wrong.close()
        right.close()
    }

    @Test func `a server that takes connections and never answers is given up, and so are those that wait`()
        async throws
    {
        let deaf = try DeafServer()
        let client = try Self.client(deaf.port, milliseconds: 200)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { if case .failure = await client.call(["PING"]) { true } else { false } }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 20)
        #expect(client.trouble != nil)
        client.close()
    }

    @Test func `nobody at the address is a failure that names it`() async throws {
        let client = try Self.client(try DeafServer.unusedPort())
        guard case .failure(let failure) = await client.call(["PING"]) else {
            Issue.record("an answer of nobody")
            return
        }
        #expect(failure.description.hasPrefix("127.0.0.1:"))
        client.close()
    }

    @Test func `after the end nothing is sent, and who asks is told`() async throws {
        let client = try Self.client(try DeafServer.unusedPort())
        client.close()
        guard case .failure = await client.call(["PING"]) else {
            Issue.record("an answer after the end")
            return
        }
        client.close()
    }
}

/// A `redis-server` of its own, which ends with this value.
private final class RedisServer: Sendable {
    static let program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/valkey-server"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    let port: Int
    private let process = Process()

    init(port: Int? = nil, password: String? = nil) throws {
        let port = try port ?? DeafServer.unusedPort()
        self.port = port
        process.executableURL = URL(filePath: try #require(Self.program))
        process.arguments =
            ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            + (password.map { ["--requirepass", $0] } ?? [])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        try process.run()
        // Waits until it takes connections.
        let deadline = Date.now.addingTimeInterval(120)
        while Date.now < deadline, !LoopbackSocket.connects(to: port) { usleep(20_000) }
    }

    deinit { stop() }

    /// Returns once it says that it is busy with a script.
    func isBusy() async throws {
        let client = try RedisClient(
            RedisClient.Settings(host: "127.0.0.1", port: port, timeoutMilliseconds: 1_000))
        defer { client.close() }
        for _ in 0..<120 {
            if case .failure = await client.call(["PING"]) { return }
            if case .success(.error) = await client.call(["PING"]) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// Listens, and never takes or answers anything: the system takes the connections for it.
private final class DeafServer: Sendable {
    let port: Int
    private let socket: LoopbackSocket

    init() throws {
        socket = try LoopbackSocket()
        port = socket.port
    }

    /// A port at which nobody listens.
    static func unusedPort() throws -> Int { try LoopbackSocket().port }
}

/// A socket that listens at a port of loopback that the system chose, and closes with this value.
private final class LoopbackSocket: Sendable {
    let port: Int
    private let descriptor: Int32

    struct Unavailable: Error {}

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard status else { throw Unavailable() }
    }

    deinit { close(descriptor) }

    static func connects(to port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(UInt16(port))
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
