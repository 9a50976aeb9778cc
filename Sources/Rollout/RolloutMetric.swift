/// What is measured of each request in a rollout, one value a request.
public enum RolloutMetric: String, Hashable, Sendable, Codable, CaseIterable {
    /// 1 where the provider gave no whole good answer, else 0.
    case error = "error_rate"
    /// 1 where the answer refuses, else 0.
    case refusal = "refusal_rate"
    /// 1 where a detector found sensitive data in the answer that the request had not, else 0.
    case leak = "leak_rate"
    /// 1 where the answer lacks the form that was asked for, else 0.
    case invalid = "invalid_rate"
    /// The same the other way round: 1 where the answer has the form that was asked for, else 0.
    case valid = "format_validity"
    /// Milliseconds from sending to the end of the answer.
    case latency = "ms"
    /// Milliseconds from sending to the first piece of the answer's body.
    case firstToken = "first_token_ms"
    /// US dollars.
    case cost = "usd"
    /// What a judge thinks of the answer, 0...1.
    case judge = "judge_score"
    /// What the caller thinks of the answer, 0...1.
    case feedback

    /// Whether more is better.
    public var isScore: Bool { self == .judge || self == .feedback || self == .valid }
    /// Whether values have the bounds 0 and 1 by themselves.
    public var isBounded: Bool {
        switch self {
        case .latency, .firstToken, .cost: false
        default: true
        }
    }
    /// Whether it is a time, of which quantiles are guarded.
    public var isTime: Bool { self == .latency || self == .firstToken }
    /// Whether it is known only some time after the answer, if at all.
    public var isLate: Bool { self == .judge || self == .feedback }
    /// Whether it needs the answer's text.
    public var needsText: Bool {
        switch self {
        case .refusal, .leak, .invalid, .valid, .judge: true
        case .error, .latency, .firstToken, .cost, .feedback: false
        }
    }
}
