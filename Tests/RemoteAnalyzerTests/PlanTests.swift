import Inference
import JSONText
import Privacy
import Testing

@testable import RemoteAnalyzer

@Suite struct CodePointTests {
    @Test func `byte offsets are those of the code points`() {
        var generator = SplitMix(seed: 7)
        let alphabet = Array("aß語🎉e\u{301}\u{200D}\u{0}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}".unicodeScalars)
        for _ in 0..<2_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int(generator.next() % 40) {
                text.append(alphabet[Int(generator.next() % UInt64(alphabet.count))])
            }
            let bytes = Array(String(text).utf8)
            let borders = text.indices.map { String(text)[..<$0].utf8.count } + [bytes.count]
            #expect(CodePoints.byteOffsets(of: Array(borders.indices), in: bytes[...]) == borders)
            #expect(CodePoints.byteOffsets(of: [borders.count], in: bytes[...]) == nil)
            #expect(CodePoints.byteOffsets(of: [0, 0, borders.count - 1], in: bytes[...])?.count == 3)
        }
        #expect(CodePoints.byteOffsets(of: [-1], in: [0x41]) == nil)
    }
}

@Suite struct TextPieceTests {
    @Test func `pieces cover the text, overlap, and end at borders of code points`() {
        var generator = SplitMix(seed: 11)
        for round in 0..<200 {
            let parts = round % 2 == 0 ? ["word ", "ü", "🎉", "\n", "longer-than-that "] : ["語", "🎉", "e\u{301}"]
            var text = ""
            let size = Int(generator.next() % 20_000)
            while text.utf8.count < size { text += parts[Int(generator.next() % UInt64(parts.count))] }
            let bytes = Array(text.utf8)
            let limit = 4 * TextPieces.overlap + Int(generator.next() % 3_000)
            let pieces = TextPieces.cut(bytes, limit: limit)
            #expect(pieces.first?.lowerBound == 0 && pieces.last?.upperBound == bytes.count)
            for piece in pieces {
                #expect(piece.count <= limit)
                #expect(String(validating: bytes[piece], as: UTF8.self) != nil)
            }
            for (left, right) in zip(pieces, pieces.dropFirst()) {
                #expect((TextPieces.overlap...2 * TextPieces.overlap).contains(left.upperBound - right.lowerBound))
                #expect(left.lowerBound < right.lowerBound)
            }
        }
    }

    @Test func `spans of one class that share a byte become one`() {
        func span(_ range: Range<Int>, _ name: String, _ score: Int) -> RemoteSpan {
            RemoteSpan(range: range, dataClass: DataClass(name), score: score)
        }
        var spans = [
            span(10..<20, "person", 85), span(0..<4, "email", 100), span(15..<24, "person", 60),
            span(10..<20, "person", 85),
            span(24..<30, "person", 85), span(12..<14, "place", 50), span(40..<60, "person", 85),
            span(45..<50, "person", 90),
        ]
        RemoteSpan.unite(&spans)
        #expect(
            spans == [
                span(0..<4, "email", 100), span(10..<24, "person", 85), span(12..<14, "place", 50),
                span(24..<30, "person", 85), span(40..<60, "person", 90),
            ])
    }
}

