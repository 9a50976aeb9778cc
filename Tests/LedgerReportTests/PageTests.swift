import Ledger
import Testing

@testable import HyperText
@testable import LedgerReport

@Suite struct PageTests {
    static let hostile = "\"><script>alert(1)</script><img src=x onerror='x()'>&amp;\u{202E}\u{0}"

    /// The relative luminance of WCAG 2.2.
    private static func luminance(_ colour: String) throws -> Double {
        let number = try #require(Int(colour.dropFirst(), radix: 16))
        return [(16, 0.2126), (8, 0.7152), (0, 0.0722)].reduce(0) { sum, part in
            let value = Double(number >> part.0 & 255) / 255
            return sum + part.1 * (value <= 0.04045 ? value / 12.92 : Self.power((value + 0.055) / 1.055))
        }
    }

    /// x to the power of 2.4, by Newton's fifth root of x¹².
    private static func power(_ x: Double) -> Double {
        let twelfth = (0..<12).reduce(1.0) { product, _ in product * x }
        var root = x * x
        for _ in 0..<100 { root -= (root * root * root * root * root - twelfth) / (5 * root * root * root * root) }
        return root
    }

    private static func contrast(_ left: String, _ right: String) throws -> Double {
        let (one, two) = (try luminance(left), try luminance(right))
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    private static func colour(_ name: String, dark: Bool) throws -> String {
        let colour = try #require(PageStyle.colours.first { $0.name == name })
        return dark ? colour.dark : colour.light
    }

    @Test(arguments: [false, true])
    func `text can be read on everything that it stands on (WCAG AA, 4,5 to 1)`(dark: Bool) throws {
        for ground in ["paper", "card"] {
            for ink in ["ink", "muted", "link", "denied"] {
                let contrast = try Self.contrast(
                    try Self.colour(ink, dark: dark), try Self.colour(ground, dark: dark))
                #expect(contrast >= 4.5, "\(ink) on \(ground): \(contrast)")
            }
        }
        #expect(
            try Self.contrast(Self.colour("button", dark: dark), Self.colour("button-ink", dark: dark)) >= 4.5)
        for scale in ["raw", "house", "treated"] {
            for step in 1...5 {
                let contrast = try Self.contrast(
                    PageStyle.ink(onStep: step, dark: dark), try Self.colour("\(scale)-\(step)", dark: dark))
                #expect(contrast >= 4.5, "step \(step) of \(scale): \(contrast)")
            }
        }
    }

    @Test(arguments: [false, true])
    func `edges, bars and the focus can be told from what is beside them (WCAG AA, 3 to 1)`(dark: Bool) throws {
        for ground in ["paper", "card"] {
            for edge in ["edge", "focus", "bar", "denied"] {
                let contrast = try Self.contrast(
                    try Self.colour(edge, dark: dark), try Self.colour(ground, dark: dark))
                #expect(contrast >= 3, "\(edge) on \(ground): \(contrast)")
            }
        }
    }

    @Test func `whatever a caller wrote is text, never markup`() {
        var html = HTML()
        html.element("td", ("title", Self.hostile), text: Self.hostile)
        #expect(!html.text.contains("<script") && !html.text.contains("<img") && !html.text.contains("\u{202E}"))
        #expect(html.text.filter { $0 == "<" }.count == 2 && html.text.filter { $0 == "\"" }.count == 2)
        #expect(html.text.contains("&amp;amp;"))
    }

    static func report(_ name: String) -> ExposureReport {
        var builder = ReportBuilder(LedgerFilter(values: [.principal: name, .policy: name]))
        var entry = ReportBuilder.Entry()
        entry.caller = builder.caller(tenant: name, name: name)
        entry.place = builder.place(.init(provider: name, model: name, region: name, isInternal: true))
        entry.policies = builder.policies([name])
        entry.outcome = builder.word(name)
        builder.add(entry)
        builder.addFinding(dataClass: builder.word(name), treatment: builder.word(name), count: 1)
        entry.place = -1
        entry.reason = builder.word(name)
        builder.add(entry)
        builder.addLedger(name, entries: 1)
        return builder.finish()
    }

