import JSONText
import Testing

struct SyntaxErrorTests {
    @Test(arguments: [
        ("", JSONSyntaxError.Reason.empty, 0),
        ("   ", .unexpectedEnd, 3),
        ("\u{FEFF}{}", .byteOrderMark, 0),
        ("{", .unexpectedEnd, 1),
        ("[", .unexpectedEnd, 1),
        ("[1", .unexpectedEnd, 2),
        ("[1,", .unexpectedEnd, 3),
        ("[1,]", .expectedValue, 3),
        ("[,1]", .expectedValue, 1),
        ("[1 2]", .expectedCommaOrEnd, 3),
        ("[1}", .expectedCommaOrEnd, 2),
        ("{\"a\":1]", .expectedCommaOrEnd, 6),
        ("{1:2}", .expectedKey, 1),
        ("{'a':2}", .expectedKey, 1),
        ("{\"a\":1,}", .expectedKey, 7),
        ("{\"a\"}", .expectedColon, 4),
        ("{\"a\" 1}", .expectedColon, 5),
        ("{\"a\":", .unexpectedEnd, 5),
        ("{\"a\"", .unexpectedEnd, 4),
        ("{\"a", .unexpectedEnd, 3),
        ("{} {}", .trailingBytes, 3),
        ("1 x", .trailingBytes, 2),
        ("[]\u{0C}", .trailingBytes, 2),
        ("tru", .invalidLiteral, 0),
        ("trux", .invalidLiteral, 0),
        ("[nul]", .invalidLiteral, 1),
        ("fals", .invalidLiteral, 0),
        ("True", .expectedValue, 0),
        ("NaN", .expectedValue, 0),
        ("+1", .expectedValue, 0),
        (".5", .expectedValue, 0),
        ("01", .invalidNumber, 0),
        ("-", .unexpectedEnd, 1),
        ("-x", .invalidNumber, 0),
        ("[1.]", .invalidNumber, 1),
        ("[1e]", .invalidNumber, 1),
        ("[1e+]", .invalidNumber, 1),
        ("[-01]", .invalidNumber, 1),
        ("\"", .unexpectedEnd, 1),
        ("\"abc", .unexpectedEnd, 4),
        ("\"\\", .unexpectedEnd, 2),
        ("\"\\\"", .unexpectedEnd, 3),
        ("\"\\x\"", .invalidEscape, 1),
        ("\"\\u12\"", .invalidEscape, 1),
        ("\"\\u12G4\"", .invalidEscape, 1),
        ("\"\\U0041\"", .invalidEscape, 1),
        ("\"\\uD800\"", .loneSurrogate, 1),
        ("\"\\uDC00\"", .loneSurrogate, 1),
        ("\"\\uD800\\u0041\"", .loneSurrogate, 1),
        ("\"\\uD800\\uD800\\uDC00\"", .loneSurrogate, 1),
        ("\"\\uD800x\\uDC00\"", .loneSurrogate, 1),
        ("\"tab\there\"", .controlCharacter, 4),
        ("\"0123456789\u{1F}\"", .controlCharacter, 11),
        ("\"line\nfeed\"", .controlCharacter, 5),
        ("{\"a\":1,\"a\":1}", .duplicateKey, 7),
        ("[[{\"b\":{},\"a\":1,\"b\":[]}]]", .duplicateKey, 16),
    ])
    func `a broken text is refused with the reason and the place`(
        text: String, reason: JSONSyntaxError.Reason, offset: Int
    ) {
        let error = #expect(throws: JSONSyntaxError.self) { try document(text) }
        #expect(error?.reason == reason)
        #expect(error?.offset == offset)
    }

    @Test func `nine escapes exist and four hexadecimal digits make the last`() {
        let short = Set("\"\\/bfnrt".utf8)
        let digits = Set("0123456789abcdefABCDEF".utf8)
        for byte in 0...0xFF as ClosedRange<UInt8> {
            #expect((reason([0x22, 0x5C, byte, 0x61, 0x22]) == nil) == short.contains(byte), "\(byte)")
            for place in 0..<4 {
                var text = Array("\"\\u0041 and more\"".utf8)
                text[3 + place] = byte
                // `d` first names half of a pair only if the next digit is 8 or above.
                #expect((reason(text) == nil) == digits.contains(byte), "\(byte) at \(place)")
            }
        }
    }

    @Test func `line and column count line feeds and characters`() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try document("{\n  \"größe\": 1,\n  \"näh\": x}") }
        #expect(error?.line == 3)
        #expect(error?.column == 10)
        #expect(error?.description == "3:10: expected a JSON value")
    }

    @Test func `offset, line and column of a part count from the part`() throws {
        let bytes = Array("data: \n{\"a\":\n!}\n\n".utf8)
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: bytes, in: 7..<15) }
        #expect(error?.offset == 6)
        #expect(error?.description == "2:1: expected a JSON value")
    }

    @Test func `no message quotes the text and every reason has its own words`() {
        var seen: Set<String> = []
        for reason in JSONSyntaxError.Reason.allCases {
            let words = JSONSyntaxError(reason: reason, offset: 0, line: 1, column: 1).description
            #expect(seen.insert(words).inserted)
            #expect(words.hasPrefix("1:1: ") && !words.hasSuffix("."))
        }
        let secret = #expect(throws: JSONSyntaxError.self) { try document("{\"secret-4711\": hunter2}") }
        #expect(secret?.description.contains("secret-4711") == false)
        #expect(secret?.description.contains("hunter2") == false)
    }

    @Test func `every beginning of a valid text is refused and never a trap`() throws {
        let text = Array(
            #" {"a\u00e9\ud83d\ude00": [1.5e-3, true, null, "grün\n", {}, [], {"b": false}], "": -0} "#.utf8)
        _ = try JSONDocument(parsing: text)
        for length in 0..<text.count - 1 { #expect(reason(Array(text[..<length])) != nil, "\(length)") }
    }
}
