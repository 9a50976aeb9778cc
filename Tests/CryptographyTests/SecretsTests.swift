import Cryptography
import Testing

@Suite struct SecretsTests {
    @Test func `a key does not print`() throws {
        let key = SymmetricKey(Array("hunter2hunter2".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))  // "h"
        }
        #expect(key.withBytes { Array($0) } == Array("hunter2hunter2".utf8))
        #expect(key.count == 14)
    }

    @Test func `random bytes differ and fill the whole length`() throws {
        let draws = try (0..<64).map { _ in try SecureRandom.bytes(33) }
        #expect(Set(draws).count == 64)
        for position in 0..<33 { #expect(Set(draws.map { $0[position] }).count > 8) }
        #expect(try SecureRandom.bytes(0).isEmpty)
        let keys = try (SymmetricKey(randomCount: 32), SymmetricKey(randomCount: 32))
        #expect(keys.0.withBytes { Array($0) } != keys.1.withBytes { Array($0) })
    }

    @Test func `a reserve never gives a word twice, also past its block`() throws {
        var reserve = SecureRandomReserve()
        var words: Set<UInt64> = []
        for _ in 0..<1_000 { words.insert(try reserve.word()) }
        #expect(words.count == 1_000)
        #expect(!words.contains(0))
    }

    @Test func `constant-time comparison tells equal from different`() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [0, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    }

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `Base64URL follows RFC 4648`(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test func `Base64URL uses its own two letters`() {
        #expect(Base64URL.encode([0x03, 0xEF, 0xFF]) == "A-__")
        #expect(Base64URL.decode("A-__") == [0x03, 0xEF, 0xFF])
    }

    @Test(arguments: ["A", "Zg==", "Zh", "Zm9", "Z+8", "Z/8", "Zm 9v", "Zm9v\n", "Zm9vY"])
    func `what is not canonical Base64URL is refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `hexadecimal comes back as it went`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        #expect(Hexadecimal.encode([0x00, 0x0A, 0xFF]) == "000aff")
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("0x") == nil)
    }
}