    /// The names of the elements in a page.
    static func tags(_ page: String) -> Set<String> {
        Set(
            page.split(separator: "<").dropFirst().map {
                String($0.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" })
            })
    }

    @Test func `pages of hostile names have the elements of harmless ones, and no script`() throws {
        func page(_ name: String) -> String {
            var choices = PageChoices()
            choices.principals = [name]
            var event = LedgerEvent()
            event.principal = name
            event.model = name
            event.request = name
            event.findings = [.init(dataClass: name, place: name, treatment: name, count: 1)]
            let live = ReportPage.Live(query: PageQuery(), choices: choices, events: [event], warning: name)
            return ReportPage.live(Self.report(name), live, made: "now") + ReportPage.problem(name, name)
        }
        #expect(Self.tags(page(Self.hostile)) == Self.tags(page("harmless")))
        for part in ["<script", "onerror='", "javascript:", " style=", "\u{202E}", "http://", "https://"] {
            #expect(!page(Self.hostile).contains(part), "\(part)")
        }
    }

    @Test func `a request's page shows hostile entries as text`() {
        let name = "\\\"><script>alert(1)</script>"
        let intent = """
            {"attempt":1,"considered":[{"destination":{"model":"\(name)","provider":"p"},"policies":["\(name)"]}],"data":[{"class":"\(name)",\
            "count":1,"place":"\(name)","treatment":"\(name)"}],"destination":{"internal":false,"model":"\(name)","provider":"\(name)"},"kind":"intent",\
            "model":"\(name)","principal":{"name":"\(name)","teams":["\(name)"],"tenant":"t"},"request":"r",\
            "route":{"passed_over":1,"reason":"\(name)","strategy":"\(name)"},"seq":1,"stages_us":{"read":12},"time":"t","v":3}
            """
        let story = RequestStory(
            request: Self.hostile,
            entries: [.init(log: 1, index: 1, bytes: Array(intent.utf8), isProven: true)])
        let page = RequestPage(story).page(made: "now")
        #expect(!page.contains("<script") && page.contains("12 µs") && page.contains("Receipt"))
        #expect(page.contains("; 1 other passed over"))
    }

    @Test func `the models' page shows figures, plots of the last hour, and hostile names as text`() {
        func page(_ name: String, requests: Int) -> String {
            let minute = ModelsPage.Minute(requests: requests, failures: requests / 2, firstToken: 12_345)
            let quiet = ModelsPage.Minute(requests: 0, failures: 0, firstToken: nil)
            let candidate = ModelsPage.Candidate(
                alias: name, strategy: "ordered", destination: name, price: "0.25 / 2.00",
                firstToken: (12_345, 1_250_000), tokensPerSecond: 81.4, errorRate: 0.125, underWay: 3,
                state: "spared for 2 s", spent: 1_500_000, lastHour: [quiet, minute])
            return ModelsPage([candidate], pricesAsOf: nil).page(made: "now")
        }
        let whole = page("demo", requests: 8)
        for text in ["0.25 / 2.00", "12.3 ms", "1.25 s", "81", "12.5 %", "spared for 2 s", "0.0015", "at most 8"] {
            #expect(whole.contains(text), "\(text)")
        }
        #expect(whole.ranges(of: #"class="f-denied""#).count == 2)
        #expect(page("demo", requests: 0).contains("No request ended in the last hour"))
        #expect(Self.tags(page(Self.hostile, requests: 8)) == Self.tags(whole))
        #expect(!whole.contains(" style=") && !whole.contains("<script"))
    }

    @Test(arguments: [
        ("since=7d&class=email", ["since": "7d", "class": "email"]), ("", [:]),
        ("x=1&principal=a%20b+c", ["principal": "a b c"]),
        ("class=", [:]), ("class=a=b", ["class": "a=b"]),
    ])
    func `the address says what is asked for`(text: String, values: [String: String]) {
        #expect(PageQuery(text)?.values == values)
    }

    @Test(arguments: ["class=%", "class=%4", "class=%zz", "class=%ff", String(repeating: "a", count: 5_000)])
    func `an address that is none is refused`(text: String) { #expect(PageQuery(text) == nil) }

    @Test func `links keep what is asked for, and encode it`() throws {
        let query = try #require(PageQuery("principal=a%26b%3D%22&since=7d"))
        #expect(query.address(changing: ["class": "é"]) == "/exposure?since=7d&principal=a%26b%3D%22&class=%C3%A9")
        #expect(query.address(changing: ["since": nil, "principal": nil]) == "/exposure")
    }

    @Test func `moments are spans back or dates`() throws {
        let now = try #require(LedgerTime("2026-11-23T12:00:00Z"))
        #expect(try PageQuery("since=12h")?.filter(now: now).get().since == LedgerTime("2026-11-23"))
        for text in ["since=soon", "until=-1d", "since=99999999d", "decision=maybe"] {
            #expect(throws: PageProblem.self) { try PageQuery(text)?.filter(now: now).get() }
        }
    }

    @Test(arguments: [(1, 1), (1_000_000, 5), (300, 3), (16, 2), (15, 1)])
    func `steps of the heat map go by powers`(value: Int, step: Int) {
        #expect(HeatMap.step(value, of: 1_000_000) == step)
    }
}
