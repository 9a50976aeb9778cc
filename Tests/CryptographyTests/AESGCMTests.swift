import Cryptography
import Testing

@Suite struct AESGCMTests {
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let text =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
        + "b16aedf5aa0de657ba637b391aafd255"
    private static let sealed =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
        + "c5f61e6393ba7a0abcc9f662898015ad"
    private static let zeros = String(repeating: "0", count: 64)

    struct Vector: Sendable {
        let key, nonce, extra, text, sealed, tag: String
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B, test cases 13 to 16, which NIST SP 800-38D refers to.
    static let vectors = [
        Vector(
            key: zeros, nonce: "000000000000000000000000", extra: "", text: "", sealed: "",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: zeros, nonce: "000000000000000000000000", extra: "", text: "00000000000000000000000000000000",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: key, nonce: "cafebabefacedbaddecaf888", extra: "", text: text, sealed: sealed,
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            key: key, nonce: "cafebabefacedbaddecaf888", extra: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            text: String(text.dropLast(8)), sealed: String(sealed.dropLast(8)), tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    private static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hexadecimal.decode(hex)) }

    @Test(arguments: vectors)
    func `the specification's inputs give the specification's outputs, and back`(vector: Vector) throws {
        let cipher = try #require(AESGCM(key: SymmetricKey(try Self.bytes(vector.key))))
        let (nonce, extra, text) = (
            try Self.bytes(vector.nonce), try Self.bytes(vector.extra), try Self.bytes(vector.text)
        )
        let sealed = try cipher.seal(text, nonce: nonce, authenticating: extra)
        #expect(Hexadecimal.encode(sealed) == vector.sealed + vector.tag)
        #expect(cipher.open(sealed, nonce: nonce, authenticating: extra) == text)
    }

    @Test func `what was changed anywhere, or cut, does not open`() throws {
        let cipher = try #require(AESGCM(key: SymmetricKey([UInt8](repeating: 7, count: 32))))
        let nonce = [UInt8](0..<12)
        let sealed = try cipher.seal(Array("hello".utf8), nonce: nonce, authenticating: [1, 2])
        for index in sealed.indices {
            var other = sealed
            other[index] ^= 1
            #expect(cipher.open(other, nonce: nonce, authenticating: [1, 2]) == nil)
            #expect(cipher.open(sealed[..<index], nonce: nonce, authenticating: [1, 2]) == nil)
        }
        for index in nonce.indices {
            var other = nonce
            other[index] ^= 0x80
            #expect(cipher.open(sealed, nonce: other, authenticating: [1, 2]) == nil)
        }
        #expect(cipher.open(sealed, nonce: nonce, authenticating: [1, 3]) == nil)
        #expect(cipher.open(sealed, nonce: nonce) == nil)
        #expect(cipher.open(sealed, nonce: [1], authenticating: [1, 2]) == nil)
        #expect(AESGCM(key: SymmetricKey([UInt8](repeating: 7, count: 16))) == nil)
    }
}
