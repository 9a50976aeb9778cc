import Cryptography
import Inference
import Testing

@testable import Evaluation

struct RunTests {
    private func suite(scorers: [Scorer] = [Scorer(name: "exact", rule: .exact(ExactMatch()))]) -> Suite {
        var problems = SuiteProblems()
        let cases = (0..<3).map { index in
            var test = expecting("a")
            test.id = "c\(index)"
            return test
        }
        return Suite(
            name: "s", prompt: Prompt(user: PromptTemplate(literal: "Q")), cases: cases, scorers: scorers, source: "s",
            &problems)
    }

    @Test func `a plan has each candidate's each case once, all candidates' first case first`() throws {
        var voting = Method(name: "vote")
        voting.votes = 3
        let plan = RunPlan(
            suite(), candidates: [Candidate(model: "m"), Candidate(model: "m", method: voting)], seed: 1)
        #expect(plan.stepCount == 6 && plan.requestCount == 12)
        let steps = try (0..<plan.stepCount).map { try plan.step($0) }
        #expect(steps.map(\.test) == [0, 0, 1, 1, 2, 2] && steps.map(\.candidate) == [0, 1, 0, 1, 0, 1])
        #expect(
            Set(steps.flatMap(\.digests)).count == 12,
            "the same words asked for another case, vote or by another way are kept apart")
    }

    @Test func `digests stay the same where the answer does, and change with everything that it depends on`() throws {
        func digest(
            _ change: (inout EvaluationRequest.Parts) -> Void = { _ in }, suite: String = "s", id: String = "c",
            gateway: String = ""
        ) -> String {
            var parts = EvaluationRequest.Parts()
            change(&parts)
            return CaseDigest.of(parts.request, suite: suite, caseID: id, gateway: gateway).hex
        }
        // What was paid for stays paid for in later versions: this value must never change.
        #expect(digest() == "87020683fbe73b6d498fbdf08a84730d900d27f362e2ed75452b753aaac5e2b9")
        let others = [
            digest { $0.model = "n" }, digest { $0.text = "R" }, digest { $0.seed = 1 }, digest { $0.vote = 1 },
            digest { $0.sampling.temperature = 0 }, digest { $0.sampling.others = ["x": "1"] }, digest(suite: "t"),
            digest(id: "d"),
            digest(suite: "sc", id: ""), digest(gateway: "g"),
        ]
        #expect(Set(others + [digest()]).count == others.count + 1)
    }

    @Test func `judges are counted`() {
        let judge = Scorer(name: "j", rule: .judge(Judge(model: "m", manner: .rubric("r"), votes: 2)))
        let pair = Scorer(name: "p", rule: .judge(Judge(model: "m", manner: .pairwise("r"), votes: 2)))
        #expect(
            RunPlan(suite(scorers: [judge, pair]), candidates: [Candidate(model: "m")], seed: 1).judgeRequestCount == 18
        )
    }

    @Test func `an estimate counts prompts and answers, and says whose price is not known`() {
        var parts = EvaluationRequest.Parts()
        parts.text = String(repeating: "x", count: 4000)
        parts.sampling.maximumTokens = 100
        var estimate = CostEstimate()
        estimate.add(parts.request, price: TokenPrice(input: 1000, output: 2000))
        let tokens = estimate.inputTokens
        #expect((1000...1030).contains(tokens))
        #expect(estimate.expected == Money(nanoUSD: Int64(tokens) * 1000 + 100 * 2000))
        #expect(estimate.most == Money(nanoUSD: Int64(tokens) * 2000 + 100 * 2000))
        estimate.add(parts.request, price: nil)
        #expect(estimate.requests == 2 && estimate.unpriced == ["m"])
        estimate.add(parts.request, price: TokenPrice(rates: TokenPrice.Rates(input: .max, output: .max)))
        #expect(estimate.most == Money(nanoUSD: .max))
    }

    static func result(
        _ score: Double, ms: Double = 100, usd: Int64 = 1_000_000, tags: [String] = [], name: String = "c"
    ) -> CaseResult {
        var test = expecting("a")
        test.id = name
        test.tags = tags
        var answer = Answer("a")
        answer.latencyMilliseconds = ms
        answer.cost = Money(nanoUSD: usd)
        answer.usage = TokenUsage(input: 10, output: 5)
        let scorer = Scorer(name: "f1", rule: .tokenF1, threshold: 0.5)
        return CaseResult(test, answer: answer, scorers: [scorer], scores: [Score(score, "")])
    }

    @Test func `a case's score is the weighted mean, and it passes where all weighted scorers pass`() {
        let scorers = [
            Scorer(name: "a", rule: .normalized, weight: 3),
            Scorer(name: "b", rule: .tokenF1, weight: 1, threshold: 0.5),
            Scorer(name: "shown", rule: .bleu, weight: 0), Scorer(name: "ms", rule: .latency(mostMilliseconds: nil)),
        ]
        func result(_ values: [Double?]) -> CaseResult {
            CaseResult(
                expecting("x"), answer: Answer("x"), scorers: scorers, scores: values.map { Score($0, measure: 5, "") })
        }
        #expect(result([1, 0.5, 0, nil]).score == 0.875 && result([1, 0.5, 0, nil]).passes)
        #expect(result([1, 0.4, 0, nil]).passes == false)
        #expect(result([1, 1 - 1e-15, 0, nil]).passes && result([nil, nil, nil, nil]).score == nil)
    }

    @Test func `results are summed up, errors counting as nothing right`() {
        var results = [1.0, 0.5, 0].map { Self.result($0, ms: 100 * (2 - $0), tags: $0 > 0 ? ["good"] : []) }
        let summary = RunSummary(results)
        #expect(summary.score == 0.5 && summary.passRate == 2.0 / 3 && summary.scorers["f1"] == 0.5)
        #expect(
            summary.latencies == [100, 150, 200] && summary.latency(quantile: 0.5) == 150
                && summary.latency(quantile: 0.95) == 195)
        #expect(summary.usdPerThousand == 1 && summary.usage == TokenUsage(input: 30, output: 15))
        #expect(RunSummary.byTag(results).map(\.tag) == ["good"] && RunSummary.byTag(results)[0].summary.score == 0.75)
        results.append(CaseResult(failed: expecting("x")))
        #expect(
            RunSummary(results).score == 0.375 && RunSummary(results).errors == 1
                && RunSummary(results).refusalRate == 0)
        #expect(RunSummary([]).score == nil && RunSummary([]).latency(quantile: 0.5) == nil)
    }

    @Test func `where the price of one case is not known nothing is known of the whole`() {
        var test = expecting("x")
        test.id = "free"
        let unpriced = CaseResult(test, answer: Answer("x"), scorers: [], scores: [])
        #expect(RunSummary([Self.result(1), unpriced]).usdPerThousand == nil)
    }
}

