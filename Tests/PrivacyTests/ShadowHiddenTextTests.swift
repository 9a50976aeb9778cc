import Foundation
import Testing

@testable import Privacy

@Suite struct ShadowHiddenTextTests {
    static let secret = "Mail alice@example.com or call."

    static func hidden(in text: String) -> [HiddenText] {
        [UInt8](text.utf8).withUnsafeBufferPointer { ShadowText.hiddenTexts(in: $0) }
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

    /// A text, the run in it, and what the run hides.
    struct Row: Sendable, CustomTestStringConvertible {
        let before: String
        let run: String
        let after: String
        let hidden: String
        let encoding: HiddenText.Encoding
        init(_ before: String, _ run: String, _ after: String, _ hidden: String, _ encoding: HiddenText.Encoding) {
            self.before = before
            self.run = run
            self.after = after
            self.hidden = hidden
            self.encoding = encoding
        }
        var testDescription: String { before + run + after }
    }

    static let long = String(repeating: "Some words, then alice@example.com. ", count: 9)

    static let rows = [
        Row("", base64(secret), "", secret, .base64), Row("token=", base64(secret), " end", secret, .base64),
        Row("", "MTIzLTQ1LTY3ODk", "", "123-45-6789", .base64),
        Row("(", base64("a@b-c.example"), ")", "a@b-c.example", .base64),
        Row("data:text/plain;base64,", base64(secret), "\"", secret, .base64),
        Row("https://example.com/u/", base64(secret).replacing("=", with: ""), "", secret, .base64),
        Row(
            "id_", base64("?>?>?>~~~~ok?>").replacing("+", with: "-").replacing("/", with: "_"), ".", "?>?>?>~~~~ok?>",
            .base64),
        Row("Grüße: ", base64("Jürgen Müller, Köln"), ".", "Jürgen Müller, Köln", .base64),
        Row(
            "-----\n", Data(long.utf8).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]),
            "\n", long, .base64),
        Row("x: ", Data(long.utf8).base64EncodedString(options: [.lineLength76Characters]), "\r\n", long, .base64),
        Row("", hex(secret), "", secret, .hexadecimal), Row("0x", hex(secret).uppercased(), ";", secret, .hexadecimal),
        Row("id_", hex(secret), "-1", secret, .hexadecimal),
    ]

    @Test(arguments: rows) func `a run that hides text is decoded and mapped whole`(_ row: Row) throws {
        let found = Self.hidden(in: row.testDescription)
        let first = try #require(found.first)
        #expect(found.count == 1)
        #expect(String(decoding: first.bytes, as: UTF8.self) == row.hidden)
        #expect(first.level == 1 && first.encoding == row.encoding)
        // A prefix such as `0x` belongs to the run.
        let start = row.before == "0x" ? 0 : row.before.utf8.count
        #expect(first.originalRange == start..<(row.before + row.run).utf8.count)
    }

    @Test(arguments: [base64(base64(secret)), hex(base64(secret)), base64(hex(secret)), hex(hex(secret))])
    func `two levels are decoded and map to the outer run`(_ run: String) throws {
        let found = Self.hidden(in: "see " + run + " there")
        #expect(found.map(\.level) == [1, 2])
        let last = try #require(found.last)
        #expect(String(decoding: last.bytes, as: UTF8.self) == Self.secret)
        #expect(last.originalRange == 4..<(4 + run.utf8.count))
    }

    @Test func `hidden texts are decoded in their places`() throws {
        let run = Self.base64("M456B7890")
        let twice = Self.hex(Self.base64(Self.secret))
        let text = [UInt8]("passport \(run), \(twice).".utf8)
        let shadow = try #require(text.withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) })
        #expect(String(decoding: shadow.bytes, as: UTF8.self) == "passport M456B7890, \(Self.secret).")
        #expect(shadow.disguises == [.base64, .hexadecimal])
        #expect(shadow.originalRange(ofShadow: 10..<13) == 9..<(9 + run.utf8.count))
        #expect(shadow.originalRange(ofShadow: 25..<30) == (11 + run.utf8.count)..<(text.count - 1))
        #expect([UInt8]("nothing here".utf8).withUnsafeBufferPointer { ShadowText.decodingHidden(in: $0) } == nil)
    }

    @Test func `a third level stays`() {
        #expect(Self.hidden(in: Self.base64(Self.base64(Self.base64(Self.secret)))).map(\.level) == [1, 2])
    }

    @Test func `several runs are found in order`() {
        let text = "a \(Self.base64(Self.secret)) b \(Self.hex(Self.secret)) c/\(Self.base64(Self.secret))"
        let found = Self.hidden(in: text)
        #expect(found.count == 3)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.originalRange.upperBound <= $1.originalRange.lowerBound })
    }

    static let nothing = [
        "internationalization AbstractSingletonProxyFactoryBean calculateTotalAmountForCustomer some_snake_case_identifier_name",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "550e8400-e29b-41d4-a716-446655440000",
        "4111111111111111 DE89370400440532013000 +491701234567890",
        "https://example.com/api/v1/users/profile-settings/notifications",
        "================================ -------------------------------- ________________________________",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "SGVsbG8=",
        "",
    ]

    @Test(arguments: nothing) func `what is no text stays`(_ text: String) {
        #expect(Self.hidden(in: text).isEmpty)
    }

    @Test func `an image is not decoded beyond its first bytes`() {
        var state: UInt64 = 88_172_645_463_325_252
        let image = Data((0..<300_000).map { _ in ShadowPropertyTests.step(&state) })
        let found = Self.hidden(in: image.base64EncodedString())
        #expect(found.reduce(0) { $0 + $1.bytes.count } < 1_000)
    }

    @Test func `text that turns into something else is kept as far as it goes`() throws {
        var bytes = [UInt8](Self.secret.utf8)
        bytes += (0..<200).map { UInt8($0 % 31) | 0x80 }
        let found = Self.hidden(in: Data(bytes).base64EncodedString())
        let first = try #require(found.first)
        #expect(String(decoding: first.bytes, as: UTF8.self).hasPrefix(Self.secret))
        #expect(first.originalRange == 0..<Data(bytes).base64EncodedString().utf8.count)
    }
}
