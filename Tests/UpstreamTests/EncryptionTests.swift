import Foundation
import Inference
import Testing

@testable import Upstream

/// TLS to the provider, and through a proxy.
@Suite struct EncryptionTests {
    private func endpoint(
        _ url: String, _ tls: UpstreamTLS, proxy: UpstreamProxy? = nil
    ) throws -> UpstreamEndpoint {
        try UpstreamEndpoint(provider: provider, url: url, tls: tls, proxy: proxy)
    }

    private func trusting() async throws -> UpstreamTLS {
        try UpstreamTLS(authorities: try await Shared.certificates.value.path("ca.pem"))
    }

    @Test func `the configured authority is trusted`() async throws {
        let server = try await Shared.encrypted.value
        let engine = try TestEngine()
        for (token, host) in [(UInt64(1), "127.0.0.1"), (2, "localhost"), (3, "upstream.test")] {
            let answer = try await engine.answer(
                endpoint(server.url("/json", scheme: "https", host: host), trusting()), token: token)
            #expect(answer.isComplete, "\(host): \(String(describing: answer.failure))")
        }
    }

    @Test func `no other authority is trusted`() async throws {
        let server = try await Shared.encrypted.value
        let stranger = try UpstreamTLS(authorities: try await Shared.certificates.value.path("stranger.pem"))
        for tls in [stranger, UpstreamTLS()] {
            let answer = try await TestEngine().answer(endpoint(server.url("/json", scheme: "https"), tls))
            #expect(answer.failure?.kind == .tls)
        }
        #expect(!server.lines("request").contains { $0.words[1] == "0" })
    }

    @Test func `a missing file of authorities is a failure, not the system's`() async throws {
        let server = try await Shared.encrypted.value
        let answer = try await TestEngine().answer(
            endpoint(server.url("/json", scheme: "https"), UpstreamTLS(authorities: "/nonexistent/ca.pem")))
        #expect(answer.failure?.kind == .tls)
    }

    @Test func `a certificate for another host is refused`() async throws {
        let certificates = try await Shared.certificates.value
        let server = try await Provider([
            "--cert", certificates.path("other.pem"), "--key", certificates.path("other.key"),
        ])
        let answer = try await TestEngine().answer(endpoint(server.url("/json", scheme: "https"), trusting()))
        #expect(answer.failure?.kind == .tls)
        #expect(server.lines("request").isEmpty)
    }

    @Test func `only a pinned key is accepted`() async throws {
        let server = try await Shared.encrypted.value
        let certificates = try await Shared.certificates.value
        let right = try certificates.pin(of: "server")
        let wrong = try certificates.pin(of: "other")
        for (pins, isGood) in [([right], true), ([wrong, right], true), ([wrong], false)] {
            let tls = try UpstreamTLS(authorities: certificates.path("ca.pem"), pinnedPublicKeys: pins)
            let answer = try await TestEngine().answer(endpoint(server.url("/json", scheme: "https"), tls))
            #expect(answer.isComplete == isGood)
            if !isGood { #expect(answer.failure?.kind == .tls) }
        }
    }

    @Test func `a server that wants our certificate gets it, or nothing`() async throws {
        let certificates = try await Shared.certificates.value
        let server = try await Provider([
            "--cert", certificates.path("server.pem"), "--key", certificates.path("server.key"), "--client-ca",
            certificates.path("ca.pem"),
        ])
        let without = try await TestEngine().answer(endpoint(server.url("/json", scheme: "https"), trusting()))
        #expect(without.failure != nil)
        #expect(server.lines("request").isEmpty)
        let tls = try UpstreamTLS(
            authorities: certificates.path("ca.pem"),
            clientCertificate: .init(certificate: certificates.path("client.pem"), key: certificates.path("client.key"))
        )
        let with = try await TestEngine().answer(endpoint(server.url("/json", scheme: "https"), tls))
        #expect(with.isComplete)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a server that misses our certificate says so`(_ version: String) async throws {
        // asyncio closes without the alert, OpenSSL's own server sends it; in TLS 1.3 after the handshake is over for us.
        let certificates = try await Shared.certificates.value
        let port = try freePort()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificates.path("server.pem"), "-key",
            certificates.path("server.key"), "-Verify", "1", "-quiet", "-CAfile", certificates.path("ca.pem"), version,
        ]
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        #expect(await eventually { isListening(port) })
        let answer = try await TestEngine().answer(endpoint("https://127.0.0.1:\(port)/json", trusting()))
        #expect(answer.failure?.kind == .tls, "\(String(describing: answer.failure))")
    }

