import EvaluationReport
import HyperText
import PlainText
import Testing

/// A page's elements as they are written, for tests: reads our own strict HTML and nothing else.
private struct Markup {
    var names: [String: Int] = [:]
    var attributes: [(name: String, value: String)] = []
    var problems: [String] = []

    private static let empty: Set<String> = ["meta", "input", "br", "!doctype"]

    init(_ page: String) {
        var open: [String] = []
        var rest = Substring(page)
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else {
                problems.append("`<` without `>`")
                return
            }
            let inside = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if inside.hasPrefix("/") {
                if open.popLast() != String(inside.dropFirst()) { problems.append("<\(inside)> closes nothing") }
                continue
            }
            let name = String(inside.prefix { $0 != " " })
            names[name, default: 0] += 1
            read(inside.dropFirst(name.count))
            if !Self.empty.contains(name) { open.append(name) }
        }
        if !open.isEmpty { problems.append("open: \(open)") }
    }

    private mutating func read(_ text: Substring) {
        var rest = text
        while let sign = rest.firstRange(of: "=\"") {
            let name = rest[..<sign.lowerBound].drop { $0 == " " }
            guard let end = rest[sign.upperBound...].firstIndex(of: "\"") else { return problems.append("open quote") }
            attributes.append((String(name), String(rest[sign.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
    }
}

@Suite struct PageTests {
    static let hostile = "\"><script>alert(1)</script><img src=x onerror='x()'>&amp;\u{202E}\u{0}</pre></details><!--"
    static let elements: Set<String> = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "h4", "p",
        "main",
        "section", "div", "table", "caption", "span", "thead", "tbody", "tr", "th", "td", "b", "small", "svg", "rect",
        "desc", "line", "text", "circle", "figure", "article", "pre", "details", "summary", "footer",
    ]

    static func page(_ record: RunRecord) -> String { RunPage.html(RunAnalysis(record), made: "2026-11-23T21:00:00Z") }

    @Test func `hostile texts in every place stay texts`() {
        let record = simulatedRun(
            [.binary("\(Self.hostile)/a", 0.5), .binary("b/\(Self.hostile)", 0.4)], cases: 60,
            tags: { [Self.hostile, "t\($0 % 2)"] }, id: { "\(Self.hostile)\($0)" },
            texts: { candidate, _ in
                RunRecord.Texts(
                    prompt: candidate == 0 ? Self.hostile : Self.hostile + String(repeating: Self.hostile, count: 50),
                    expected: [Self.hostile], answer: Self.hostile + "\r\nsecond\tline")
            })
        let page = Self.page(
            RunRecord(
                id: Self.hostile, suite: Self.hostile, startedAt: Self.hostile, seed: 1, policyHash: Self.hostile,
                state: .interrupted, cases: record.cases, contestants: record.contestants, texts: record.texts))
        let markup = Markup(page)
        #expect(markup.problems.isEmpty, "\(markup.problems.prefix(3))")
        #expect(Set(markup.names.keys).subtracting(Self.elements).isEmpty, "\(markup.names.keys)")
        #expect(!markup.attributes.contains { $0.name.hasPrefix("on") || $0.name == "src" || $0.name == "style" })
        #expect(markup.attributes.filter { $0.name == "href" }.allSatisfy { $0.value == "#content" })
        #expect(!page.unicodeScalars.contains { $0.value == 0 || $0 == "\u{202E}" || $0 == "\r" })
        #expect(page.contains("second\tline") && (markup.names["details"] ?? 0) > 0)
    }

    @Test func `a page loads nothing and runs nothing`() {
        let page = Self.page(AnalysisTests.three)
        let markup = Markup(page)
        #expect(markup.problems.isEmpty)
        #expect(markup.attributes.contains { $0.value.hasPrefix("default-src &#39;none&#39;;") })
        for word in ["http://", "https://", "url(", "@import", "javascript:"] { #expect(!page.contains(word)) }
    }

    @Test func `a page has the table, both plots, the tags and the worst cases`() {
        let markup = Markup(Self.page(AnalysisTests.three))
        for id in ["candidates", "comparison", "pareto", "plot-usd-t", "plot-latency-t", "tags", "worst"] {
            #expect(markup.attributes.contains { $0.name == "id" && $0.value == id }, "\(id)")
        }
        #expect(markup.names["circle"] == 6 && markup.names["article"] == 20)
        // Whoever cannot see a picture is told what it shows.
        #expect(markup.attributes.count { $0.name == "role" && $0.value == "img" } == markup.names["svg"])
        let ids = markup.attributes.filter { $0.name == "id" }.map(\.value)
        #expect(Set(ids).count == ids.count)
    }

    @Test func `a run with nothing in it has a page`() {
        for candidates in [[], [SimulatedCandidate.binary("a/x", 0.5)]] {
            #expect(Markup(Self.page(simulatedRun(candidates, cases: 0))).problems.isEmpty)
        }
    }

    @Test func `a long text is folded, and a very long one cut`() {
        let record = simulatedRun(
            [.binary("a/x", 0)], cases: 1,
            texts: { _, _ in
                RunRecord.Texts(prompt: "short", expected: [], answer: String(repeating: "x", count: 50_000))
            })
        let page = Self.page(record)
        #expect(page.utf8.count < 60_000 && page.contains("30,000 more characters"))
        #expect(Markup(page).names["details"] == 1)
    }
}

@Suite struct PlainTextTests {
    @Test(arguments: [
        (0.9145, 3, "0.915"), (0.0, 3, "0.000"), (-0.0004, 3, "0.000"), (-1.5, 0, "−2"), (1250.5, 2, "1,250.50"),
        (0.9996, 3, "1.000"), (.nan, 2, "–"), (1e300, 2, "–"), (-12.3456, 2, "−12.35"),
    ])
    func `numbers have the decimals asked for`(value: Double, decimals: Int, text: String) {
        #expect(DecimalText.fixed(value, decimals) == text)
    }

    @Test(arguments: [
        (0.00042, 3, "0.00042"), (12.5, 3, "12.5"), (1250.0, 3, "1,250"), (0.0, 3, "0"), (100.0, 3, "100"),
        (2.0, 3, "2"), (0.1 + 0.2, 3, "0.3"), (1e-12, 3, "0"),
    ])
    func `numbers have the digits that matter`(value: Double, digits: Int, text: String) {
        #expect(DecimalText.significant(value, digits) == text)
    }

    @Test(arguments: [
        ("a\r\nb\tc", "a\nb\tc"), ("a\rb", "a\nb"), ("\u{1B}[2J", "\u{FFFD}[2J"), ("é\u{2028}\n", "é\u{FFFD}\n"),
        ("\r\r\n\n", "\n\n\n"),
    ])
    func `texts of many lines keep their lines and lose what acts on terminals`(text: String, safe: String) {
        #expect(SafeText.harmlessLines(text) == safe)
    }
}
