public import Inference

/// What a run will cost, before it begins.
public struct CostEstimate: Sendable, Hashable {
    /// Requests, those of judges left out.
    public private(set) var requests = 0
    /// Tokens of prompts, estimated.
    public private(set) var inputTokens = 0
    /// What it costs at least: prompts of half the estimate, answers of one token.
    public private(set) var least = Money(nanoUSD: 0)
    /// What is expected: prompts as estimated, answers of the usual length.
    public private(set) var expected = Money(nanoUSD: 0)
    /// The most it can cost: answers as long as they may be, prompts of twice the estimate.
    public private(set) var most = Money(nanoUSD: 0)
    /// Models without a known price, whose requests count as nothing above; in the order in which they came.
    public private(set) var unpriced: [String] = []

    /// Nothing yet.
    public init() {}

    /// Counts a request. `price`: `nil` where none is known. `usualOutput`: tokens of a usual answer of this suite;
    /// `mostOutput`: the most of any answer, which counts where the request names no limit of its own.
    public mutating func add(
        _ request: EvaluationRequest, price: TokenPrice?, usualOutput: Int = 256, mostOutput: Int = 4096
    ) {
        requests += 1
        let input = Self.tokens(request)
        inputTokens = inputTokens.addingSaturated(input)
        guard let price else {
            if !unpriced.contains(request.model) { unpriced.append(request.model) }
            return
        }
        let limit = request.sampling.maximumTokens ?? mostOutput
        least.add(price.cost(of: TokenUsage(input: input / 2, output: 1)))
        expected.add(price.cost(of: TokenUsage(input: input, output: min(usualOutput, limit))))
        most.add(price.highestCost(of: TokenUsage(input: input.addingSaturated(input), output: limit)))
    }

    /// About how many tokens a request has: a token for four bytes of its body, which is right within a third for
    /// English and too many for code.
    static func tokens(_ request: EvaluationRequest) -> Int { request.chatBody.count / 4 + 1 }
}

extension Money {
    /// Adds, saturating.
    mutating func add(_ other: Money) {
        let (sum, isOver) = nanoUSD.addingReportingOverflow(other.nanoUSD)
        self = Money(nanoUSD: isOver ? .max : sum)
    }
}

extension Int {
    fileprivate func addingSaturated(_ other: Int) -> Int {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
