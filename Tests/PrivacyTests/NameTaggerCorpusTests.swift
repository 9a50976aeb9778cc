import Foundation
import NameModel
import Privacy
import Testing

/// Recall and precision of names on corpora that the model was not trained on (`../shared/data/README.md` says which those are).
@Suite struct NameTaggerCorpusTests {
    private struct Word {
        let range: Range<Int>
        let tag: Substring
    }

    /// The sentences of a corpus in the CoNLL-U way, with a comment that gives each one's text: text and words.
    private static func sentences(_ data: Data) -> [(text: [UInt8], words: [Word])] {
        var found: [(text: [UInt8], words: [Word])] = []
        for block in String(decoding: data, as: UTF8.self).components(separatedBy: "\n\n") {
            var text = ""
            var words: [Word] = []
            var place = text.startIndex
            for line in block.split(separator: "\n") {
                if line.hasPrefix("# text = ") {
                    text = String(line.dropFirst(9))
                    place = text.startIndex
                } else if !line.hasPrefix("# ") {
                    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                    guard fields.count > 2, let range = text.range(of: fields[1], range: place..<text.endIndex) else {
                        continue
                    }
                    place = range.upperBound
                    let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
                    words.append(Word(range: start..<start + fields[1].utf8.count, tag: fields[2].suffix(3)))
                }
            }
            if !words.isEmpty { found.append((Array(text.utf8), words)) }
        }
        return found
    }

    private struct Figures: CustomStringConvertible {
        /// What there is to find, and how much of it was found.
        var expected = 0
        var hit = 0
        /// What was found, and how much of it is right.
        var found = 0
        var right = 0
        var recall: Double { Double(hit) / Double(max(expected, 1)) }
        var precision: Double { Double(right) / Double(max(found, 1)) }
        var description: String {
            "recall \(hit) of \(expected) = \(recall), precision \(right) of \(found) = \(precision)"
        }
    }

    private static func tag(_ text: [UInt8], _ tagger: NameTagger, _ kind: NameSpan.Kind) -> [Range<Int>] {
        var spans: [NameSpan] = []
        text.withUnsafeBufferPointer { tagger.tag($0, into: &spans) }
        return spans.filter { $0.kind == kind }.map(\.range)
    }

    @Test(arguments: [("PER", NameSpan.Kind.person, 0.85, 0.85), ("LOC", .place, 0.6, 0.65)])
    func `words of names in reviews, mails, questions, news and blogs`(
        tag: String, kind: NameSpan.Kind, recall: Double, precision: Double
    ) throws {
        guard let data = try Fixtures.read("data/ner/uner_ewt.dev.iob2.gz") else { return }
        let tagger = try NameTagger(model: NameModel.bytes)
        var figures = Figures()
        for (text, words) in Self.sentences(data) {
            let spans = Self.tag(text, tagger, kind)
            for word in words {
                let isFound = spans.contains { $0.overlaps(word.range) }
                if isFound { figures.found += 1 }
                guard word.tag == tag else { continue }
                figures.expected += 1
                if isFound { (figures.hit, figures.right) = (figures.hit + 1, figures.right + 1) }
            }
        }
        print("names, uner_ewt.dev, words of \(tag): \(figures)")
        #expect(figures.expected > 500)
        #expect(figures.recall >= recall && figures.precision >= precision)
    }

    @Test func `persons in synthetic sentences`() throws {
        struct Sentence: Decodable {
            struct Span: Decodable {
                let entity_type: String
                let start_position: Int
                let end_position: Int
            }
            let full_text: String
            let spans: [Span]
        }
        guard let data = try Fixtures.read("data/pii/synth_dataset_v2.json.gz") else { return }
        let tagger = try NameTagger(model: NameModel.bytes)
        var figures = Figures()
        for sentence in try JSONDecoder().decode([Sentence].self, from: data) {
            let expected = sentence.spans.filter { $0.entity_type == "PERSON" }
                .map { Fixtures.byteRange([$0.start_position, $0.end_position], in: sentence.full_text) }
            let spans = Self.tag(Array(sentence.full_text.utf8), tagger, .person)
            figures.expected += expected.count
            figures.hit += expected.filter { name in spans.contains { $0.overlaps(name) } }.count
            figures.found += spans.count
            figures.right += spans.filter { span in expected.contains { $0.overlaps(span) } }.count
        }
        print("names, synth_dataset_v2, spans of PERSON: \(figures)")
        #expect(figures.recall >= 0.85 && figures.precision >= 0.85)
    }
}
