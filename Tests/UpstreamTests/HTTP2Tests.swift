import Foundation
import Inference
import Testing

@testable import Upstream

/// HTTP/2, with nginx in front of the provider.
@Suite(.serialized) struct HTTP2Tests {
    @Test func `parallel requests share one connection`() async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        let endpoint = try await nginx.endpoint("/slow?ms=20")
        for token in UInt64(1)...60 { engine.submit(endpoint, token: token) }
        #expect(await eventually { engine.recorder.ended == 60 })
        #expect(engine.recorder.all.allSatisfy { $0.isComplete })
        #expect(await eventually { nginx.log.count == 60 })
        #expect(nginx.log.allSatisfy { $0.hasPrefix("HTTP/2.0 200 ") })
        #expect(Set(nginx.log.map { $0.split(separator: " ")[2] }).count == 1)
    }

    @Test func `HTTP 1 is spoken where it is asked for`() async throws {
        let nginx = try await Nginx()
        let answer = try await TestEngine().answer(nginx.endpoint("/json", httpVersion: .http1))
        #expect(answer.isComplete)
        #expect(await eventually { nginx.log.first?.hasPrefix("HTTP/1.1 200 ") == true })
    }

    @Test func `heads of HTTP 2 are read, and streams come as they come`() async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        let answer = try await engine.answer(nginx.endpoint("/json"))
        #expect(answer.head?.status == 200)
        #expect(answer.head?.isSelfDelimited == true)
        #expect(answer.head?.value(of: "x-request-id") == "r1")
        let stream = try await engine.answer(nginx.endpoint("/chunks?n=6&ms=60"), token: 2)
        #expect(stream.isComplete)
        #expect(stream.pieces.count >= 4)
    }

    @Test func `a large request goes through`() async throws {
        let nginx = try await Nginx()
        let answer = try await TestEngine().answer(
            nginx.endpoint("/json"), body: [UInt8](repeating: 0x78, count: 5_000_000))
        #expect(answer.text.contains(#""length": 5000000"#))
    }

    @Test(arguments: ["/cut-length", "/cut-chunked"])
    func `a stream that is broken off is a failure`(_ path: String) async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        let answer = try await engine.answer(nginx.endpoint(path))
        #expect(!answer.isComplete)
        #expect(answer.failure?.kind == .cut)
        let next = try await engine.answer(nginx.endpoint("/json"), token: 2)
        #expect(next.isComplete)
    }

    @Test func `a cancelled stream is reset at once, its neighbours live on`() async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        let neighbour = engine.submit(try await nginx.endpoint("/chunks?n=20&ms=30"), token: 1)
        #expect(await eventually { engine.recorder.answer(1).head != nil })
        let exchange = engine.submit(try await nginx.endpoint("/hang"), token: 2)
        let connection = try #require(await nginx.provider.connection(asking: "/hang"))
        exchange.cancel()
        // Left alone, it would stay open for an hour.
        #expect(await nginx.provider.closing(of: connection) != nil)
        let answer = await engine.recorder.finished(1)
        #expect(answer.isComplete)
        #expect(answer.text.split(separator: "\n").count == 20)
        withExtendedLifetime(neighbour) {}
    }

    @Test(arguments: ["/hang", "/stall", "/flood?bytes=100000000"], [false, true])
    func `a cancelled stream is reset though all else is quiet`(_ path: String, _ hasNeighbour: Bool) async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        if hasNeighbour {
            engine.submit(try await nginx.endpoint("/slow?ms=9000"), token: 9)
            _ = await nginx.provider.connection(asking: "/slow")
        }
        let exchange = engine.submit(try await nginx.endpoint(path))
        let asked = String(path.prefix { $0 != "?" })
        let connection = try #require(await nginx.provider.connection(asking: asked))
        if path != "/hang" { #expect(await eventually { engine.recorder.received() > 0 }) }
        try await Task.sleep(nanoseconds: 200_000_000)
        let cancelled = Double(monotonicNanoseconds()) / 1e6
        exchange.cancel()
        let closed = try #require(await nginx.provider.closing(of: connection))
        // Nothing else moves on the connection for nine seconds.
        #expect(closed - cancelled < 7_000, "took \(closed - cancelled) ms")
        let next = try await engine.answer(nginx.endpoint("/json"), token: 2)
        #expect(next.isComplete)
        guard hasNeighbour else { return }
        let neighbour = await engine.recorder.finished(9)
        #expect(neighbour.isComplete)
        #expect(await eventually { nginx.log.count >= 3 })
        #expect(Set(nginx.log.map { $0.split(separator: " ")[2] }).count == 1)
    }

    @Test func `a paused stream does not hold up its neighbours`() async throws {
        let nginx = try await Nginx()
        let engine = try TestEngine()
        let paused = engine.submit(try await nginx.endpoint("/flood?bytes=100000000"), token: 1)
        #expect(await eventually { engine.recorder.received() >= 256 << 10 })
        for token in UInt64(2)...6 {
            let answer = try await engine.answer(nginx.endpoint("/json"), token: token)
            #expect(answer.isComplete)
        }
        #expect(Set(nginx.log.map { $0.split(separator: " ")[2] }).count == 1)
        paused.cancel()
    }

    @Test func `a slow consumer slows its stream, and loses nothing`() async throws {
        let nginx = try await Nginx()
        var settings = UpstreamEngine.Settings()
        settings.window = 128 << 10
        let engine = try TestEngine(settings)
        let total = 24 << 20
        let exchange = engine.submit(try await nginx.endpoint("/flood?bytes=\(total)"))
        #expect(await eventually { engine.recorder.received() >= 128 << 10 })
        #expect(await nginx.provider.isHeld(below: 20 << 20), "the provider was not held")
        #expect(engine.recorder.received() <= 160 << 10)
        let (answer, _) = await engine.recorder.consuming(exchange)
        #expect(answer.isComplete)
        #expect(answer.body.count == total)
    }
}

