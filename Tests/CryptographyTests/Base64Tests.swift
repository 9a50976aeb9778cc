import Cryptography
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the standard's own examples agree both ways`(_ plain: String, _ text: String) {
        #expect(Base64.encode(plain.utf8) == text)
        #expect(Base64.decode(text.utf8) == Array(plain.utf8))
        let bare = String(text.prefix { $0 != "=" })
        #expect(Base64URL.encode(Array(plain.utf8)) == bare)
        #expect(Base64URL.decode(bare) == Array(plain.utf8))
    }

    @Test func `the two alphabets differ in their last letters, and neither takes the other's`() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xBF]
        #expect(Base64.encode(bytes) == "+/+/" && Base64URL.encode(bytes) == "-_-_")
        #expect(Base64.decode("-_-_".utf8) == nil && Base64URL.decode("+/+/") == nil)
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Z===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "=Zm9", "Zg==Zg==", "Zm9v="])
    func `what is not the one text of its bytes is refused`(_ text: String) {
        #expect(Base64.decode(text.utf8) == nil)
        #expect(Base64URL.decode(text) == nil || text == "Zg")
    }

    @Test func `all bytes in all lengths come back`() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 167) }
        for count in 0...bytes.count {
            let part = Array(bytes.prefix(count))
            #expect(Base64.decode(Base64.encode(part).utf8) == part)
            #expect(Base64URL.decode(Base64URL.encode(part)) == part)
        }
    }
}