extension EvaluationRequest {
    /// What tests change of a request.
    struct Parts {
        var model = "m"
        var text = "Q"
        var sampling = Sampling()
        var seed: Int?
        var vote = 0

        var request: EvaluationRequest {
            EvaluationRequest(
                model: model, messages: [PromptMessage(.user, text)], tools: [], schema: nil, sampling: sampling,
                seed: seed,
                vote: vote)
        }
    }
}

struct GateTests {
    private let figures = GateFigures([
        RunTests.result(1, ms: 100, tags: ["easy"]), RunTests.result(0.5, ms: 300, tags: ["hard"]),
    ])
    private let better = GateFigures([RunTests.result(1, ms: 50)])

    private func isOpen(_ text: String, baseline: Bool = true) throws -> Bool {
        try Gate(text).verdict(figures, baseline: baseline ? better : nil).isOpen
    }

    @Test(arguments: [
        ("score>=0.75", true), ("score>0.75", false), ("score >= baseline - 0.25 && p95_ms<900 && usd_per_1k<2", true),
        ("score>=baseline-0.2", false),
        ("score>=baseline-25%", true), ("p50_ms < 2*baseline.p50_ms", false), ("p50_ms <= 4*baseline.p50_ms", true),
        ("score[hard]>=0.5", true),
        ("score[easy]==1 && score[hard]!=1", true), ("scorer.f1>=.75", true), ("!(score<0.5)", true),
        ("!score<0.5", true), ("score<0.5||cases==2", true),
        ("(score)>=(0.5+0.25)", true), ("((score>0.5)) && (cases>1 || errors>0)", true),
        ("cases==2||score<0&&score<0", true), ("pass_rate==1", true),
        ("-score<-0.5", true), ("error_rate<=1e-3", true), ("score/0>1", false), ("score[none]>=0", false),
        ("!(score[none]>=0)", false),
        ("score[none]>=0||score>0", true), ("scorer.unknown>0", false), ("usd==0.002", true), ("score*2-1==0.5", true),
        ("8/2/2==2", true), ("5-2-1==2", true),
    ])
    func `a gate opens where what it says holds`(_ text: String, _ wanted: Bool) throws {
        #expect(try isOpen(text) == wanted)
    }

    @Test(arguments: ["score>=0", "!(score<0)", "pass_rate>=0", "p95_ms<900", "refusal_rate<=1", "usd_per_1k>=0"])
    func `for a candidate that answered nothing a gate stays shut`(_ text: String) throws {
        let failed = GateFigures([CaseResult(failed: expecting("a"))])
        #expect(try !Gate(text).verdict(failed, baseline: better).isOpen)
        #expect(try Gate("error_rate==1 && errors==1 && cases==1").verdict(failed, baseline: better).isOpen)
        #expect(try Gate(text).verdict(figures, baseline: better).isOpen)
    }

    @Test(arguments: ["score>=0", "scorer.f1>=0", "!(score<0)"])
    func `where one answer could not be scored a gate on scores stays shut`(_ text: String) throws {
        let scorer = Scorer(name: "f1", rule: .tokenF1, threshold: 0.5)
        let unscored = CaseResult(
            expecting("a"), answer: Answer("a"), scorers: [scorer], scores: [Score(nil, "the program took too long")])
        #expect(try Gate(text).verdict(GateFigures([RunTests.result(1)]), baseline: nil).isOpen)
        #expect(try !Gate(text).verdict(GateFigures([RunTests.result(1), unscored]), baseline: nil).isOpen)
    }

