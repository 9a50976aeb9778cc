import Foundation
import Testing

@testable import SecureTransport

/// What the operator is told, and the certificates that the command line makes.
@Suite struct ConfigurationTests {
    let certificates = TestCertificates.shared

    private func message(_ configuration: TLSConfiguration) -> String {
        do {
            _ = try TLSServerContext(configuration)
            return "accepted"
        } catch {
            return error.description
        }
    }

    private func file(_ text: String) throws -> String {
        let path = makeTemporaryDirectory() + "/file.pem"
        try PEMFile.store(Array(text.utf8), to: path, mode: 0o600)
        return path
    }

    @Test func `each fault is named with its file and its remedy`() async throws {
        let good = certificates.files.ecdsa
        var configuration = TLSConfiguration(certificates: [])
        #expect(message(configuration).contains("none given"))
        configuration.certificates = [.init(certificate: "/nowhere/x.pem", key: good.key)]
        #expect(message(configuration).hasPrefix("`/nowhere/x.pem`: cannot be opened: No such file"))
        configuration.certificates = [.init(certificate: try file("nothing"), key: good.key)]
        #expect(message(configuration).contains("holds no certificate"))
        let cut = try String(decoding: PEMFile.contents(of: good.certificate), as: UTF8.self)
        configuration.certificates = [.init(certificate: try file(cut + "\n" + cut.prefix(300)), key: good.key)]
        #expect(message(configuration).contains("certificate 2 cannot be read"))
        configuration.certificates = [.init(certificate: good.certificate, key: try file("nothing"))]
        #expect(message(configuration).contains("holds no private key"))
        configuration.certificates = [.init(certificate: good.certificate, key: certificates.files.rsa.key)]
        #expect(message(configuration).contains("does not belong to the first certificate"))
        configuration.certificates = [good, good]
        #expect(message(configuration).contains("has the same key type"))
        let path = makeTemporaryDirectory() + "/encrypted.key"
        _ = try await OpenSSLCommand.run(["pkey", "-in", good.key, "-aes256", "-passout", "pass:secret", "-out", path])
        configuration.certificates = [.init(certificate: good.certificate, key: path)]
        #expect(message(configuration).contains("the private key is encrypted"))
        configuration.certificates = [good]
        configuration.clientCertificates = .required(.init(certificates: good.certificate))
        #expect(message(configuration).contains("is not a certification authority"))
        configuration.clientCertificates = .required(
            .init(certificates: certificates.files.authority, revocationLists: good.certificate))
        #expect(message(configuration).contains("holds no readable revocation list"))
        configuration.clientCertificates = .none
        configuration.applicationProtocols = [""]
        #expect(message(configuration).contains("application protocols"))
        configuration.applicationProtocols = []
        #expect(message(configuration) == "accepted")
    }

    @Test func `a weak key is refused`() async throws {
        let directory = makeTemporaryDirectory()
        _ = try await OpenSSLCommand.run([
            "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak", "-keyout", directory + "/k",
            "-out", directory + "/c",
        ])
        let configuration = TLSConfiguration(certificates: [
            .init(certificate: directory + "/c", key: directory + "/k")
        ])
        #expect(message(configuration).contains("is refused: ee key too small"))
    }

    @Test func `expiry and readable keys are warned of`() throws {
        let files = try certificates.server(["soon.example"], days: 3)
        chmod(files.key, 0o644)
        let warnings = try TLSServerContext(TLSConfiguration(certificates: [files])).warnings
        #expect(warnings.contains { $0.contains("expires in 2 days") || $0.contains("expires in 3 days") })
        #expect(warnings.contains { $0.contains("others than its owner may read") })
        #expect(try TLSServerContext(certificates.configuration).warnings.isEmpty)
    }

