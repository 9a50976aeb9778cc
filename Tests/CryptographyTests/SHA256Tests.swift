import Cryptography
import Testing

@Suite struct SHA256Tests {
    /// FIPS 180-4's examples (NIST CSRC "SHA256.pdf").
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `NIST's messages have NIST's digests`(message: String, digest: String) {
        #expect(SHA256.hash(message).hex == digest)
        #expect(SHA256.hash(Array(message.utf8)).hex == digest)
    }

    @Test func `a million letters have NIST's digest`() {
        let digest = SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `pieces have the digest of the whole, at every split`() {
        let message = (0..<200).map { UInt8($0) }
        let whole = SHA256.hash(message)
        var hasher = SHA256Hasher()
        for split in 0...message.count {
            hasher.update(Array(message[..<split]))
            hasher.update(Array(message[split...]))
            #expect(hasher.finalize() == whole)
            let joined = message.withUnsafeBytes { bytes in
                SHA256.hash(.init(rebasing: bytes[..<split]), .init(rebasing: bytes[split...]))
            }
            #expect(joined == whole)
        }
    }

    @Test func `threads do not disturb each other's digests`() async {
        let expected = SHA256.hash("thread")
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<2_000).allSatisfy { _ in SHA256.hash("thread") == expected } }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func `a digest reads and writes hexadecimal`() throws {
        let digest = SHA256.hash("abc")
        #expect(Digest32(hex: digest.hex) == digest)
        #expect(Digest32(hex: digest.hex.uppercased()) == digest)
        #expect(Digest32(digest.bytes) == digest)
        var appended: [UInt8] = []
        digest.appendHex(to: &appended)
        #expect(String(decoding: appended, as: UTF8.self) == digest.hex)
        #expect(Digest32(hex: String(digest.hex.dropLast())) == nil)
        #expect(Digest32(hex: String(digest.hex.dropLast(2))) == nil)
        #expect(Digest32(hex: "g" + digest.hex.dropFirst()) == nil)
    }

    @Test func `digests that differ in any one bit are not equal`() {
        let digest = SHA256.hash("abc")
        for bit in 0..<256 {
            var other = digest
            other.withUnsafeMutableBytes { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
            #expect(other != digest)
            #expect(!constantTimeEqual(other, digest))
        }
        #expect(constantTimeEqual(digest, SHA256.hash("abc")))
    }
}
