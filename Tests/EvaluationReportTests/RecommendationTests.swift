import Evaluation
import EvaluationReport
import Inference
import JSONText
import Statistics
import Testing

@Suite struct RecommendationTests {
    private static func recommend(
        _ candidates: [SimulatedCandidate], cases: Int, weights: String = "score=1", constraint: String? = nil,
        seed: UInt64 = 1
    ) throws -> Recommendation {
        try Recommendation(
            RunAnalysis(simulatedRun(candidates, cases: cases, seed: seed)), weights: DimensionWeights(weights),
            constraint: constraint.map { try Gate($0) }, resamples: 400)
    }

    static var candidates: [SimulatedCandidate] {
        [
            .binary("small/x", 0.70, nanoUSD: 1_000_000, milliseconds: 100),
            .binary("large/x", 0.90, nanoUSD: 10_000_000, milliseconds: 400),
        ]
    }

    @Test func `by score alone the better one is picked, and sure`() throws {
        let choice = try Self.recommend(Self.candidates, cases: 400)
        #expect(choice.pick?.name == "large/x" && choice.isSettled && choice.furtherCases == 0)
        #expect(choice.choices.map(\.probability).reduce(0, +) > 0.999)
        #expect(choice.sentences[0].hasPrefix("Take large/x: score 0.8"))
    }

    @Test(arguments: [
        ("score=1,usd=2", "small/x"), ("score=2,usd=1", "large/x"), ("latency=1", "small/x"),
        ("score=1,usd=1.1,latency=0", "small/x"),
    ])
    func `weights decide between good and cheap`(weights: String, name: String) throws {
        #expect(try Self.recommend(Self.candidates, cases: 200, weights: weights).pick?.name == name)
    }

    @Test(arguments: [
        ("usd_per_1k<2", "small/x"), ("p95_ms<900", "large/x"), ("score>=baseline+0.1", "large/x"),
        ("p95_ms<300 && error_rate==0", "small/x"),
    ])
    func `only who fulfils the constraint is picked`(constraint: String, name: String) throws {
        let choice = try Self.recommend(Self.candidates, cases: 400, constraint: constraint)
        #expect(choice.pick?.name == name && choice.pick?.permittedProbability ?? 0 > 0.9)
    }

    @Test func `where nobody fulfils the constraint nobody is picked`() throws {
        let choice = try Self.recommend(Self.candidates, cases: 50, constraint: "score>1")
        #expect(choice.pick == nil && !choice.isSettled && choice.choices.count == 2)
        #expect(choice.sentences == ["No candidate fulfils `score>1`."])
    }

    @Test func `a pick near a limit is not sure to be permitted`() throws {
        let choice = try Self.recommend(
            [.binary("a/x", 0.8), .binary("b/x", 0.8)], cases: 100, constraint: "score>=0.78")
        for candidate in choice.choices where candidate.isPermitted {
            #expect((0.3..<0.99).contains(candidate.permittedProbability))
        }
    }

    @Test func `so many cases as it says settle a choice that was open`() throws {
        let candidates: [SimulatedCandidate] = [.binary("a/x", 0.80), .binary("b/x", 0.85)]
        let open = try Self.recommend(candidates, cases: 150, seed: 3)
        #expect(!open.isSettled)
        // (z(0.95) + z(0.8))² × (0.8 × 0.2 + 0.85 × 0.15) / 0.05² = 711 by the true accuracies.
        var settled = 0
        for seed in 0..<20 where try Self.recommend(candidates, cases: 711, seed: 100 + UInt64(seed)).isSettled {
            settled += 1
        }
        #expect((11...20).contains(settled), "of 20, at a power of 80 %")
    }

    @Test func `the estimate of further cases is near the truth where the run is`() throws {
        // 75 of 400 against 60 of 400 that one alone has right: mean 0.0375, spread by hand.
        var scores: [[Double]] = [[], []]
        for place in 0..<400 {
            scores[0].append(place < 60 || place >= 135 ? 1 : 0)
            scores[1].append(place >= 60 ? 1 : 0)
        }
        var (left, right) = (scores[0].makeIterator(), scores[1].makeIterator())
        let choice = try Self.recommend(
            [
                SimulatedCandidate(name: "a/x", score: { _ in left.next() ?? 0 }),
                SimulatedCandidate(name: "b/x", score: { _ in right.next() ?? 0 }),
            ], cases: 400)
        // Variance 0.3375 − 0.0375² = 0.3361; (1.6449 + 0.8416)² × 0.3361 / 0.0375² = 1,477.7, less 400.
        let further = try #require(choice.furtherCases)
        #expect((850...1_330).contains(further) && choice.rival == 0, "\(further)")
    }

