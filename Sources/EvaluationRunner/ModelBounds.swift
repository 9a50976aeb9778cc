public import Evaluation
public import Inference

/// What a request to an alias may cost at most, by what stands behind it.
public struct ModelBounds: Sendable {
    /// One model that may answer.
    public struct Place: Sendable {
        /// What it costs; `nil`: not known.
        public let price: TokenPrice?
        /// The most tokens of a prompt; `nil`: not known.
        public let contextWindow: Int?
        /// The most tokens of an answer; `nil`: not known.
        public let maximumOutput: Int?

        /// Describes a model.
        public init(price: TokenPrice?, contextWindow: Int?, maximumOutput: Int?) {
            self.price = price
            self.contextWindow = contextWindow
            self.maximumOutput = maximumOutput
        }

        /// Whether it costs nothing, however much is asked.
        public var isFree: Bool { price?.highestCost(of: TokenUsage(input: 1 << 30, output: 1 << 30)).nanoUSD == 0 }
    }

    /// All that may answer.
    public let places: [Place]
    /// Whether two of them may be asked at once.
    public let isHedged: Bool
    /// What stands behind the alias in words, so that other models under the same name are told apart.
    public let name: String

    /// Describes an alias.
    public init(places: [Place], isHedged: Bool, name: String) {
        self.places = places
        self.isHedged = isHedged
        self.name = name
    }

    /// The dearest price, for estimates; `nil`: not known of all.
    public var price: TokenPrice? {
        let prices = places.compactMap(\.price)
        guard prices.count == places.count else { return nil }
        let usage = TokenUsage(input: 3, output: 1)
        return prices.max { $0.cost(of: usage) < $1.cost(of: usage) }
    }

    /// Tokens that providers add to a prompt with tools of their own accord, with room to spare.
    private static let toolPrompt = 1_024

    /// The most that a request may cost; `nil`: there is no bound, since a price is not known or nothing limits the answer.
    public func most(_ request: EvaluationRequest, bodyBytes: Int) -> Money? {
        var costs: [Int64] = []
        for place in places {
            guard let cost = most(request, bodyBytes, at: place) else { return nil }
            costs.append(cost.nanoUSD)
        }
        costs.sort(by: >)
        guard let first = costs.first else { return nil }
        guard isHedged, costs.count > 1 else { return Money(nanoUSD: first) }
        let (sum, isOver) = first.addingReportingOverflow(costs[1])
        return Money(nanoUSD: isOver ? .max : sum)
    }

    private func most(_ request: EvaluationRequest, _ bodyBytes: Int, at place: Place) -> Money? {
        if place.isFree { return Money(nanoUSD: 0) }
        guard let price = place.price, let output = request.sampling.maximumTokens ?? place.maximumOutput else {
            return nil
        }
        // No tokeniser makes more tokens than bytes; surrogates of what is pseudonymised may be longer than their values.
        var input = 2 * bodyBytes + (request.tools.isEmpty ? 0 : Self.toolPrompt)
        if request.messages.contains(where: \.hasPicture) {
            guard let window = place.contextWindow else { return nil }
            input = window
        }
        if let window = place.contextWindow { input = min(input, window) }
        return price.highestCost(of: TokenUsage(input: input, output: output))
    }
}

extension PromptMessage {
    fileprivate var hasPicture: Bool { parts.contains { if case .image = $0 { true } else { false } } }
}