    @Test func `a connection made with one certificate is not used without it`() async throws {
        let certificates = try await Shared.certificates.value
        let server = try await Provider([
            "--cert", certificates.path("server.pem"), "--key", certificates.path("server.key"), "--client-ca",
            certificates.path("ca.pem"),
        ])
        let engine = try TestEngine()
        let tls = try UpstreamTLS(
            authorities: certificates.path("ca.pem"),
            clientCertificate: .init(certificate: certificates.path("client.pem"), key: certificates.path("client.key"))
        )
        let with = try await engine.answer(endpoint(server.url("/json", scheme: "https"), tls), token: 1)
        let without = try await engine.answer(endpoint(server.url("/json", scheme: "https"), trusting()), token: 2)
        #expect(with.isComplete)
        #expect(without.failure != nil)
        #expect(await server.hasTold(ofRequests: 1))
        #expect(server.lines("request").count == 1)
    }

    @Test func `new connections resume the TLS session`() async throws {
        let certificates = try await Shared.certificates.value
        let server = try await Provider([
            "--cert", certificates.path("server.pem"), "--key", certificates.path("server.key"),
        ])
        let endpoint = try await endpoint(server.url("/close", scheme: "https"), trusting())
        // A session that did not close cleanly is not resumed, so on a busy machine not every one is: three tries.
        var most = 0
        var told = 0
        for _ in 1...3 where most < 2 {
            let engine = try TestEngine()
            _ = await engine.answer(endpoint, token: 1)
            #expect(await server.hasTold(ofRequests: told + 1))
            let before = server.lines("open").count
            for token in UInt64(2)...4 { engine.submit(endpoint, token: token) }
            #expect(await eventually { engine.recorder.ended == 4 })
            #expect(engine.recorder.all.allSatisfy { $0.isComplete })
            told += 4
            #expect(await server.hasTold(ofRequests: told))
            most = max(most, server.lines("open").dropFirst(before).count { $0.words[2] == "resumed" })
        }
        // One would be the transfer that made the first connection; the others know of its session by the share only.
        #expect(most >= 2)
    }

    @Test func `a cut under TLS is a failure`() async throws {
        let server = try await Shared.encrypted.value
        for (token, path) in [(UInt64(1), "/cut-length"), (2, "/cut-chunked")] {
            let answer = try await TestEngine().answer(
                endpoint(server.url(path, scheme: "https"), trusting()), token: token)
            #expect(answer.failure?.kind == .cut)
        }
    }

    @Test func `a proxy is used where one is configured, and asked to connect only`() async throws {
        let server = try await Shared.encrypted.value
        let proxy = try await Provider(["--proxy-to", "127.0.0.1:\(server.port)"])
        let engine = try TestEngine { _ in .failure(UpstreamFailure(kind: .resolve, message: "only the proxy knows")) }
        let through = try UpstreamProxy(proxy.url(""), credentials: (user: "gate", password: "secret"))
        let tls = try await trusting()
        // `no_proxy` in the environment says `upstream.test`; it does not count.
        let answer = try await engine.answer(
            endpoint("https://upstream.test/json", tls, proxy: through), token: 1)
        #expect(answer.isComplete, "\(String(describing: answer.failure))")
        #expect(answer.head?.value(of: "x-from-proxy") == nil)
        #expect(!answer.text.lowercased().contains("proxy-authorization"))
        #expect(proxy.lines("connect").first?.words == ["connect", "CONNECT|upstream.test:443|HTTP/1.1", "auth"])

        let refused = try await engine.answer(endpoint("https://refused.test/json", tls, proxy: through), token: 2)
        #expect(refused.failure?.kind == .connect)
        let dead = try await engine.answer(
            endpoint("https://upstream.test/json", tls, proxy: UpstreamProxy("http://127.0.0.1:1")), token: 3)
        #expect(dead.failure?.kind == .connect)
    }

    @Test func `proxies of the environment are not used`() async throws {
        // `TestEngine` sets `http_proxy`, `https_proxy` and `all_proxy` to where nobody listens.
        let engine = try TestEngine()
        #expect(ProcessInfo.processInfo.environment["http_proxy"] == "http://127.0.0.1:1")
        let plain = try await engine.answer(plaintext(try await Shared.provider.value.url("/json")), token: 1)
        #expect(plain.isComplete)
        let server = try await Shared.encrypted.value
        let encrypted = try await engine.answer(endpoint(server.url("/json", scheme: "https"), trusting()), token: 2)
        #expect(encrypted.isComplete)
    }
}
