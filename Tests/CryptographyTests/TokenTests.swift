import Foundation
import Testing

@testable import Cryptography

/// Private keys in a token of SoftHSM (apt: softhsm2, opensc, and libengine-pkcs11-openssl or pkcs11-provider), by OpenSSL's provider for
/// PKCS#11 or, where there is none, by its engine.
@Suite(.serialized) struct TokenTests {
    private static let module = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"].first {
        FileManager.default.fileExists(atPath: $0)
    }

    private struct Token {
        let folder: String
        let module: String
    }

    /// A token with one RSA key; `nil`, with a line or in CI a failure, where SoftHSM is missing.
    private static func token() throws -> Token? {
        guard let module else {
            if ProcessInfo.processInfo.environment["CI"] != nil { Issue.record("softhsm2 is missing") }
            print("left out: softhsm2 is missing")
            return nil
        }
        // The library reads its settings once in a process.
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "token-\(ProcessInfo.processInfo.processIdentifier)"
        ).path
        if FileManager.default.fileExists(atPath: folder) { return Token(folder: folder, module: module) }
        try FileManager.default.createDirectory(atPath: folder + "/tokens", withIntermediateDirectories: true)
        try "directories.tokendir = \(folder)/tokens\nobjectstore.backend = file\n"
            .write(toFile: folder + "/softhsm2.conf", atomically: true, encoding: .utf8)
        setenv("SOFTHSM2_CONF", folder + "/softhsm2.conf", 1)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-ec",
            """
            softhsm2-util --init-token --free --label vault --pin 1234 --so-pin 5678
            pkcs11-tool --module '\(module)' --login --pin 1234 --token-label vault --keypairgen --key-type rsa:2048 \
            --label master --id 01 --usage-decrypt
            pkcs11-tool --module '\(module)' --token-label vault --read-object --type pubkey --label master -o public.der
            openssl pkey -pubin -inform DER -in public.der -out public.pem
            """,
        ]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "softhsm2-util, pkcs11-tool and openssl make a token")
        return Token(folder: folder, module: module)
    }

    private static func uri(_ token: Token, object: String = "master", more: String = "") -> String {
        "pkcs11:token=vault;object=\(object);type=private?module-path=\(token.module)\(more)"
    }

    @Test(arguments: OAEPDigest.allCases)
    func `a key that never leaves its token opens what its public half wrapped`(digest: OAEPDigest) throws {
        guard let token = try Self.token() else { return }
        let pem = Array(try Data(contentsOf: URL(filePath: token.folder + "/public.pem")))
        let half = try #require(KeyTransportPublicKey(pem: pem))
        let secret = try SymmetricKey(randomCount: 32)
        let wrapped = try half.wrap(secret, digest: digest)
        let key = try KeyTransportPrivateKey(at: Self.uri(token), pin: "1234")
        #expect(key.publicKey.fingerprint == half.fingerprint)
        let opened = try #require(key.unwrap(wrapped, digest: digest))
        #expect(opened.withBytes { [UInt8]($0) } == secret.withBytes { [UInt8]($0) })
        var other = wrapped
        other[7] ^= 1
        #expect(key.unwrap(other, digest: digest) == nil)
    }

    @Test func `the PIN may stand in a file that the URI names`() throws {
        guard let token = try Self.token() else { return }
        try "1234".write(toFile: token.folder + "/pin", atomically: true, encoding: .utf8)
        _ = try KeyTransportPrivateKey(at: Self.uri(token, more: "&pin-source=file:\(token.folder)/pin"))
    }

    @Test func `a name that no key has opens nothing`() throws {
        guard let token = try Self.token() else { return }
        #expect(throws: KeyTransportPrivateKey.Failure.notFound) {
            try KeyTransportPrivateKey(at: Self.uri(token, object: "other"), pin: "1234")
        }
    }
}
