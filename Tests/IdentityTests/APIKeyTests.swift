import Testing

@testable import Identity

struct APIKeyTests {
    static let random = (0..<24).map { UInt8($0 * 7) }

    @Test func `a key is made of 24 random bytes and reads back`() throws {
        let key = try #require(APIKey.make(random: Self.random))
        let text = key.reveal()
        #expect(text == "sp_0018rUJbqdcgtwyRmkP7MK60YsmoTyHB33SQeVC")
        #expect(text.utf8.count == 42)
        #expect(APIKey(parsing: text)?.reveal() == text)
        #expect(APIKey.make(random: Array(Self.random.dropLast())) == nil)
        #expect(APIKey.make(random: Self.random + [0]) == nil)
    }

    @Test func `the checksum is CRC-32`() {
        let text = Array("123456789".utf8)
        #expect(text.withUnsafeBytes { CRC32.checksum($0[...]) } == 0xCBF4_3926)
    }

    @Test func `the largest random number has a key`() throws {
        let key = try #require(APIKey.make(random: [UInt8](repeating: 0xFF, count: 24)))
        #expect(APIKey(parsing: key.reveal()) != nil)
    }

    @Test func `a key with any one letter changed is refused`() throws {
        let text = Array(try #require(APIKey.make(random: Self.random)).reveal().utf8)
        for index in text.indices {
            for letter in UInt8(0x20)...0x7E where letter != text[index] {
                var changed = text
                changed[index] = letter
                #expect(APIKey(parsing: changed) == nil)
            }
        }
    }

    @Test func `a cut or lengthened key is refused`() throws {
        let text = try #require(APIKey.make(random: Self.random)).reveal()
        for count in 0..<text.count { #expect(APIKey(parsing: String(text.prefix(count))) == nil) }
        #expect(APIKey(parsing: text + "0") == nil)
        #expect(APIKey(parsing: " " + text) == nil)
        #expect(APIKey(parsing: [UInt8](repeating: 0xFF, count: 42)) == nil)
    }

    @Test func `a key does not print`() throws {
        let key = try #require(APIKey.make(random: Self.random))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\(Optional(key) as Any)", "\([key])", dumped] {
            #expect(!text.contains(key.reveal().dropFirst(4)))
            #expect(!text.contains("112"))  // the first byte of the text, as a dump of an array would show it
        }
    }
}
