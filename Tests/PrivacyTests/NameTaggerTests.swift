import Foundation
import NameModel
import Testing

@testable import Privacy

@Suite struct NameTaggerTests {
    /// The names of a text with their kinds, in order.
    private static func names(_ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try tagged(bytes).map {
            ($0.kind == .person ? "P " : "L ") + String(decoding: bytes[$0.range], as: UTF8.self)
        }
    }

    /// Made once: in a debug build the checksum takes its time.
    private static let tagger = Result { try NameTagger(model: NameModel.bytes) }

    private static func tagged(_ bytes: [UInt8]) throws -> [NameSpan] {
        let tagger = try tagger.get()
        var spans: [NameSpan] = []
        bytes.withUnsafeBufferPointer { tagger.tag($0, into: &spans) }
        return spans
    }

    private struct Case: Decodable {
        struct Candidate: Decodable {
            let start: Int
            let end: Int
            let label: UInt8
            let margin: Int32
            let rows: [UInt64]?
        }
        struct Span: Decodable, Equatable {
            let start: Int
            let end: Int
            let kind: String

            init(start: Int, end: Int, kind: String) { (self.start, self.end, self.kind) = (start, end, kind) }

            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                start = try list.decode(Int.self)
                end = try list.decode(Int.self)
                kind = try list.decode(String.self)
            }
        }
        let text: String
        let candidates: [Candidate]
        let spans: [Span]
    }

    @Test func `tokens, features, labels and margins are those that the training script computes`() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let url = root.appending(path: "scripts/names/fixture.json")
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        #expect(cases.count > 4)
        let tagger = try Self.tagger.get()
        for item in cases {
            let bytes = Array(item.text.utf8)
            let explained = bytes.withUnsafeBufferPointer { tagger.explain($0) }
            #expect(explained.map(\.range) == item.candidates.map { $0.start..<$0.end }, "\(item.text)")
            for (own, theirs) in zip(explained, item.candidates) {
                let word = String(decoding: bytes[own.range], as: UTF8.self)
                if let rows = theirs.rows { #expect(own.rows == rows, "\(word) in \(item.text)") }
                #expect(own.label == theirs.label && own.margin == theirs.margin, "\(word) in \(item.text)")
            }
            let spans = try Self.tagged(bytes).map {
                Case.Span(
                    start: $0.range.lowerBound, end: $0.range.upperBound, kind: $0.kind == .person ? "PER" : "LOC")
            }
            #expect(spans == item.spans)
        }
    }

    @Test(arguments: [
        ("My name is John Smith and I live in Boston.", ["P John Smith", "L Boston"]),
        ("Dear Ms. Johnson,", ["P Johnson"]),
        ("Please call Dr. Sarah O'Brien tomorrow.", ["P Sarah O'Brien"]),
        ("Peter\u{2019}s car was parked near Maria's house.", ["P Peter", "P Maria"]),
        ("Regards,\nThomas M\u{FC}ller\nSales Manager", ["P Thomas M\u{FC}ller"]),
        ("From: Anna Kowalska <anna@example.org>", ["P Anna Kowalska"]),
        ("Name: Jos\u{E9} Garc\u{ED}a\nPhone: 555-0100", ["P Jos\u{E9} Garc\u{ED}a"]),
        ("{\"name\": \"Emily Watson\", \"age\": 31}", ["P Emily Watson"]),
        (
            "Ludwig van der Berg met Jean-Luc Picard in Paris.",
            ["P Ludwig van der Berg", "P Jean-Luc Picard", "L Paris"]
        ),
        ("hi david, did you talk to michael?", ["P david", "P michael"]),
        ("PATIENT: ROBERT JOHNSON", ["P ROBERT JOHNSON"]),
        ("Attendees: Alice Brown, Bob Green and George W. Bush", ["P Alice Brown", "P Bob Green", "P George W. Bush"]),
    ])
    func `persons and places are found, without titles and endings`(text: String, expected: [String]) throws {
        #expect(try Self.names(text) == expected)
    }

    @Test(arguments: [
        "The report is due on Monday, and the meeting is in March.", "Getting Started With The Privacy Policy",
        "func scan(_ text: String) -> [Finding] { return [] }", "import Foundation\nlet tokens = try parse(input)",
        "{\"status\": \"ok\", \"supported\": true, \"count\": 3}", "Thanks,", "Dear Sir or Madam,",
        "| Column | Value |\n| --- | --- |\n| Total | 12 |", "https://example.org/John/Smith?name=anna", "",
        "Click Save and then press the Enter key.", "SELECT Name, City FROM customers WHERE Id = 7",
    ])
    func `text without names is left alone`(text: String) throws {
        #expect(try Self.names(text).isEmpty)
    }

    @Test func `a text of many windows is decided alike everywhere`() throws {
        let line = Array("Maria Lopez and her brother Karl flew from Madrid to New York.\n".utf8)
        let times = 1200
        let text = Array(repeatElement(line, count: times).joined())
        let tagger = try Self.tagger.get()
        let all = text.withUnsafeBufferPointer { tagger.explain($0) }
        let candidates = all.count / times
        try #require(candidates >= 6 && all.count == candidates * times)
        // The second line stands for all but the first and the last, which have no neighbours on one side.
        for index in candidates..<(times - 1) * candidates {
            let shift = (index / candidates - 1) * line.count
            let like = all[candidates + index % candidates]
            let range = like.range.lowerBound + shift..<like.range.upperBound + shift
            #expect(all[index].range == range)
            #expect(all[index].rows == like.rows && all[index].label == like.label && all[index].margin == like.margin)
        }
        #expect(try Self.tagged(text).count == 4 * times)
    }

    private static func isSound(_ spans: [NameSpan], in count: Int) -> Bool {
        var end = 0
        for span in spans {
            guard span.range.lowerBound >= end, !span.range.isEmpty, span.range.upperBound <= count,
                50...99 ~= span.score
            else { return false }
            end = span.range.upperBound
        }
        return true
    }

    @Test func `bytes that are no text, cut anywhere, are survived`() throws {
        let text = Array(
            "\u{141}ukasz O\u{2019}N\u{E9}il met J. R. \u{1F600} D\u{27}Arc at www.x.org\u{2014}@ bob's.\r\n".utf8)
        for start in text.indices {
            for end in [start, start + 1, (start + text.count) / 2, text.count - 1, text.count] where end >= start {
                #expect(Self.isSound(try Self.tagged(Array(text[start..<end])), in: end - start))
            }
        }
        var state: UInt64 = 7
        func random() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let likely = Array("AbcdeZ '-.@:/\n\u{E9}\u{2019}".utf8)
        for round in 0..<200 {
            let bytes = (0..<Int(random())).map { _ in
                round % 2 == 0 ? random() : likely[Int(random()) % likely.count]
            }
            #expect(Self.isSound(try Self.tagged(bytes), in: bytes.count), "round \(round)")
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "A", "Ann ", "A.", "'s", "-", "a-", "@", "@ ", "\n", "\u{E9}", "Mr. ", "www.", "a_", "van der ", ": ",
        ])
    func `adverse repetition takes linear time`(unit: String) throws {
        let bytes = Array(repeatElement(Array(unit.utf8), count: 100_000 / unit.utf8.count).joined())
        #expect(Self.isSound(try Self.tagged(bytes), in: bytes.count))
    }

    @Test func `bytes that are no model are refused`() throws {
        let good = Array(NameModel.bytes)
        func error(_ bytes: [UInt8]) -> NameModelError? {
            bytes.withUnsafeBytes { bytes in
                do throws(NameModelError) {
                    _ = try NameTagger(model: bytes)
                    return nil
                } catch {
                    return error
                }
            }
        }
        func changed(_ offset: Int, to byte: UInt8) -> [UInt8] {
            var bytes = good
            bytes[offset] = byte
            return bytes
        }
        #expect(error(good) == nil)
        #expect(error([]) == .notAModel)
        #expect(error(Array(good.prefix(127))) == .notAModel)
        #expect(error(changed(0, to: 0x58)) == .notAModel)
        #expect(error(changed(4, to: 9)) == .otherVersion(9))
        for length in [128, good.count - 8, good.count - 1] {
            #expect(error(Array(good.prefix(length))) == .wrongSize, "\(length) bytes")
        }
        #expect(error(good + [0]) == .wrongSize)
        // Labels, templates, rows, entries of the lexicon, unit.
        for offset in [6, 8, 12, 15, 16, 19, 21] {
            #expect(error(changed(offset, to: 0xFF)) == .wrongSize, "offset \(offset)")
        }
        for offset in [22, 28, 120, 128, good.count / 2, good.count - 1] {
            #expect(error(changed(offset, to: good[offset] ^ 1)) == .damaged, "offset \(offset)")
        }
    }
}
