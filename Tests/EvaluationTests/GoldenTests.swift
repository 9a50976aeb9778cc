import Testing

@testable import Evaluation

/// Scores against `rouge-score`, `sacrebleu`, SQuAD's script and Python's `re`, to 1e-9.
struct GoldenTests {
    private func isNear(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) <= 1e-9 * max(1, abs(right))
    }

    @Test func `ROUGE-L is that of rouge-score`() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.texts.count == 500 && goldens.versions["rouge-score"] == "0.1.2")
        for (row, golden) in goldens.texts.enumerated() {
            for (isStemmed, wanted) in [(false, golden.rouge), (true, golden.rouge_stemmed)] {
                let value = RougeL(isStemmed: isStemmed).score(golden.answer, golden.references).value ?? -1
                #expect(isNear(value, wanted), "row \(row), stemmed \(isStemmed)")
            }
        }
    }

    @Test func `stems are those of NLTK's Porter stemmer`() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.stems.count >= 2000)
        for pair in goldens.stems {
            #expect(String(decoding: PorterStemmer.stem(Array(pair[0].utf8)), as: UTF8.self) == pair[1], "\(pair[0])")
        }
    }

    @Test func `tokens are those of mteval-v13a`() throws {
        for (row, golden) in try Goldens.all.get().texts.enumerated() {
            let tokens = Tokenizer13a.tokens(golden.answer)
            #expect(tokens == golden.tokens.map { Array($0.utf8) }, "row \(row)")
        }
    }

    @Test func `BLEU of a sentence is that of sacrebleu`() throws {
        for (row, golden) in try Goldens.all.get().texts.enumerated() {
            #expect(isNear(BLEU.sentence(golden.answer, golden.references), golden.bleu), "row \(row)")
        }
    }

    @Test func `BLEU of a corpus is that of sacrebleu`() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.corpora.count == 40)
        for (row, corpus) in goldens.corpora.enumerated() {
            let statistics = corpus.rows.map { index in
                BLEU.Statistics(goldens.texts[index].answer, [goldens.texts[index].references[0]])
            }
            #expect(isNear(BLEU.corpus(statistics), corpus.bleu), "corpus \(row)")
        }
    }

    @Test func `texts are normalised as SQuAD's script does it`() throws {
        for (row, golden) in try Goldens.all.get().texts.enumerated() {
            #expect(NormalizedMatch.normalized(golden.answer).isIdentical(to: golden.normalized), "row \(row)")
        }
    }

    @Test func `token F1 is that of SQuAD's script`() throws {
        for (row, golden) in try Goldens.all.get().texts.enumerated() {
            #expect(isNear(TokenF1.score(golden.answer, golden.references).value ?? -1, golden.f1), "row \(row)")
        }
    }

    @Test func `patterns match where Python's do`() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.patterns.count == 1200)
        for row in goldens.patterns {
            let outcome = try Pattern(row.pattern).firstMatch(in: row.text)
            let found: [Int]? =
                switch outcome {
                case .match(let match): [match.range.lowerBound, match.range.upperBound]
                default: nil
                }
            #expect(found == row.match, "\(row.pattern.debugDescription) in \(row.text.debugDescription)")
        }
    }

    @Test func `logarithms and powers are right to the last digits`() throws {
        let math = try Goldens.all.get().math
        for pair in math.log { #expect(abs(Logarithm.natural(pair[0]) - pair[1]) <= 2e-15 * max(1, abs(pair[1]))) }
        for pair in math.exp {
            #expect(
                abs(Logarithm.exponential(pair[0]) - pair[1]) <= 4e-15 * pair[1] + .leastNormalMagnitude, "\(pair[0])")
        }
        #expect(Logarithm.natural(0) == -.infinity && Logarithm.natural(-1).isNaN)
        #expect(Logarithm.exponential(1000) == .infinity && Logarithm.exponential(-1000) == 0)
    }
}
