import JSONText
import Testing

/// Guards against what would be felt: the bounds are many times what a debug build takes, and what a quadratic reader exceeds.
struct SpeedTests {
    @Test(arguments: [
        "The quick brown fox jumps over the lazy dog. ", "Grüße aus München, schöne Straße. ", "人工知能は素晴らしい。",
        #"line one\nline \"two\"\n\tindented\u00e9 "#, "😀", #"\u0041"#,
    ])
    func `five megabytes in one string are read and decoded in linear time`(piece: String) throws {
        let unit = Array(piece.utf8)
        var bytes: [UInt8] = Array("{\"content\":\"".utf8)
        while bytes.count < 5_000_000 { bytes += unit }
        bytes += Array("\"}".utf8)
        let elapsed = try computingTime {
            let document = try JSONDocument(parsing: bytes)
            #expect(document.root["content"]?.withDecodedUTF8 { $0.count } ?? 0 > 800_000)
        }
        #expect(elapsed < .seconds(8))
    }

    @Test(arguments: ["1,", "[],", "{},", "\"\",", "{\"a\":{\"b\":1}},", "        1,\n"])
    func `megabytes of small values are read in linear time`(piece: String) throws {
        let unit = Array(piece.utf8)
        var bytes: [UInt8] = [0x5B]
        while bytes.count < 5_000_000 { bytes += unit }
        bytes += Array("1]".utf8)
        let limits = JSONLimits(maximumNodes: 8 << 20)
        #expect(
            try computingTime { _ = try JSONDocument(parsing: bytes, limits: limits) } < .seconds(12)
        )
    }
}
