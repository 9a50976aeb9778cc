public import Inference

/// What of a request matters for the choice of a candidate.
public struct RouteQuery: Hashable, Sendable {
    /// The prompt's tokens by estimate.
    public var inputTokens: Int
    /// Tokens of pictures, sound and files in it, by estimate: of the cost and the length, but of no measure.
    public var mediaTokens: Int
    /// How many answers it wants.
    public var answers: Int
    /// The most answer tokens the caller wants, where it says so.
    public var maximumOutput: Int?
    /// What it needs of a model beyond text.
    public var needs: ModelCapabilities
    /// The strategy that the caller asked for; it has to be one that the alias lets callers choose.
    public var strategy: ModelAlias.Strategy?
    /// A hash of the caller and of how the conversation began, if it shall stay with one candidate.
    public var conversation: UInt64?
    /// Whether only an explanation is wanted, so that nothing is noted.
    public var isDry: Bool

    /// Describes a request.
    public init(
        inputTokens: Int, mediaTokens: Int = 0, answers: Int = 1, maximumOutput: Int? = nil,
        needs: ModelCapabilities = [],
        strategy: ModelAlias.Strategy? = nil, conversation: UInt64? = nil, isDry: Bool = false
    ) {
        self.inputTokens = inputTokens
        self.mediaTokens = mediaTokens
        self.answers = answers
        self.maximumOutput = maximumOutput
        self.needs = needs
        self.strategy = strategy
        self.conversation = conversation
        self.isDry = isDry
    }

    /// The tokens of the whole prompt.
    var promptTokens: Int { inputTokens.addingReportingOverflow(max(0, mediaTokens)).partialValue }

    /// The tokens of all answers, where one has so many.
    func outputTokens(each: Int) -> Int {
        let (product, over) = each.multipliedReportingOverflow(by: max(1, answers))
        return over ? .max : product
    }
}

/// What was measured of one attempt, when it is over.
public struct AttemptMeasure: Hashable, Sendable {
    /// How it went.
    public var outcome: AttemptOutcome
    /// Whether the gateway asked for itself: such answers say nothing of how long others are.
    public var isProbe = false
    /// What `RoutingBook.sent` gave for it, where it left.
    public var sending: UInt64?
    /// The alias (its pattern, where it is one) by which the answer's length is remembered.
    public var alias: ModelID
    /// The prompt's tokens by estimate.
    public var inputTokens: Int
    /// Whether the answer was streamed.
    public var isStream: Bool
    /// From the start to the first token, in nanoseconds.
    public var firstToken: UInt64?
    /// From the start to the end, in nanoseconds.
    public var total: UInt64
    /// What the provider counted.
    public var usage: TokenUsage?
    /// What it cost, and on which day (days since 1970-01-01, UTC).
    public var cost: Money?
    /// The day it cost that.
    public var day: Int
    /// How long the provider asks to be left alone, in nanoseconds (429, 503).
    public var retryAfter: UInt64?

    /// Puts the figures together.
    public init(
        outcome: AttemptOutcome, alias: ModelID, inputTokens: Int, isStream: Bool = false, firstToken: UInt64? = nil,
        total: UInt64 = 0, usage: TokenUsage? = nil, cost: Money? = nil, day: Int = 0, retryAfter: UInt64? = nil,
        sending: UInt64? = nil
    ) {
        self.outcome = outcome
        self.sending = sending
        self.alias = alias
        self.inputTokens = inputTokens
        self.isStream = isStream
        self.firstToken = firstToken
        self.total = total
        self.usage = usage
        self.cost = cost
        self.day = day
        self.retryAfter = retryAfter
    }
}
