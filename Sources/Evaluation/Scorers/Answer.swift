public import Inference

/// What a candidate answered to a case, and what it took. Everything in it is the model's word: no scorer trusts its
/// size or its form.
public struct Answer: Sendable {
    /// The text; empty where the model only called tools.
    public var text: String
    /// The tools that it called, in their order.
    public var toolCalls: [ToolCall] = []
    /// Whether the provider itself marked the answer as a refusal.
    public var isMarkedRefusal = false
    /// From the first byte of the request to the last of the answer, in milliseconds; `nil`: not measured.
    public var latencyMilliseconds: Double?
    /// What it cost; `nil`: no price is known.
    public var cost: Money?
    /// The tokens it took; `nil`: the provider did not say.
    public var usage: TokenUsage?
    /// What the detectors found in the text, by class; `nil`: nobody looked.
    public var findings: [DataClass: Int]?

    /// An answer of a text.
    public init(_ text: String) { self.text = text }
}

/// How good an answer is.
public struct Score: Sendable, Hashable {
    /// From 0 to 1; `nil` where it is a measurement without a limit, or could not be told.
    public let value: Double?
    /// What was measured, in the scorer's own unit (milliseconds, US dollars, BLEU's points); `nil` where nothing was.
    public let measure: Double?
    /// Why, in a few words; never the answer's text.
    public let reason: String

    /// Puts a score together; a value outside 0 to 1 is brought back to it.
    public init(_ value: Double?, measure: Double? = nil, _ reason: String) {
        self.value = value.map { $0.isNaN ? 0 : min(1, max(0, $0)) }
        self.measure = measure
        self.reason = reason
    }

    /// All or nothing.
    static func verdict(_ isRight: Bool, _ right: String, _ wrong: String) -> Score {
        Score(isRight ? 1 : 0, isRight ? right : wrong)
    }
}
