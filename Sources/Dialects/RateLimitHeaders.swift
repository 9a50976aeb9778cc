public import Inference

/// How much of a limit is left, in the header fields by which callers of a dialect know it from its provider.
public enum RateLimitHeaders {
    /// What a limit counts.
    public enum Measure: String, Hashable, Sendable, CaseIterable {
        /// Requests.
        case requests
        /// Tokens, of prompts and answers together.
        case tokens
    }

    /// The fields of one limit: `limit` a minute, `remaining` at once, and in how many milliseconds all of it will be there again if nothing
    /// comes in between. `now` is the time in seconds since 1970, for dialects that name the moment.
    ///
    /// OpenAI: `x-ratelimit-limit-requests`, `-remaining-…`, `-reset-…`, which is a span such as `6m0s` or `20ms`. Anthropic:
    /// `anthropic-ratelimit-requests-limit`, `…-remaining`, `…-reset`, which is a moment of RFC 3339. Bedrock has no such fields and gets
    /// OpenAI's, which its SDK passes over.
    public static func fields(
        _ measure: Measure, limit: Int, remaining: Int, resetMilliseconds: Int, in dialect: Dialect, now: Int64
    ) -> [(name: String, value: String)] {
        let (limit, remaining, span) = (String(limit), String(max(0, remaining)), max(0, resetMilliseconds))
        switch dialect {
        case .anthropic:
            let prefix = "anthropic-ratelimit-\(measure.rawValue)"
            let seconds = Int64(span / 1_000) + (span % 1_000 > 0 ? 1 : 0)
            return [
                ("\(prefix)-limit", limit), ("\(prefix)-remaining", remaining),
                ("\(prefix)-reset", Timestamp.text(now + seconds)),
            ]
        case .openAI, .bedrock, .gemini:
            return [
                ("x-ratelimit-limit-\(measure.rawValue)", limit),
                ("x-ratelimit-remaining-\(measure.rawValue)", remaining),
                ("x-ratelimit-reset-\(measure.rawValue)", Self.span(span)),
            ]
        }
    }

    /// A span as OpenAI writes it: `0s`, `20ms`, `8.64s`, `6m0s`, `1h2m3s`; below a second in milliseconds, and from a minute on in whole
    /// seconds, rounded up.
    static func span(_ milliseconds: Int) -> String {
        if milliseconds == 0 { return "0s" }
        if milliseconds < 1_000 { return "\(milliseconds)ms" }
        if milliseconds < 60_000 {
            let rest = milliseconds % 1_000
            var fraction = rest == 0 ? "" : "." + String(String(1_000 + rest).dropFirst())
            while fraction.hasSuffix("0") { fraction.removeLast() }
            return "\(milliseconds / 1_000)\(fraction)s"
        }
        let seconds = milliseconds / 1_000 + (milliseconds % 1_000 > 0 ? 1 : 0)
        let minutes = seconds / 60
        return (minutes >= 60 ? "\(minutes / 60)h" : "") + "\(minutes % 60)m\(seconds % 60)s"
    }
}
