/// What a model costs: rates for each kind of token, and others for long prompts.
///
/// Rates are whole pico-USD (10⁻¹² US dollar) per token, which is micro-USD per million tokens: list prices have at most six decimal
/// places in US dollars per million tokens, so all of them are exact.
public struct TokenPrice: Hashable, Sendable {
    /// What tokens cost, in pico-USD each: 1 US dollar per million tokens is 1,000,000.
    public struct Rates: Hashable, Sendable {
        /// A prompt's token that neither came from the cache nor went into it.
        public var input: Int64
        /// An answer's token.
        public var output: Int64
        /// A prompt's token read from the provider's cache; `nil`: as `input`.
        public var cachedInput: Int64?
        /// A prompt's token written into the provider's cache; `nil`: as `input`.
        public var writtenInput: Int64?
        /// A prompt's token written into the cache for an hour; `nil`: as `writtenInput`.
        public var writtenForHour: Int64?

        /// Puts rates together.
        public init(
            input: Int64, output: Int64, cachedInput: Int64? = nil, writtenInput: Int64? = nil,
            writtenForHour: Int64? = nil
        ) {
            self.input = input
            self.output = output
            self.cachedInput = cachedInput
            self.writtenInput = writtenInput
            self.writtenForHour = writtenForHour
        }
    }

    /// Other rates, for all tokens of a request whose prompt is long.
    public struct Tier: Hashable, Sendable {
        /// Prompts of more tokens than this are long.
        public let above: Int
        /// What they cost then.
        public let rates: Rates

        /// Puts a tier together.
        public init(above: Int, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }

    /// What tokens cost, if no tier says otherwise.
    public let rates: Rates
    /// The rates for long prompts, the longest first.
    public let tiers: [Tier]
    /// What tokens cost in a provider's batch interface; `nil`: unknown, or there is none.
    public let batch: Rates?

    /// Puts a price together.
    public init(rates: Rates, tiers: [Tier] = [], batch: Rates? = nil) {
        self.rates = rates
        self.tiers = tiers.sorted { $0.above > $1.above }
        self.batch = batch
    }

    /// A price without tiers, in nano-USD per token (1 US dollar per million tokens is 1,000).
    public init(input: Int64, output: Int64) {
        func pico(_ nano: Int64) -> Int64 {
            let (product, over) = nano.multipliedReportingOverflow(by: 1000)
            return over ? .max : product
        }
        self.init(rates: Rates(input: pico(input), output: pico(output)))
    }

    /// The cost of a usage, rounded up to a whole nano-USD, saturating instead of overflowing.
    public func cost(of usage: TokenUsage) -> Money { rates(forInput: usage.input).cost(of: usage) }

    /// The most that a request of so many tokens can cost, whatever of it goes into or comes from a cache and whichever tier applies.
    public func highestCost(of usage: TokenUsage) -> Money {
        let usage = TokenUsage(input: usage.input, output: usage.output)
        return ([rates] + tiers.map(\.rates)).map { rates in
            let input = max(rates.input, rates.cachedInput ?? 0, rates.writtenInput ?? 0, rates.writtenForHour ?? 0)
            return Rates(input: input, output: rates.output).cost(of: usage)
        }.max() ?? Money(nanoUSD: .max)
    }

    /// The rates for a prompt of so many tokens.
    public func rates(forInput tokens: Int) -> Rates { tiers.first { tokens > $0.above }?.rates ?? rates }
}

extension TokenPrice.Rates {
    /// The cost of a usage, rounded up.
    func cost(of usage: TokenUsage) -> Money {
        // A provider's figures may contradict each other: no part is more than the whole.
        let input = max(0, usage.input)
        let cached = min(max(0, usage.cachedInput), input)
        let written = min(max(0, usage.writtenInput), input - cached)
        let forHour = min(max(0, usage.writtenForHour), written)
        var sum: Int64 = 0
        var isTooMuch = false
        func add(_ tokens: Int, _ rate: Int64) {
            let (product, over) = Int64(clamping: tokens).multipliedReportingOverflow(by: rate)
            let (next, overToo) = sum.addingReportingOverflow(product)
            sum = next
            isTooMuch = isTooMuch || over || overToo
        }
        add(input - cached - written, self.input)
        add(cached, cachedInput ?? self.input)
        add(written - forHour, writtenInput ?? self.input)
        add(forHour, writtenForHour ?? writtenInput ?? self.input)
        add(max(0, usage.output), output)
        return isTooMuch ? Money(nanoUSD: .max) : Money(nanoUSD: sum / 1000 + (sum % 1000 > 0 ? 1 : 0))
    }
}
