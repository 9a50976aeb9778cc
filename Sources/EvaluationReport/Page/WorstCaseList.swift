internal import Evaluation
internal import HyperText
internal import PlainText

/// The cases to look at first: what was asked and expected, and all candidates' answers side by side.
struct WorstCaseList {
    let analysis: RunAnalysis

    private enum Bounds {
        /// Longer texts are folded.
        static let open = 600
        /// Lines of a text that stays open.
        static let lines = 12
        /// What stands on a folded text's cover.
        static let cover = 120
        /// Longer texts are cut, in characters.
        static let most = 20_000
    }

    func write(to html: inout HTML) {
        guard !analysis.worst.isEmpty else { return }
        html.section("worst", "Worst cases", isLong: true) { section in
            section.element(
                "p", ("class", "note"),
                text: analysis.candidates.count > 1
                    ? "Where a candidate falls behind the baseline most, then what even the best candidate answers worst."
                    : "What is answered worst.")
            for worst in analysis.worst { write(worst, to: &section) }
        }
    }

    private func write(_ worst: WorstCase, to html: inout HTML) {
        let test = analysis.record.cases[worst.test]
        let texts = analysis.candidates.indices.map { analysis.record.texts($0, worst.test) }
        html.element("article", ("class", "case")) { article in
            article.element("h3") { head in
                head.text(test.id)
                for tag in test.tags {
                    head.text(" ")
                    head.element("b", ("class", "tag"), text: tag)
                }
            }
            article.element("p", ("class", "note"), text: reason(worst))
            let known = texts.compactMap { $0 }
            // Methods ask differently: where all prompts are one, it stands once.
            let prompts = Set(known.map(\.prompt))
            if prompts.count == 1, let prompt = prompts.first { text("Asked", prompt, &article) }
            if let expected = known.first?.expected, !expected.isEmpty {
                text("Expected", expected.joined(separator: "\n— or —\n"), &article)
            }
            article.element("div", ("class", "answers")) { answers in
                for place in analysis.candidates.indices {
                    answer(place, worst.test, texts[place], showsPrompt: prompts.count > 1, &answers)
                }
            }
        }
    }

    private func reason(_ worst: WorstCase) -> String {
        switch worst.reason {
        case .belowBaseline(let candidate, let fall):
            "\(analysis.candidates[candidate].name) scores \(DecimalText.fixed(fall, 3)) less than the baseline."
        case .low(let best):
            analysis.candidates.count > 1
                ? "The best score is \(DecimalText.fixed(best, 3))." : "The score is \(DecimalText.fixed(best, 3))."
        }
    }

    private func answer(_ place: Int, _ test: Int, _ texts: RunRecord.Texts?, showsPrompt: Bool, _ html: inout HTML) {
        let contestant = analysis.record.contestants[place]
        let result = contestant.results.indices.contains(test) ? contestant.results[test] : nil
        html.element("div") { answer in
            answer.element("h4") { head in
                head.text(contestant.name)
                head.text(": ")
                head.text(result?.score.map { DecimalText.fixed($0, 3) } ?? "–")
                if let result, !result.passes { head.element("span", ("class", "stop"), text: " fails") }
            }
            guard let result else { return answer.element("p", ("class", "note"), text: "No result.") }
            if showsPrompt, let texts { text("Asked", texts.prompt, &answer) }
            if let words = texts?.answer {
                text(nil, words, &answer)
            } else {
                answer.element("p", ("class", "note"), text: result.isError ? "No answer." : "The answer is not kept.")
            }
            let reasons = result.scorers.map { scorer in
                "\(scorer.name) \(scorer.score.value.map { DecimalText.fixed($0, 2) } ?? "–"): \(scorer.score.reason)"
            }
            if !reasons.isEmpty { answer.element("p", ("class", "note"), text: reasons.joined(separator: "; ")) }
        }
    }

    /// A text under a title; folded where it is long.
    private func text(_ title: String?, _ text: String, _ html: inout HTML) {
        if let title { html.element("h4", text: title) }
        let scalars = text.unicodeScalars
        let count = scalars.count
        var shown = text
        if count > Bounds.most {
            shown =
                String(scalars.prefix(Bounds.most)) + "\n… \(NumberText.grouped(count - Bounds.most)) more characters"
        }
        let lines = scalars.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
        guard count > Bounds.open || lines > Bounds.lines else { return html.element("pre") { $0.lines(shown) } }
        html.element("details") { details in
            let cover = String(
                String.UnicodeScalarView(scalars.prefix(Bounds.cover).map { $0.value < 0x20 ? " " : $0 }))
            details.element("summary", text: "\(cover)… (\(NumberText.grouped(count)) characters)")
            details.element("pre") { $0.lines(shown) }
        }
    }
}
