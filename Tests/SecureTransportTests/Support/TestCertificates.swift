import Foundation

@testable import SecureTransport

/// A directory of certificates from one authority, whose key is at hand for revocation lists.
final class TestCertificates: Sendable {
    /// Made once: keys are dear.
    static let shared = TestCertificates()

    let directory: String
    let files: DevelopmentCertificates.Files
    let authority: CertificateAuthority

    private init() {
        directory = makeTemporaryDirectory()
        do {
            files = try DevelopmentCertificates.generate(in: directory)
            authority = try CertificateAuthority(commonName: "Client CA", organisation: "Test", days: 10)
            try PEMFile.store(authority.certificate.pem, to: directory + "/client-ca.pem", mode: 0o644)
        } catch {
            preconditionFailure("test certificates: \(error)")
        }
    }

    var configuration: TLSConfiguration {
        TLSConfiguration(certificates: [files.ecdsa, files.rsa])
    }

    var clientAuthorities: TLSConfiguration.ClientAuthorities {
        .init(certificates: directory + "/client-ca.pem")
    }

    /// A client certificate of our authority (or another), its two files and its serial.
    func client(
        _ name: String, names: [String] = [], from authority: CertificateAuthority? = nil, days: Int = 5
    ) throws -> (files: TLSConfiguration.CertificateFiles, certificate: X509Certificate) {
        let key = try PrivateKey.generate(.p256)
        let leaf = try (authority ?? self.authority).issue(
            commonName: name, names: names, usage: .client, key: key, days: days)
        let path = makeTemporaryDirectory() + "/" + name
        try PEMFile.store(leaf.pem, to: path + ".pem", mode: 0o644)
        try PEMFile.store(key.pem, to: path + ".key", mode: 0o600)
        return (.init(certificate: path + ".pem", key: path + ".key"), leaf)
    }

    /// A server certificate for `names` in a new directory.
    func server(
        _ names: [String], algorithm: PrivateKey.Algorithm = .p256, days: Int = 30
    ) throws -> TLSConfiguration.CertificateFiles {
        let key = try PrivateKey.generate(algorithm)
        let leaf = try authority.issue(
            commonName: names[0], names: names.map { "DNS:" + $0 }, usage: .server, key: key, days: days)
        let path = makeTemporaryDirectory() + "/server"
        try PEMFile.store(leaf.pem, to: path + ".pem", mode: 0o644)
        try PEMFile.store(key.pem, to: path + ".key", mode: 0o600)
        return .init(certificate: path + ".pem", key: path + ".key")
    }

    /// The path of a list that revokes `revoked`, due for renewal in `seconds`.
    func revocationList(_ revoked: [X509Certificate], nextUpdateSeconds seconds: Int = 3600) throws -> String {
        let path = makeTemporaryDirectory() + "/list.crl"
        try PEMFile.store(authority.revocationList(revoked, nextUpdateSeconds: seconds), to: path, mode: 0o644)
        return path
    }
}

/// A new empty directory, which goes when the tests end.
func makeTemporaryDirectory() -> String {
    let path = temporaryRoot + "/" + UUID().uuidString
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        preconditionFailure("temporary directory: \(error)")
    }
    return path
}

private let temporaryRoot: String = {
    atexit { try? FileManager.default.removeItem(atPath: temporaryRootPath) }
    return temporaryRootPath
}()

private let temporaryRootPath =
    FileManager.default.temporaryDirectory.path + "/sallyport-tls-\(ProcessInfo.processInfo.processIdentifier)"
