import Evaluation
import Inference
import Testing

@testable import EvaluationRunner

struct ModelBoundsTests {
    private func place(_ usd: Int64?, output: Int?) -> ModelBounds.Place {
        ModelBounds.Place(
            price: usd.map { TokenPrice(input: $0, output: 2 * $0) }, contextWindow: nil, maximumOutput: output)
    }

    private var request: EvaluationRequest {
        let judge = Judge(model: "m", manner: .rubric("r"))
        return judge.request(judge.question)
    }

    @Test func `the dearest of those that may answer counts, and both where two are asked at once`() throws {
        let places = [place(1_000, output: 10), place(3_000, output: 10)]
        let one = try #require(ModelBounds(places: places, isHedged: false, name: "").most(request, bodyBytes: 100))
        let both = try #require(ModelBounds(places: places, isHedged: true, name: "").most(request, bodyBytes: 100))
        // Judges are given 2,048 tokens.
        #expect(one == Money(nanoUSD: 200 * 3_000 + 2_048 * 6_000))
        #expect(both.nanoUSD == one.nanoUSD + 200 * 1_000 + 2_048 * 2_000)
    }

    @Test func `without a price there is no bound`() {
        #expect(
            ModelBounds(places: [place(nil, output: 10)], isHedged: false, name: "").most(request, bodyBytes: 1) == nil)
        #expect(ModelBounds(places: [], isHedged: false, name: "").most(request, bodyBytes: 1) == nil)
    }
}

extension Judge {
    fileprivate var question: Question {
        questions(about: Answer("a"), asked: [PromptMessage(.user, "q")], test: EvaluationCase(id: "c"))[0]
    }
}
