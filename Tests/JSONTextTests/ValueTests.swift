import JSONText
import Testing

struct ValueTests {
    let text =
        #" {"model": "gpt-5\n", "n":2, "ok" : true,"no":false,"nil":null,"list":[1,[2,3],{"x":"y"}, "é"],"e\u0061":{}} "#

    @Test func `cursors find kinds, ranges and members`() throws {
        let document = try document(text)
        let root = document.root
        #expect(root.kind == .object && root.count == 7 && root.node == 0)
        #expect(root.range == 1..<text.utf8.count - 1)
        let model = try #require(root["model"])
        #expect(slice(document, model.range) == #""gpt-5\n""#)
        #expect(slice(document, model.contentRange) == #"gpt-5\n"#)
        #expect(model.hasEscapes && !model.isKey && model.string == "gpt-5\n")
        #expect(root["n"]?.int == 2 && root["n"]?.hasEscapes == false)
        #expect(root["ok"]?.bool == true && root["no"]?.bool == false && root["n"]?.bool == nil)
        #expect(root["nil"]?.isNull == true && root["ok"]?.isNull == false)
        #expect(root["ea"]?.kind == .object && root["ea"]?.count == 0)
        #expect(root["missing"] == nil && model["x"] == nil && root["lis"] == nil)
        let name = "li" + "st"
        #expect(root[name]?.count == 4)
        #expect(root["list"]?[1]?[1]?.int == 3)
        #expect(root["list"]?[2]?["x"]?.equals("y") == true)
        #expect(root["list"]?[4] == nil && root["list"]?[-1] == nil && root[0] == nil)
    }

    @Test func `members and elements come in the order of the text`() throws {
        let root = try document(text).root
        #expect(root.members.map { $0.key.string } == ["model", "n", "ok", "no", "nil", "list", "ea"])
        #expect(root.members.allSatisfy { $0.key.isKey && !$0.value.isKey && $0.key.node + 1 == $0.value.node })
        #expect(root["list"]?.elements.map(\.kind) == [.number, .array, .object, .string])
        #expect(root.elements.map(\.kind) == [] && root["list"]?.members.map(\.key.kind) == [])
        #expect(root["ea"]?.members.map(\.key.kind) == [])
    }

    @Test func `a walk over all nodes meets every string and name once`() throws {
        let document = try document(text)
        let strings = (0..<document.nodeCount).filter { document.kind(at: $0) == .string }
        #expect(
            strings.map { document.value(at: $0).string }
                == ["model", "gpt-5\n", "n", "ok", "no", "nil", "list", "x", "y", "é", "ea"])
        #expect(strings.filter { document.isKey(at: $0) }.count == 8)
        for node in 0..<document.nodeCount {
            #expect(document.range(at: node) == document.value(at: node).range)
            #expect(document.nodeAfter(node) > node && document.nodeAfter(node) <= document.nodeCount)
        }
        #expect(document.nodeAfter(0) == document.nodeCount)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("12", 12), ("-7", -7), ("9223372036854775807", Int.max),
            ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("-9223372036854775809", nil),
            ("99999999999999999999999", nil), ("1.0", nil), ("1e3", nil), ("\"1\"", nil), ("null", nil),
        ] as [(String, Int?)])
    func `a whole number is read if it is written as one and fits`(text: String, expected: Int?) throws {
        #expect(try document(text).root.int == expected)
    }

    @Test(
        arguments: [
            ("0.5", 0.5), ("-1.25e2", -125), ("1E400", nil), ("-1e400", nil), ("1e-400", 0), ("7", 7), ("true", nil),
            ("0.1", 0.1), ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ] as [(String, Double?)])
    func `a number is read as a double if it fits`(text: String, expected: Double?) throws {
        #expect(try document(text).root.double == expected)
    }

    @Test func `texts are compared after decoding`() throws {
        let root = try document(
            #"["stream","str\u0065am","str\u0065amx","","\u0000","grün","longer than fifteen bytes"]"#
        ).root
        #expect(root[0]?.equals("stream") == true && root[0]?.equals("strea") == false)
        #expect(root[0]?.equals("streax") == false && root[0]?.equals("streamx") == false)
        #expect(root[1]?.equals("stream") == true && root[2]?.equals("stream") == false)
        #expect(root[3]?.equals("") == true && root[3]?.equals("x") == false && root[0]?.equals("") == false)
        #expect(root[4]?.equals("\0") == true && root[4]?.equals("") == false)
        #expect(root[5]?.equals("grün") == true)
        #expect(root[6]?.equals("longer than fifteen bytes") == true)
        #expect(root[6]?.equals(String("longer than fifteen bytes")) == true)
        #expect(root.equals("stream") == false)
    }

    @Test func `strings without escapes are lent in place and others decoded`() throws {
        let document = try document(#"["plain","a\"b\\\/\b\f\n\r\t\u00e9\ud83d\ude00z",""]"#)
        #expect(document.root[0]?.withDecodedUTF8 { Array($0) } == Array("plain".utf8))
        #expect(document.root[1]?.withDecodedUTF8 { Array($0) } == Array("a\"b\\/\u{8}\u{C}\n\r\té😀z".utf8))
        #expect(document.root[1]?.decodedUTF8() == Array("a\"b\\/\u{8}\u{C}\n\r\té😀z".utf8))
        #expect(document.root[2]?.withDecodedUTF8 { $0.count } == 0)
        #expect(document.root[1]?.withRawBytes { $0.count } == document.root[1]?.contentRange.count)
    }

    @Test func `a part of a buffer is read in place with ranges of the whole`() throws {
        let buffer = Array("data: {\"a\":\"b\"}\n\n".utf8)
        let document = try JSONDocument(parsing: buffer, in: 6..<15)
        let value = try #require(document.root["a"])
        #expect(slice(document, value.range) == "\"b\"")
        #expect(document.replacing([]) == Array("{\"a\":\"b\"}".utf8))
        let replacement = JSONReplacement(range: value.contentRange, bytes: Array("xyz".utf8))
        #expect(document.replacing([replacement]) == Array("{\"a\":\"xyz\"}".utf8))
        let copy = try buffer.withUnsafeBytes {
            try JSONDocument(copying: UnsafeRawBufferPointer(rebasing: $0[6..<15]))
        }
        #expect(copy.root["a"]?.equals("b") == true && copy.bytes.count == 9)
        #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: buffer, in: 6..<14) }
        #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: buffer, in: 6..<17 - 17 + 6) }
    }

    private func slice(_ document: JSONDocument, _ range: Range<Int>) -> String {
        String(decoding: document.bytes[range], as: UTF8.self)
    }
}