@Suite struct AskingTests {
    @Test func `a single text goes as a string, several as a list`() throws {
        let settings = RemoteAnalyzer.Settings(url: "")
        func bodies(_ texts: [String], _ settings: RemoteAnalyzer.Settings) throws -> [String] {
            let plan = try AnalysisPlan(texts.map { Array($0.utf8) }, settings)
            return plan.calls.indices.map { String(decoding: plan.body(ofCall: $0, settings), as: UTF8.self) }
        }
        #expect(try bodies(["a\"b"], settings) == [#"{"text":"a\"b","language":"en","score_threshold":0.5}"#])
        #expect(
            try bodies(["a", "", "b", "a"], settings) == [#"{"text":["a","b"],"language":"en","score_threshold":0.5}"#])
        var single = settings
        single.textsPerCall = 1
        #expect(try bodies(["a", "b", "a"], single).count == 2)
    }

    @Test func `a call has no more bytes than it may`() throws {
        var settings = RemoteAnalyzer.Settings(url: "")
        settings.bytesPerCall = 1_024
        let texts = (0..<50).map { index in [UInt8](repeating: UInt8(0x30 + index), count: 100 + 50 * index) }
        let plan = try AnalysisPlan(texts, settings)
        #expect(plan.calls.allSatisfy { $0.reduce(0) { $0 + $1.range.count } <= 1_024 })
        #expect(plan.calls.contains { $0.count > 1 })
    }

    @Test func `every class of the standard map is one that we know`() {
        for (entity, dataClass) in EntityMap.presidio {
            guard let dataClass else { continue }
            #expect(SensitiveClass.named(dataClass) != nil, "\(entity) is mapped to `\(dataClass)`")
        }
        #expect(EntityMap.presidio.count > 80)
    }
}

@Suite struct AnswerTests {
    private func read(_ text: String, texts: Int = 1) throws(RemoteAnalyzerError) -> [[AnalyzeAnswer.Entity]] {
        try AnalyzeAnswer.read(Array(text.utf8), texts: texts, RemoteAnalyzer.Settings(url: ""))
    }

    @Test func `an entity may have more members than we read`() throws {
        let found = try read(
            #"[{"analysis_explanation":{"recognizer":"X","score":null},"end":2,"entity_type":"PERSON","score":0.85,"start":0}]"#
        )
        #expect(found == [[AnalyzeAnswer.Entity(type: "PERSON", start: 0, end: 2, score: 85)]])
    }

    @Test(arguments: [
        #"{"entity_type":"P","start":0,"end":1}"#, #"{"entity_type":"P","start":0,"score":1}"#,
        #"{"start":0,"end":1,"score":1}"#, #"{"entity_type":"","start":0,"end":1,"score":1}"#,
        #"{"entity_type":1,"start":0,"end":1,"score":1}"#, #"{"entity_type":"P","start":0.5,"end":1,"score":1}"#,
        #"{"entity_type":"P","start":"0","end":1,"score":1}"#, #"{"entity_type":"P","start":2,"end":1,"score":1}"#,
        #"{"entity_type":"P","start":0,"end":99999999999999999999,"score":1}"#,
        #"{"entity_type":"P","start":0,"end":1,"score":-0.1}"#,
        #"{"entity_type":"P","start":0,"end":1,"score":1e999}"#, #"{"entity_type":"P","start":0,"end":1,"score":null}"#,
        #"{"entity_type":"P","start":0,"end":1,"end":2,"score":1}"#, #"[]"#, "null",
    ])
    func `an entity that lacks something, or has it wrong, is an error`(_ entity: String) {
        #expect(throws: RemoteAnalyzerError.self) { try read("[\(entity)]") }
        #expect(throws: RemoteAnalyzerError.self) { try read("[[],[\(entity)]]", texts: 2) }
    }

    @Test func `what is less sure is passed over, whatever the service was told`() throws {
        let settings = RemoteAnalyzer.Settings(url: "")
        let plan = try AnalysisPlan([Array("ab".utf8)], settings)
        let answer =
            #"[{"entity_type":"PERSON","start":0,"end":1,"score":0.49},{"entity_type":"AGE","start":1,"end":2,"score":0.5}]"#
        #expect(try plan.spans(from: [Array(answer.utf8)], settings)[0].map(\.range) == [1..<2])
    }

    @Test func `an offset beyond its text is an error, also of an entity that is passed over`() throws {
        let settings = RemoteAnalyzer.Settings(url: "")
        let plan = try AnalysisPlan([Array("ab🎉".utf8)], settings)
        for (type, score, end, fits) in [
            ("PERSON", "1", 3, true), ("PERSON", "1", 4, false), ("NRP", "1", 4, false), ("PERSON", "0.1", 4, false),
            ("PERSON", "1", Int.max, false),
        ] {
            let answer = #"[{"entity_type":"\#(type)","start":0,"end":\#(end),"score":\#(score)}]"#
            let spans = try? plan.spans(from: [Array(answer.utf8)], settings)
            #expect((spans != nil) == fits, "\(answer)")
            if fits { #expect(spans?[0].first?.range == 0..<6) }
        }
    }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