/// nginx on a free port: TLS, HTTP/2, passing everything on to a provider at once.
final class Nginx: Sendable {
    let provider: Provider
    let port: UInt16
    private let process: Process
    private let directory: TemporaryDirectory

    init() async throws {
        let certificates = try await Shared.certificates.value
        provider = try await Provider()
        directory = try TemporaryDirectory()
        port = try freePort()
        let place = directory.url.path
        let configuration = """
            worker_processes 1; daemon off; pid \(place)/pid; error_log \(place)/error.log; events { worker_connections 1024; }
            http {
                log_format plain "$server_protocol $status $connection"; access_log \(place)/access.log plain;
                client_body_temp_path \(place)/b; proxy_temp_path \(place)/p; fastcgi_temp_path \(place)/f;
                uwsgi_temp_path \(place)/u; scgi_temp_path \(place)/s;
                server {
                    listen 127.0.0.1:\(port) ssl http2; ssl_certificate \(certificates.path("server.pem"));
                    ssl_certificate_key \(certificates.path("server.key")); client_max_body_size 64m;
                    location / {
                        proxy_pass http://127.0.0.1:\(provider.port); proxy_http_version 1.1; proxy_buffering off;
                        proxy_request_buffering off;
                    }
                }
            }
            """
        try Data(configuration.utf8).write(to: directory.url.appendingPathComponent("nginx.conf"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.environment = ["PATH": "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"]
        process.arguments = ["nginx", "-p", place, "-c", "\(place)/nginx.conf"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        let port = port
        guard await eventually({ isListening(port) }) else { throw HarnessFault("nginx did not start") }
    }

    deinit { process.terminate() }

    func endpoint(_ path: String, httpVersion: UpstreamEndpoint.HTTPVersion = .automatic) async throws
        -> UpstreamEndpoint
    {
        try UpstreamEndpoint(
            provider: ProviderID("mock"), url: "https://127.0.0.1:\(port)\(path)",
            tls: UpstreamTLS(authorities: try await Shared.certificates.value.path("ca.pem")), httpVersion: httpVersion)
    }

    var log: [Substring] {
        let text = try? String(contentsOf: directory.url.appendingPathComponent("access.log"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map { Substring($0) }
    }
}
