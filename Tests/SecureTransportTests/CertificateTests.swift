import Foundation
import Testing

@testable import SecureTransport

/// Which certificate a client meets, and what is asked of its own.
@Suite struct CertificateTests {
    let certificates = TestCertificates.shared

    private func served(_ port: Int, _ name: String?) async throws -> String {
        let client = try await OpenSSLCommand.connect(port, name.map { ["-servername", $0] } ?? ["-noservername"])
        return client.output.components(separatedBy: "\n").first { $0.hasPrefix("subject=") } ?? client.output
    }

    @Test func `SNI chooses the host's certificate, and the default otherwise`() async throws {
        var configuration = certificates.configuration
        configuration.hosts = [
            .init(certificates: [try certificates.server(["api.example.com", "llm.example.com"])]),
            .init(names: ["*.wild.example"], certificates: [try certificates.server(["any.wild.example"])]),
        ]
        let server = try await TestServer.start(configuration)
        #expect(try await served(server.port, "api.example.com").hasSuffix("CN = api.example.com"))
        #expect(try await served(server.port, "LLM.example.com").hasSuffix("CN = api.example.com"))
        #expect(try await served(server.port, "x.wild.example").hasSuffix("CN = any.wild.example"))
        #expect(try await served(server.port, "x.y.wild.example").hasSuffix("CN = localhost"))
        #expect(try await served(server.port, "wild.example").hasSuffix("CN = localhost"))
        #expect(try await served(server.port, "unknown.example").hasSuffix("CN = localhost"))
        #expect(try await served(server.port, nil).hasSuffix("CN = localhost"))
        #expect(
            server.log.current.handshakes.map(\.serverName?.isEmpty) == [false, false, false, false, false, false, nil])
        try await server.stop()
    }

    @Test func `a reload serves the new certificate and keeps the old connections`() async throws {
        let directory = makeTemporaryDirectory()
        let live = TLSConfiguration.CertificateFiles(certificate: directory + "/s.pem", key: directory + "/s.key")
        func put(_ name: String) throws {
            let new = try certificates.server([name])
            try PEMFile.store(PEMFile.contents(of: new.certificate), to: live.certificate, mode: 0o644)
            try PEMFile.store(PEMFile.contents(of: new.key), to: live.key, mode: 0o600)
        }
        try put("first.example")
        let server = try await TestServer.start(TLSConfiguration(certificates: [live]))
        let long = try ChattingClient(server.port)
        #expect(try await long.say("before"))
        try put("second.example")
        try server.context.reload()
        #expect(try await served(server.port, nil).hasSuffix("CN = second.example"))
        #expect(server.context.certificates.first?.names == ["DNS:second.example"])
        #expect(try await long.say("after"))

        // All or nothing: a broken key leaves everything as it is.
        try PEMFile.store(Array("no key".utf8), to: live.key, mode: 0o600)
        #expect(throws: TLSConfigurationError.self) { try server.context.reload() }
        #expect(try await served(server.port, nil).hasSuffix("CN = second.example"))
        #expect(try await long.say("and after that"))
        try await long.stop()
        try await server.stop()
    }

    @Test func `a required client certificate is verified and described`() async throws {
        let client = try certificates.client(
            "billing", names: ["URI:spiffe://example/billing", "DNS:billing.example", "email:billing@example.com"])
        var configuration = certificates.configuration
        configuration.clientCertificates = .required(certificates.clientAuthorities)
        let server = try await TestServer.start(configuration)
        let answer = try await OpenSSLCommand.connect(
            server.port, ["-cert", client.files.certificate, "-key", client.files.key])
        #expect(answer.isEchoed, "\(answer.output)")
        #expect(answer.output.contains("CN = Client CA"))
        let peer = try #require(server.log.current.handshakes.first?.peer)
        #expect(peer.subject == "CN=billing,O=Test")
        #expect(peer.issuer == "CN=Client CA,O=Test")
        #expect(peer.uris == ["spiffe://example/billing"])
        #expect(peer.dnsNames == ["billing.example"])
        #expect(peer.emails == ["billing@example.com"])
        let told = try await OpenSSLCommand.run(
            ["x509", "-in", client.files.certificate, "-noout", "-fingerprint", "-sha256", "-serial"])
        let digits = told.output.replacingOccurrences(of: ":", with: "").lowercased()
        #expect(peer.fingerprint.count == 64)
        #expect(digits.contains(peer.fingerprint))
        #expect(digits.contains("serial=" + (peer.serial.count % 2 == 0 ? "" : "0") + peer.serial))
        try await server.stop()
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a client without the required certificate is refused`(version: String) async throws {
        var configuration = certificates.configuration
        configuration.clientCertificates = .required(certificates.clientAuthorities)
        let server = try await TestServer.start(configuration)
        #expect(try await !OpenSSLCommand.connect(server.port, [version]).isEchoed)
        #expect(try await server.log.wait { $0.failures == [.clientCertificateRefused(reason: "none sent")] })
        try await server.stop()
    }

    @Test func `an optional client certificate may be missing but not wrong`() async throws {
        var configuration = certificates.configuration
        configuration.clientCertificates = .optional(certificates.clientAuthorities)
        let server = try await TestServer.start(configuration)
        #expect(try await OpenSSLCommand.connect(server.port).isEchoed)
        #expect(server.log.current.handshakes.first?.peer == nil)
        let right = try certificates.client("right").files
        #expect(
            try await OpenSSLCommand.connect(server.port, ["-cert", right.certificate, "-key", right.key]).isEchoed)
        #expect(server.log.current.handshakes.last?.peer?.subject == "CN=right,O=Test")
        let stranger = try CertificateAuthority(commonName: "Client CA", organisation: "Test", days: 3)
        let wrong = try certificates.client("wrong", from: stranger).files
        #expect(
            try await !OpenSSLCommand.connect(server.port, ["-cert", wrong.certificate, "-key", wrong.key]).isEchoed)
        #expect(server.log.current.handshakes.count == 2)
        try await server.stop()
    }

    @Test func `an expired client certificate is refused`() async throws {
        var configuration = certificates.configuration
        configuration.clientCertificates = .optional(certificates.clientAuthorities)
        let server = try await TestServer.start(configuration)
        let old = try certificates.client("old", days: -1).files
        #expect(try await !OpenSSLCommand.connect(server.port, ["-cert", old.certificate, "-key", old.key]).isEchoed)
        #expect(
            try await server.log.wait { $0.failures == [.clientCertificateRefused(reason: "certificate has expired")] })
        try await server.stop()
    }

    @Test func `a server's certificate does not do as a client's`() async throws {
        var configuration = certificates.configuration
        configuration.clientCertificates = .optional(certificates.clientAuthorities)
        let server = try await TestServer.start(configuration)
        let files = try certificates.server(["server.example"])
        #expect(
            try await !OpenSSLCommand.connect(server.port, ["-cert", files.certificate, "-key", files.key]).isEchoed)
        try await server.stop()
    }

    @Test func `a revoked certificate is refused, its sister accepted`() async throws {
        let good = try certificates.client("good")
        let bad = try certificates.client("bad")
        var authorities = certificates.clientAuthorities
        authorities.revocationLists = try certificates.revocationList([bad.certificate])
        var configuration = certificates.configuration
        configuration.clientCertificates = .required(authorities)
        let server = try await TestServer.start(configuration)
        #expect(
            try await OpenSSLCommand.connect(server.port, ["-cert", good.files.certificate, "-key", good.files.key])
                .isEchoed)
        #expect(
            try await !OpenSSLCommand.connect(server.port, ["-cert", bad.files.certificate, "-key", bad.files.key])
                .isEchoed)
        #expect(try await server.log.wait { $0.failures == [.clientCertificateRefused(reason: "certificate revoked")] })
        try await server.stop()
    }

    @Test func `with a list past its next update nobody is accepted, and the operator is warned`() async throws {
        let good = try certificates.client("good").files
        var authorities = certificates.clientAuthorities
        authorities.revocationLists = try certificates.revocationList([], nextUpdateSeconds: -60)
        var configuration = certificates.configuration
        configuration.clientCertificates = .required(authorities)
        let server = try await TestServer.start(configuration)
        #expect(server.context.warnings.contains { $0.contains("past its next update") })
        #expect(try await !OpenSSLCommand.connect(server.port, ["-cert", good.certificate, "-key", good.key]).isEchoed)
        try await server.stop()
    }
}
