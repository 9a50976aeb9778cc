import NIOCore
import Testing

@testable import SecureTransport

/// Versions, suites, groups and ALPN as the real `openssl s_client` finds them.
@Suite struct ProtocolTests {
    let certificates = TestCertificates.shared

    @Test(arguments: [
        (["-tls1_3"], "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384"),
        (["-tls1_2"], "New, TLSv1.2, Cipher is ECDHE-ECDSA-AES256-GCM-SHA384"),
        // Our preference wins over the client's.
        (
            ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"],
            "Cipher is TLS_AES_256_GCM_SHA384"
        ),
        (["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], "Cipher is TLS_CHACHA20_POLY1305_SHA256"),
        (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], "Cipher is ECDHE-RSA-AES128-GCM-SHA256"),
        (["-tls1_2", "-cipher", "aRSA"], "Cipher is ECDHE-RSA-AES256-GCM-SHA384"),
        (["-sigalgs", "RSA-PSS+SHA256"], "Peer signature type: RSA-PSS"),
        (["-sigalgs", "ECDSA+SHA256:RSA-PSS+SHA256"], "Peer signature type: ECDSA"),
        (["-groups", "X25519"], "Server Temp Key: X25519"),
        (["-groups", "P-256"], "Server Temp Key: ECDH, prime256v1"),
        (["-groups", "P-384"], "Server Temp Key: ECDH, secp384r1"), ([], "Compression: NONE"),
    ])
    func `a modern client is served`(arguments: [String], expected: String) async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(server.port, arguments)
        #expect(client.output.contains(expected), "\(client.output)")
        #expect(client.output.contains("Verification: OK"))
        #expect(client.isEchoed)
        try await server.stop()
    }

    @Test(arguments: [
        ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "AES256-GCM-SHA384"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"],
        ["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"], ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"],
        ["-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"], ["-tls1_3", "-groups", "P-521"],
        ["-tls1_3", "-groups", "ffdhe2048"],
    ])
    func `an outdated client is refused`(arguments: [String]) async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(server.port, arguments)
        #expect(!client.isEchoed, "\(client.output)")
        #expect(client.status != 0)
        #expect(try await server.log.wait { !$0.failures.isEmpty && $0.inactive == 1 })
        #expect(server.log.current.handshakes.isEmpty)
        try await server.stop()
    }

    @Test func `TLS 1.2 is refused where 1.3 is the minimum`() async throws {
        var configuration = certificates.configuration
        configuration.minimumVersion = .tls13
        let server = try await TestServer.start(configuration)
        #expect(try await !OpenSSLCommand.connect(server.port, ["-tls1_2"]).isEchoed)
        #expect(try await OpenSSLCommand.connect(server.port, ["-tls1_3"]).isEchoed)
        try await server.stop()
    }

    @Test(arguments: [
        ("h2,http/1.1", "h2"), ("http/1.1,h2", "h2"), ("http/1.1", "http/1.1"), ("spdy/3,http/1.1", "http/1.1"),
    ])
    func `ALPN agrees on our first protocol that the client offers`(offer: String, expected: String) async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(server.port, ["-alpn", offer])
        #expect(client.output.contains("ALPN protocol: \(expected)"))
        #expect(server.log.current.handshakes.map(\.applicationProtocol) == [expected])
        try await server.stop()
    }

    @Test func `a client without ALPN is served and reported as such`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(server.port)
        #expect(client.output.contains("No ALPN negotiated"))
        #expect(server.log.current.handshakes.first?.applicationProtocol == nil)
        #expect(server.log.current.handshakes.count == 1)
        try await server.stop()
    }

    @Test func `a client that offers only foreign protocols gets an alert`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(server.port, ["-alpn", "spdy/3"])
        #expect(client.output.contains("no application protocol"), "\(client.output)")
        #expect(!client.isEchoed)
        try await server.stop()
    }

    @Test func `renegotiation is refused`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let client = try await OpenSSLCommand.connect(
            server.port, ["-tls1_2"], input: "R\n", answer: "no renegotiation")
        #expect(client.output.contains("RENEGOTIATING"))
        #expect(client.output.contains("no renegotiation"), "\(client.output)")
        #expect(server.log.current.handshakes.count == 1)
        try await server.stop()
    }

    @Test func `plain HTTP on the TLS port is refused as such`() async throws {
        let channel = try EmbeddedChannelServer(certificates.configuration)
        channel.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        #expect(channel.failure == .handshakeRefused(reason: "http request"))
    }
}
