import Foundation
import Synchronization

@testable import Upstream

/// A child process that tells what happens to it, line by line.
final class Provider: Sendable {
    struct Line: Sendable {
        /// Milliseconds of the monotonic clock, which all processes share.
        let time: Double
        let words: [String]
    }

    let port: UInt16
    private let process: Process
    private let keepAlive: Pipe
    private let recorded: Recorded

    /// Starts the provider's script, with `arguments` such as `--cert`.
    init(_ arguments: [String] = []) async throws {
        let process = Process()
        let output = Pipe()
        let input = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", providerScript] + arguments
        process.standardOutput = output
        process.standardInput = input
        let recorded = Recorded()
        try process.run()
        // Not by `readabilityHandler`: Foundation traps where a signal interrupts its `read`.
        let descriptor = dup(output.fileHandleForReading.fileDescriptor)
        Thread.detachNewThread {
            while let data = readSome(descriptor) { recorded.take(data) }
            close(descriptor)
        }
        self.process = process
        self.recorded = recorded
        keepAlive = input
        guard await eventually({ recorded.lines.contains { $0.words.first == "port" } }),
            let port = recorded.lines.first(where: { $0.words.first == "port" }).flatMap({ UInt16($0.words[1]) })
        else { throw HarnessFault("the provider did not start") }
        self.port = port
    }

    deinit { process.terminate() }

    /// Everything it said so far.
    var lines: [Line] { recorded.lines }

    /// The lines that begin with a word.
    func lines(_ word: String) -> [Line] { recorded.lines.filter { $0.words.first == word } }

    /// Waits until it told of so many requests: what it says arrives a little after what it answers.
    func hasTold(ofRequests count: Int) async -> Bool { await eventually { self.lines("request").count >= count } }

    /// The number of the connection that asked for a path, once it did.
    func connection(asking path: String) async -> String? {
        _ = await eventually { self.lines("request").contains { $0.words[2] == path } }
        return lines("request").first { $0.words[2] == path }?.words[1]
    }

    /// When a connection closed, in milliseconds.
    func closing(of connection: String) async -> Double? {
        _ = await eventually { self.lines("closed").contains { $0.words[1] == connection } }
        return lines("closed").first { $0.words[1] == connection }?.time
    }

    /// Whether it comes to send no more of a flood for a while, before it has sent `limit` bytes.
    func isHeld(below limit: Int) async -> Bool {
        var before = -1
        for _ in 0..<200 {
            let sent = Int(lines("sent").last?.words[2] ?? "") ?? 0
            if sent == before || sent >= limit { return sent < limit }
            before = sent
            try? await Task.sleep(nanoseconds: 300_000_000)
        }
        return false
    }

    func url(_ path: String, scheme: String = "http", host: String = "127.0.0.1") -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }
}

private final class Recorded: Sendable {
    private struct State {
        var rest: [UInt8] = []
        var lines: [Provider.Line] = []
    }
    private let state = Mutex(State())
    var lines: [Provider.Line] { state.withLock { $0.lines } }

    func take(_ data: [UInt8]) {
        state.withLock { state in
            state.rest += data
            while let end = state.rest.firstIndex(of: 0x0A) {
                let words = String(decoding: state.rest[..<end], as: UTF8.self).split(separator: " ").map(String.init)
                state.rest.removeSubrange(...end)
                guard let first = words.first, let time = Double(first) else { continue }
                state.lines.append(Provider.Line(time: time, words: Array(words.dropFirst())))
            }
        }
    }
}

struct HarnessFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Some bytes of a pipe; `nil` at its end.
private func readSome(_ descriptor: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { return Array(buffer[..<count]) }
        guard count < 0, errno == EINTR else { return nil }
    }
}

/// Waits until something holds; `false` where it does not within `seconds`.
func eventually(within seconds: Double = 120, _ condition: @Sendable () -> Bool) async -> Bool {
    let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
    while !condition() {
        guard monotonicNanoseconds() < end else { return false }
        try? await Task.sleep(nanoseconds: 2_000_000)
    }
    return true
}

/// Runs a program and waits for it.
@discardableResult
func run(_ program: String, _ arguments: [String], in directory: URL) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = directory
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var data: [UInt8] = []
    while let more = readSome(output.fileHandleForReading.fileDescriptor) { data += more }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw HarnessFault("`\(program) \(arguments.joined(separator: " "))` failed")
    }
    return String(decoding: data, as: UTF8.self)
}

/// A directory that goes with its owner.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("upstream-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Two authorities, and certificates of the first: `server` for `localhost`, `upstream.test` and 127.0.0.1, `other` for another
/// host, `client` for us.
final class Certificates: Sendable {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let place = directory.url
        for authority in ["ca", "stranger"] {
            try run(
                "openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "\(authority).key"],
                in: place)
            try run(
                "openssl",
                [
                    "req", "-x509", "-new", "-key", "\(authority).key", "-days", "2", "-subj", "/CN=\(authority)",
                    "-out", "\(authority).pem",
                    "-addext", "basicConstraints=critical,CA:TRUE",
                ], in: place)
        }
        for (leaf, names) in [
            ("server", "DNS:localhost,DNS:upstream.test,IP:127.0.0.1"), ("other", "DNS:other.test"),
            ("client", "DNS:client.test"),
        ] {
            try run(
                "openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "\(leaf).key"], in: place)
            try run(
                "openssl", ["req", "-new", "-key", "\(leaf).key", "-subj", "/CN=\(leaf)", "-out", "\(leaf).csr"],
                in: place)
            try Data("basicConstraints=critical,CA:FALSE\nsubjectAltName=\(names)\n".utf8)
                .write(to: place.appendingPathComponent("\(leaf).ext"))
            try run(
                "openssl",
                [
                    "x509", "-req", "-in", "\(leaf).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                    "-days", "2", "-extfile",
                    "\(leaf).ext", "-out", "\(leaf).pem",
                ], in: place)
        }
    }

    func path(_ name: String) -> String { directory.path(name) }

    /// The pin of a certificate's public key.
    func pin(of leaf: String) throws -> String {
        let digest = try run(
            "sh",
            [
                "-c",
                "openssl x509 -in \(leaf).pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64",
            ],
            in: directory.url)
        return "sha256//" + digest.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
