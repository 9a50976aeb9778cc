import Cryptography
import Testing

@Suite struct HMACSHA256Tests {
    struct Vector: Sendable {
        let name: String
        let key: [UInt8]
        let message: [UInt8]
        let code: String
    }

    /// RFC 4231 §4, test cases 1–4, 6 and 7 (5 is about truncation).
    static let vectors = [
        Vector(
            name: "1", key: .init(repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            name: "2", key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            name: "3", key: .init(repeating: 0xAA, count: 20), message: .init(repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            name: "4", key: .init(1...25), message: .init(repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            name: "6", key: .init(repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            name: "7", key: .init(repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: vectors)
    func `RFC 4231's messages have RFC 4231's codes, the first time and again`(vector: Vector) {
        let key = SymmetricKey(vector.key)
        #expect(HMACSHA256.authenticate(key: key, vector.message).hex == vector.code)
        let authenticator = HMACSHA256Authenticator(key: key)
        for _ in 0..<3 {
            #expect(authenticator.authenticate(vector.message).hex == vector.code)
            _ = authenticator.authenticate([1, 2, 3])
        }
    }

    @Test func `two pieces have the code of the whole`() {
        let authenticator = HMACSHA256Authenticator(key: SymmetricKey(Array("Jefe".utf8)))
        let message = Array("what do ya want for nothing?".utf8)
        for split in 0...message.count {
            let code = message.withUnsafeBytes { bytes in
                authenticator.authenticate(.init(rebasing: bytes[..<split]), .init(rebasing: bytes[split...]))
            }
            #expect(code.hex == Self.vectors[1].code)
        }
    }

    @Test func `an empty key and an empty message have a code`() {
        // From Python: hmac.new(b"", b"", "sha256").hexdigest()
        let code = HMACSHA256.authenticate(key: SymmetricKey([]), [])
        #expect(code.hex == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `threads share an authenticator`() async {
        let authenticator = HMACSHA256Authenticator(key: SymmetricKey(Array("Jefe".utf8)))
        let expected = (0..<64).map { authenticator.authenticate([UInt8($0)]) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<24 {
                group.addTask {
                    (0..<1_000).allSatisfy { authenticator.authenticate([UInt8($0 % 64)]) == expected[$0 % 64] }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
