import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import SecureTransport

/// Session tickets: resumption, rotation of their keys, and what ends a session.
@Suite struct SessionTests {
    let certificates = TestCertificates.shared

    private func connect(_ port: Int, _ version: String, _ arguments: [String]) async throws -> OpenSSLCommand {
        try await OpenSSLCommand.connect(port, [version] + arguments)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a session is resumed with its ticket, across a reload too`(version: String) async throws {
        let server = try await TestServer.start(certificates.configuration)
        let session = makeTemporaryDirectory() + "/session"
        #expect(try await connect(server.port, version, ["-sess_out", session]).output.contains("New, TLSv1"))
        #expect(try await connect(server.port, version, ["-sess_in", session]).output.contains("Reused, TLSv1"))
        try server.context.reload()
        let again = try await connect(server.port, version, ["-sess_in", session])
        #expect(again.output.contains("Reused, TLSv1"), "\(again.output)")
        #expect(again.isEchoed)
        #expect(server.log.current.handshakes.map(\.isResumed) == [false, true, true])
        try await server.stop()
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a ticket's key is good for two periods and no longer`(version: String) async throws {
        let now = NIOLockedValueBox(NIODeadline.uptimeNanoseconds(1_000_000_000))
        let keys = TicketKeys(period: .seconds(3600), clock: { now.withLockedValue { $0 } })
        let server = try await TestServer.start(TLSServerContext(certificates.configuration, ticketKeys: keys))
        let session = makeTemporaryDirectory() + "/session"
        _ = try await connect(server.port, version, ["-sess_out", session])
        now.withLockedValue { $0 = $0 + .seconds(5400) }
        #expect(try await connect(server.port, version, ["-sess_in", session]).output.contains("Reused, TLSv1"))
        now.withLockedValue { $0 = $0 + .seconds(2000) }
        #expect(try await connect(server.port, version, ["-sess_in", session]).output.contains("New, TLSv1"))
        try await server.stop()
    }

    @Test func `a resumption near the end of its key brings a ticket of the new key`() async throws {
        let now = NIOLockedValueBox(NIODeadline.uptimeNanoseconds(1_000_000_000))
        let keys = TicketKeys(period: .seconds(3600), clock: { now.withLockedValue { $0 } })
        let server = try await TestServer.start(TLSServerContext(certificates.configuration, ticketKeys: keys))
        let session = makeTemporaryDirectory() + "/session"
        _ = try await connect(server.port, "-tls1_3", ["-sess_out", session])
        for _ in 0..<4 {
            now.withLockedValue { $0 = $0 + .seconds(3601) }
            let client = try await connect(server.port, "-tls1_3", ["-sess_in", session, "-sess_out", session])
            #expect(client.output.contains("Reused, TLSv1"))
        }
        try await server.stop()
    }

    @Test func `early data is not offered`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let session = makeTemporaryDirectory() + "/session"
        _ = try await connect(server.port, "-tls1_3", ["-sess_out", session])
        let text = try await OpenSSLCommand.run(["sess_id", "-in", session, "-noout", "-text"])
        #expect(text.output.contains("Max Early Data: 0"), "\(text.output)")
        try await server.stop()
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a ticket does not outlive a revocation`(version: String) async throws {
        let client = try certificates.client("mallory")
        var authorities = certificates.clientAuthorities
        authorities.revocationLists = try certificates.revocationList([])
        var configuration = certificates.configuration
        configuration.clientCertificates = .required(authorities)
        let server = try await TestServer.start(configuration)
        let session = makeTemporaryDirectory() + "/session"
        let arguments = ["-cert", client.files.certificate, "-key", client.files.key]
        #expect(try await connect(server.port, version, arguments + ["-sess_out", session]).isEchoed)
        let resumed = try await connect(server.port, version, arguments + ["-sess_in", session])
        #expect(resumed.output.contains("Reused, TLSv1"))
        #expect(server.log.current.handshakes.last?.peer?.subject == "CN=mallory,O=Test")

        authorities.revocationLists = try certificates.revocationList([client.certificate])
        configuration.clientCertificates = .required(authorities)
        try server.context.reload(configuration)
        let revoked = try await connect(server.port, version, arguments + ["-sess_in", session])
        #expect(!revoked.isEchoed, "\(revoked.output)")
        #expect(
            try await server.log.wait { $0.failures.contains(.clientCertificateRefused(reason: "certificate revoked")) }
        )
        try await server.stop()
    }
}
