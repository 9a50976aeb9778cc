import Foundation

/// What the field's own tools say, as `scripts/evaluation/goldens.py` wrote it down.
struct Goldens: Decodable {
    struct Text: Decodable {
        let answer: String
        let references: [String]
        let rouge: Double
        let rouge_stemmed: Double
        let bleu: Double
        let f1: Double
        let normalized: String
        let tokens: [String]
    }

    struct Corpus: Decodable {
        let rows: [Int]
        let bleu: Double
    }

    struct PatternRow: Decodable {
        let pattern: String
        let text: String
        let match: [Int]?
    }

    struct Mathematics: Decodable {
        let log: [[Double]]
        let exp: [[Double]]
    }

    let versions: [String: String]
    let texts: [Text]
    let corpora: [Corpus]
    let stems: [[String]]
    let patterns: [PatternRow]
    let math: Mathematics

    static let all = Result { try read() }

    private static func read() throws -> Goldens {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try JSONDecoder().decode(
            Goldens.self, from: Data(contentsOf: root.appending(path: "scripts/evaluation/goldens.json")))
    }
}
