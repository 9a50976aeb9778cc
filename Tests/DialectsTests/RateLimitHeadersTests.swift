import Inference
import Testing

@testable import Dialects

/// What is left of a limit, as each dialect's SDK reads it.
struct RateLimitHeadersTests {
    private func fields(_ dialect: Dialect) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: RateLimitHeaders.fields(
                .requests, limit: 60, remaining: -1, resetMilliseconds: 1_500, in: dialect, now: 1_700_000_000
            ).map { ($0.name, $0.value) })
    }

    @Test func `OpenAI names spans`() {
        let expected = [
            "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "1.5s",
        ]
        #expect(fields(.openAI) == expected && fields(.bedrock) == expected)
    }

    @Test func `Anthropic names moments, rounded up`() {
        #expect(
            fields(.anthropic) == [
                "anthropic-ratelimit-requests-limit": "60", "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2023-11-14T22:13:22Z",
            ])
    }

    @Test(arguments: [
        (0, "0s"), (20, "20ms"), (999, "999ms"), (1_000, "1s"), (8_640, "8.64s"), (59_999, "59.999s"),
        (60_000, "1m0s"), (60_001, "1m1s"), (360_000, "6m0s"), (3_723_000, "1h2m3s"), (5_001, "5.001s"),
    ])
    func `spans are written as OpenAI does`(milliseconds: Int, text: String) {
        #expect(RateLimitHeaders.span(milliseconds) == text)
    }
}
