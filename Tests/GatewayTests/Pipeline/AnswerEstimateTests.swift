import Testing

@testable import Gateway

@Suite struct AnswerEstimateTests {
    @Test func `four bytes of text are a token`() {
        var estimate = AnswerEstimate()
        estimate.add(text: 400)
        #expect(estimate.tokens == 100)
    }

    @Test func `an event with text is a token at least`() {
        var estimate = AnswerEstimate()
        for _ in 0..<50 { estimate.add(text: 1) }
        #expect(estimate.tokens == 50)
    }

    @Test func `of events that were not read, what they have in common is no text`() {
        var estimate = AnswerEstimate()
        estimate.add(unread: 200)
        for _ in 0..<10 { estimate.add(unread: 240) }
        #expect((100...105).contains(estimate.tokens))
    }

    @Test func `signs of life are no answer`() {
        var estimate = AnswerEstimate()
        for _ in 0..<10 { estimate.add(unread: 16) }
        #expect(estimate.tokens == 0)
    }
}
