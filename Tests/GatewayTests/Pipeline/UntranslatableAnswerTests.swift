import Dialects
import Inference
import JSONText
import Privacy
import Testing

@testable import Gateway

/// Good answers that have no words in the caller's dialect.
@Suite struct UntranslatableAnswerTests {
    private static func answer(_ body: String, to operation: Inference.Operation = .chat) throws -> WholeAnswer {
        let asked = #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"draw"}]}"#
        let request = try RequestReader.read(
            operation, body: try JSONDocument(parsing: Array(asked.utf8)), address: nil)
        let translation = AnswerTranslation(request, to: .generateContent, RequestID(high: 1, low: 2))
        return try WholeAnswer(Array(body.utf8), to: request, restoration: .empty, translation: translation)
    }

    @Test func `a picture for one who has no word for it is told with what it took`() throws {
        let error = #expect(throws: UntranslatableAnswer.self) {
            try Self.answer(
                #"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":7}}"#,
                to: .messages)
        }
        #expect(error?.facts?.usage == TokenUsage(input: 9, output: 7))
    }

    @Test func `an error in the place of an answer is none`() throws {
        let error = #expect(throws: UntranslatableAnswer.self) {
            try Self.answer(#"{"error":{"code":500,"message":"x"}}"#)
        }
        #expect(error != nil && error?.facts == nil)
    }
}