    @Test func `development certificates pass strict verification for every name`() async throws {
        let files = certificates.files
        for leaf in [files.ecdsa, files.rsa] {
            for check in [["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]] {
                let verdict = try await OpenSSLCommand.run(
                    ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", files.authority] + check
                        + [leaf.certificate])
                #expect(verdict.status == 0, "\(verdict.output)")
            }
            let verdict = try await OpenSSLCommand.run(
                ["verify", "-verify_hostname", "evil.example", "-CAfile", files.authority, leaf.certificate])
            #expect(verdict.status != 0)
        }
    }

    @Test func `development certificates pass a revocation check with the list beside them`() async throws {
        var options = DevelopmentCertificates.Options()
        options.clients = ["billing"]
        let directory = makeTemporaryDirectory() + "/a place, with marks"
        let files = try DevelopmentCertificates.generate(in: directory, options: options)
        let told = try await OpenSSLCommand.run(["x509", "-in", files.ecdsa.certificate, "-noout", "-text"])
        #expect(told.output.contains("a%20place%2C%20with%20marks/ca.crl"), "\(told.output)")
        let client = try #require(files.clients.first)
        var configuration = TLSConfiguration(certificates: [files.ecdsa])
        configuration.clientCertificates = .required(
            .init(certificates: files.authority, revocationLists: files.revocationList))
        let server = try await TestServer.start(configuration)
        #expect(server.context.warnings.isEmpty)
        let answer = try await OpenSSLCommand.connect(server.port, ["-cert", client.certificate, "-key", client.key])
        #expect(answer.isEchoed, "\(answer.output)")
        #expect(server.log.current.handshakes.first?.peer?.uris == ["urn:sallyport:client:billing"])
        try await server.stop()
    }

    @Test func `Python's strict context accepts the server with the bundle`() async throws {
        let server = try await TestServer.start(certificates.configuration)
        let result = try await shell(
            """
            python3 - <<'P'
            import socket, ssl
            c = ssl.create_default_context(cafile="\(certificates.files.bundle)")
            c.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
            for ciphers in ["ECDHE+ECDSA+AESGCM", "ECDHE+aRSA+AESGCM"]:
                c.maximum_version = ssl.TLSVersion.TLSv1_2
                c.set_ciphers(ciphers)
                s = c.wrap_socket(socket.create_connection(("localhost", \(server.port))), server_hostname="localhost")
                print(s.version())
            P
            """)
        #expect(result == "TLSv1.2\nTLSv1.2\n")
        try await server.stop()
    }

    @Test func `keys are for their owner only, certificates for all`() throws {
        let files = certificates.files
        let mode = { (path: String) in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        for pair in [files.ecdsa, files.rsa] {
            #expect(try mode(pair.key) == 0o600)
            #expect(try mode(pair.certificate) == 0o644)
        }
        #expect(try mode(files.authority) == 0o644)
        let names = try FileManager.default.contentsOfDirectory(atPath: certificates.directory)
        #expect(names.filter { $0.hasSuffix(".key") }.sorted() == ["server-ecdsa.key", "server-rsa.key"])
    }

    @Test func `show tells subject, names and days left`() throws {
        var options = DevelopmentCertificates.Options()
        options.names = ["gateway.example", "10.0.0.1"]
        options.clients = ["billing"]
        options.days = 30
        let directory = makeTemporaryDirectory() + "/made"
        let files = try DevelopmentCertificates.generate(in: directory, options: options)
        let shown = try DevelopmentCertificates.show(directory)
        #expect(
            shown.map { String($0.path.split(separator: "/").last ?? "") } == [
                "ca.pem", "client-billing.pem", "server-ecdsa.pem", "server-rsa.pem",
            ])
        #expect(shown.map(\.isAuthority) == [true, false, false, false])
        #expect(shown.map(\.keyAlgorithm) == ["ECDSA P-256", "ECDSA P-256", "ECDSA P-256", "RSA 2048"])
        #expect(shown[2].names == ["DNS:gateway.example", "IP:10.0.0.1"])
        #expect(shown[1].names == ["URI:urn:sallyport:client:billing"])
        let now = Int64(time(nil))
        #expect((29...30).contains(shown[0].daysLeft(at: now)))
        #expect(shown[0].daysLeft(at: shown[0].notAfter + 1) == -1)
        let clients = TLSConfiguration.ClientAuthorities(certificates: files.authority)
        var configuration = TLSConfiguration(certificates: [files.ecdsa])
        configuration.clientCertificates = .required(clients)
        #expect(message(configuration) == "accepted")
    }

    @Test(arguments: ["a,DNS:evil.example", "two words", "ä.example"])
    func `a name that would smuggle another into the certificate is refused`(name: String) {
        var options = DevelopmentCertificates.Options()
        options.names = [name]
        #expect(throws: TLSConfigurationError.self) {
            try DevelopmentCertificates.generate(in: makeTemporaryDirectory(), options: options)
        }
    }

    @Test func `a client name that would leave the directory is refused`() {
        var options = DevelopmentCertificates.Options()
        options.clients = ["../evil"]
        #expect(throws: TLSConfigurationError.self) {
            try DevelopmentCertificates.generate(in: makeTemporaryDirectory(), options: options)
        }
    }
}