    @Test func `equals are settled by no number of cases`() throws {
        let choice = try Self.recommend(
            [SimulatedCandidate(name: "a/x", score: { _ in 1 }), SimulatedCandidate(name: "b/x", score: { _ in 1 })],
            cases: 30)
        #expect(choice.furtherCases == nil && choice.choices.map(\.probability) == [0.5, 0.5])
    }

    @Test(arguments: ["score=1", "score=1,usd=0.5", "usd=1"])
    func `of equals by the weights nobody is picked whom another beats`(weights: String) throws {
        // The same scores and prices; the second is faster, the third beaten in everything.
        let candidates: [SimulatedCandidate] = [
            SimulatedCandidate(name: "slow/x", score: { _ in 1 }, milliseconds: 300),
            SimulatedCandidate(name: "fast/x", score: { _ in 1 }, milliseconds: 100),
            SimulatedCandidate(name: "beaten/x", score: { _ in 0.5 }, nanoUSD: 9_000_000, milliseconds: 900),
        ]
        let choice = try Self.recommend(candidates, cases: 40, weights: weights)
        #expect(choice.pick?.name == "fast/x" && choice.pick?.isPareto == true)
        #expect(choice.choices.map(\.isPareto) == [true, false, false])
        #expect(
            choice.sentences.contains(
                "By these weights slow/x is as good: the pick is better in latency, which has no weight."),
            "\(choice.sentences)")
    }

    @Test func `who breaks the constraint takes nobody's place among the best`() throws {
        let candidates: [SimulatedCandidate] = [
            SimulatedCandidate(name: "beaten/x", score: { _ in 0.5 }, milliseconds: 300),
            SimulatedCandidate(name: "best/x", score: { _ in 1 }, milliseconds: 100),
        ]
        let choice = try Self.recommend(candidates, cases: 40, constraint: "score<0.9")
        #expect(choice.pick?.name == "beaten/x" && choice.pick?.isPareto == true)
        #expect(choice.choices.map(\.isPareto) == [true, false])
    }

    @Test func `the stated certainty is kept: a settled pick is wrong in at most 5 % of runs`() throws {
        let candidates: [SimulatedCandidate] = [.binary("a/x", 0.80), .binary("b/x", 0.82), .binary("c/x", 0.84)]
        var (settled, wrong) = (0, 0)
        for seed in 0..<60 {
            let choice = try Self.recommend(candidates, cases: 300, seed: UInt64(seed))
            guard choice.isSettled else { continue }
            settled += 1
            if choice.pick?.name != "c/x" { wrong += 1 }
        }
        #expect(wrong <= 3, "\(wrong) of \(settled) settled")
    }

    @Test func `what is not known of all cannot be weighed`() throws {
        let candidates: [SimulatedCandidate] = [.binary("a/x", 0.5), .binary("b/x", 0.6, nanoUSD: nil)]
        #expect(throws: Recommendation.Failure.self) { try Self.recommend(candidates, cases: 20, weights: "usd=1") }
        #expect(try Self.recommend(candidates, cases: 20).choices.count == 2)
        #expect(throws: Recommendation.Failure.self) { try Self.recommend(Self.candidates, cases: 0) }
    }

    @Test(arguments: [
        "", "score", "score=-1", "score=0", "scor=1", "score=1,score=2", "score=nan", "usd=1e9", "score=1,",
    ])
    func `weights that are none are refused`(text: String) {
        #expect(throws: DimensionWeights.Failure.self) { try DimensionWeights(text) }
    }

    @Test func `weights are read and written`() throws {
        #expect(try DimensionWeights(" latency = 0.25, score=1").text == "score=1,latency=0.25")
        #expect {
            try DimensionWeights("scor=1")
        } throws: {
            "\($0)" == "weights: unknown dimension `scor`, did you mean `score`?"
        }
    }

    @Test func `the JSON names the pick`() throws {
        let json = try JSONDocument(parsing: Self.recommend(Self.candidates, cases: 100).json())
        #expect(json.root["pick"]?.string == "large/x" && json.root["candidates"]?[0]?["name"]?.string == "large/x")
    }
}
