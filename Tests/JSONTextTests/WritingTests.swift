import JSONText
import Testing

struct WritingTests {
    @Test func `text is escaped as RFC 8785 asks`() throws {
        var expected = ""
        var input = ""
        for value in 0..<0x80 as Range<UInt32> {
            guard let scalar = Unicode.Scalar(value) else { continue }
            input.unicodeScalars.append(scalar)
            switch scalar {
            case "\u{8}": expected += "\\b"
            case "\t": expected += "\\t"
            case "\n": expected += "\\n"
            case "\u{C}": expected += "\\f"
            case "\r": expected += "\\r"
            case "\"": expected += "\\\""
            case "\\": expected += "\\\\"
            case _ where value < 0x20: expected += "\\u00" + (value < 0x10 ? "0" : "") + String(value, radix: 16)
            default: expected.unicodeScalars.append(scalar)
            }
        }
        input += "€ö\u{2028}\u{FFFF}😀</script>"
        expected += "€ö\u{2028}\u{FFFF}😀</script>"
        #expect(String(decoding: JSONEscape.escaped(Array(input.utf8)), as: UTF8.self) == expected)
        // RFC 8785 §3.2.2.2 gives this example.
        #expect(
            String(decoding: JSONEscape.escaped(Array("\u{20ac}$\u{F}\nA'\u{42}\u{22}\u{5c}\\\"/".utf8)), as: UTF8.self)
                == #"€$\u000f\nA'B\"\\\\\"/"#)
    }

    @Test func `escaping and decoding are inverse at every length and place`() {
        var randomness = Randomness(seed: 3)
        let alphabet = Array("ab\"\\\n\u{0}\u{1F}\u{7F}é€😀".unicodeScalars)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &randomness) {
                text.unicodeScalars.append(alphabet.randomElement(using: &randomness) ?? "x")
            }
            let bytes = Array(text.utf8)
            let escaped = JSONEscape.escaped(bytes)
            #expect(JSONEscape.decode(escaped) == bytes)
            #expect(reason([0x22] + escaped + [0x22]) == nil)
            var appended = Array("x".utf8)
            JSONEscape.append(text, to: &appended)
            JSONEscape.append(([0] + bytes)[1...], to: &appended)
            #expect(appended == Array("x".utf8) + escaped + escaped)
        }
    }

    @Test(arguments: ["\"", "a\"b", "\\", "\\x", "\\u12", "\\ud800", "\n", "\\\"\""])
    func `what is no content of a string is not decoded`(content: String) {
        #expect(JSONEscape.decode(Array(content.utf8)) == nil)
    }

    @Test func `bytes that are not UTF-8 are not decoded`() {
        #expect(JSONEscape.decode([0xFF]) == nil && JSONEscape.decode([]) == [] as [UInt8])
    }

    @Test func `the writer sets commas and escapes by itself`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.int(1)
        writer.key("b" + "\"")
        writer.beginArray()
        writer.string("x\n")
        writer.string("y" + "z")
        writer.string(utf8: Array("é".utf8))
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.raw(Array("[1,2]".utf8))
        writer.double(0.5)
        writer.endArray()
        writer.key("c")
        writer.beginObject()
        writer.key("")
        writer.int64(.min)
        writer.key("max")
        writer.int64(.max)
        writer.key("zero")
        writer.int(0)
        writer.key("hundred")
        writer.int(-100)
        writer.endObject()
        writer.endObject()
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text
                == #"{"a":1,"b\"":["x\n","yz","é",true,false,null,{},[],[1,2],0.5],"c":{"":-9223372036854775808,"max":9223372036854775807,"zero":0,"hundred":-100}}"#
        )
        _ = try document(text)
    }

    /// RFC 8785, appendix B.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"), (0x7FF0_0000_0000_0000, "null"),
            (0x7FF8_0000_0000_0000, "null"), (0x3FF0_0000_0000_0000, "1"), (0x4059_0000_0000_0000, "100"),
            (0x4059_1000_0000_0000, "100.25"),
        ] as [(UInt64, String)])
    func `numbers are written in canonical form`(bits: UInt64, expected: String) {
        var writer = JSONWriter()
        writer.double(Double(bitPattern: bits))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test func `canonical numbers read back as the same double`() throws {
        var randomness = Randomness(seed: 11)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: randomness.next())
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.double(value)
            #expect(try JSONDocument(parsing: writer.bytes).root.double == value)
        }
    }

    @Test func `a value is written behind what is there`() {
        var bytes = Array("data: ".utf8)
        for number in 1...2 {
            JSONWriter.append(to: &bytes) { writer in
                writer.beginObject()
                writer.key("n")
                writer.int(number)
                writer.endObject()
            }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == #"data: {"n":1}{"n":2}"#)
    }
}