    @Test func `where one answer was not looked at a gate on leaks stays shut`() throws {
        func result(_ findings: [DataClass: Int]?) -> CaseResult {
            var answer = Answer("a")
            answer.findings = findings
            return CaseResult(expecting("a"), answer: answer, scorers: [], scores: [])
        }
        let gate = try Gate("leak_rate<=0")
        #expect(gate.verdict(GateFigures([result([:]), result([:])]), baseline: nil).isOpen)
        #expect(!gate.verdict(GateFigures([result([:]), result([DataClass("email"): 1])]), baseline: nil).isOpen)
        #expect(!gate.verdict(GateFigures([result([:]), result(nil)]), baseline: nil).isOpen)
    }

    @Test func `without a baseline a gate that asks for one stays shut, whichever way it asks`() throws {
        #expect(try !isOpen("score>=baseline-0.01", baseline: false))
        #expect(try !isOpen("!(score<baseline)", baseline: false))
        #expect(try isOpen("score>=baseline || cases==2", baseline: false))
        let verdict = try Gate("score>=baseline && cases==2").verdict(figures, baseline: nil)
        #expect(verdict.comparisons == ["score>=baseline: not known", "cases==2: yes (2.0 == 2.0)"])
    }

    @Test(arguments: [
        ("", "gate:1:1: expected a number or a metric, found the end"),
        ("scor>1", "gate:1:1: unknown metric `scor`, did you mean `score`?"),
        ("score", "gate:1:6: expected a comparison such as `>=`"),
        ("score=1", "gate:1:6: expected a comparison, did you mean `==`?"),
        ("score>=1 &&", "gate:1:12: expected a number or a metric, found the end"),
        ("score>=1 & cases>1", "gate:1:10: expected `&&`, `||` or the end"),
        ("(score>=1", "gate:1:10: expected `)`"), ("score>=1)", "gate:1:9: expected `&&`, `||` or the end"),
        ("0<score<1", "gate:1:8: a comparison of a comparison: join two with `&&`"),
        (
            "1>=baseline",
            "gate:1:4: `baseline` needs one metric on the left of the comparison: say which, as in `baseline.score`"
        ),
        (
            "score+cases>=baseline",
            "gate:1:14: `baseline` needs one metric on the left of the comparison: say which, as in `baseline.score`"
        ),
        ("score>=baseline.p95", "gate:1:17: unknown metric `p95`, did you mean `p95_ms`?"),
        ("score[x", "gate:1:6: `[` without `]`"),
        ("score>1.2.3", "gate:1:7: expected a number"), ("p95_ms < 2s", "gate:1:11: expected `&&`, `||` or the end"),
        ("scorer.f2>1", "gate:1:8: the suite has no scorer `f2`, did you mean `f1`?"),
        ("score[haard]>1", "gate:1:7: the suite has no tag `haard`, did you mean `hard`?"),
    ])
    func `what is no gate is an error with its column`(_ text: String, _ error: String) {
        let message: String
        do { message = "\(try Gate(text, scorers: ["f1"], tags: ["easy", "hard"]).source)" } catch {
            message = "\(error)"
        }
        #expect(message == error)
    }

    @Test func `a scorer's name may have hyphens`() throws {
        let gate = try Gate("scorer.rouge-l-2>=scorer.f1-1", scorers: ["rouge-l-2", "f1"])
        #expect(gate.verdict(figures, baseline: nil).comparisons == ["scorer.rouge-l-2>=scorer.f1-1: not known"])
        #expect(throws: Gate.Failure.self) { try Gate(String(repeating: "(", count: 5000)) }
        #expect(throws: Gate.Failure.self) { try Gate(String(repeating: "(", count: 100) + "score>1") }
        #expect(throws: Gate.Failure.self) { try Gate(String(repeating: "!", count: 100) + "score>1") }
        #expect(try Gate("0" + String(repeating: "+1", count: 2000) + "==2000").verdict(figures, baseline: nil).isOpen)
    }

    @Test func `no text makes the reader trap, and what is read is read again the same`() {
        var dice = Dice(10)
        let pieces = [
            "score", "baseline", ".", "p95_ms", "[", "]", "(", ")", "!", "&&", "||", ">=", "<", "+", "-", "/", "1", "%",
            " ", "é", "scorer.f1>0", "score>=0.5", "cases<baseline", "1==1", "&& 2>1",
        ]
        var read = 0
        for _ in 0..<20_000 {
            let text = dice.text(of: pieces, upTo: 9)
            guard let gate = try? Gate(text) else { continue }
            read += 1
            #expect(gate.verdict(figures, baseline: better) == (try? Gate(text))?.verdict(figures, baseline: better))
        }
        #expect(read > 50)
    }
}
