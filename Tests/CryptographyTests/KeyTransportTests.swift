import Foundation
import Testing

@testable import Cryptography

@Suite struct KeyTransportTests {
    /// A folder with keys that OpenSSL's own program made.
    private final class Keys {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func openssl(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            process.currentDirectoryURL = URL(filePath: folder)
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "openssl \(arguments)")
        }

        func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) }
    }

    @Test(arguments: OAEPDigest.allCases)
    func `what the public half wraps, the private half opens, and so does OpenSSL's own program`(digest: OAEPDigest)
        throws
    {
        let keys = try Keys()
        try keys.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
        try keys.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
        let secret = try SymmetricKey(randomCount: 32)
        let half = try #require(KeyTransportPublicKey(pem: try keys.bytes("public.pem")))
        let wrapped = try half.wrap(secret, digest: digest)
        #expect(wrapped.count == 256)
        #expect(wrapped != (try half.wrap(secret, digest: digest)))

        let key = try KeyTransportPrivateKey(at: "\(keys.folder)/key.pem")
        #expect(key.publicKey.fingerprint == half.fingerprint)
        let opened = try #require(key.unwrap(wrapped, digest: digest))
        #expect(opened.withBytes { [UInt8]($0) } == secret.withBytes { [UInt8]($0) })
        #expect(key.unwrap(wrapped, digest: digest == .sha1 ? .sha256 : .sha1) == nil)
        for index in stride(from: 0, to: wrapped.count, by: 17) {
            var other = wrapped
            other[index] ^= 1
            #expect(key.unwrap(other, digest: digest) == nil)
        }

        try Data(wrapped).write(to: URL(filePath: "\(keys.folder)/wrapped"))
        try keys.openssl(
            "pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "wrapped", "-out", "opened", "-pkeyopt",
            "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:\(digest)", "-pkeyopt", "rsa_mgf1_md:\(digest)")
        #expect(try keys.bytes("opened") == secret.withBytes { [UInt8]($0) })
    }

    @Test func `a passphrase opens its file, and another one does not`() throws {
        let keys = try Keys()
        try keys.openssl(
            "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-aes256", "-pass", "pass:right",
            "-out",
            "key.pem")
        _ = try KeyTransportPrivateKey(at: "\(keys.folder)/key.pem", pin: "right")
        #expect(throws: KeyTransportPrivateKey.Failure.notFound) {
            try KeyTransportPrivateKey(at: "\(keys.folder)/key.pem", pin: "wrong")
        }
    }

    @Test func `keys of another kind, short ones and what is none are refused`() throws {
        let keys = try Keys()
        try keys.openssl("genpkey", "-algorithm", "ED25519", "-out", "other.pem")
        try keys.openssl("pkey", "-in", "other.pem", "-pubout", "-out", "other-public.pem")
        try keys.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "short.pem")
        try keys.openssl("pkey", "-in", "short.pem", "-pubout", "-out", "short-public.pem")
        #expect(KeyTransportPublicKey(pem: try keys.bytes("other-public.pem")) == nil)
        #expect(KeyTransportPublicKey(pem: try keys.bytes("short-public.pem")) == nil)
        #expect(KeyTransportPublicKey(pem: Array("no key".utf8)) == nil)
        #expect(throws: KeyTransportPrivateKey.Failure.kind) {
            try KeyTransportPrivateKey(at: "\(keys.folder)/other.pem")
        }
        #expect(throws: KeyTransportPrivateKey.Failure.notFound) {
            try KeyTransportPrivateKey(at: "\(keys.folder)/none")
        }
        #expect(throws: KeyTransportPrivateKey.Failure.malformed) { try KeyTransportPrivateKey(at: "a\0b") }
    }

    @Test(arguments: [
        ("key.pem", "key.pem", nil), ("pkcs11:object=a", "pkcs11:object=a", nil),
        ("pkcs11:object=a?module-path=/x%20y.so", "pkcs11:object=a", "/x y.so"),
        ("pkcs11:object=a?pin-source=/p&module-path=/m.so", "pkcs11:object=a?pin-source=/p", "/m.so"),
    ])
    func `a token's library is taken out of its URI`(location: String, uri: String, module: String?) {
        let place = TokenPlace(location)
        #expect(place.uri == uri)
        #expect(place.module == module)
    }
}
