/// Tokens that a request used, as its provider counted them.
public struct TokenUsage: Hashable, Sendable {
    /// Tokens of the prompt, those read from a cache included.
    public var input: Int
    /// Tokens of the answer.
    public var output: Int
    /// Those of `input` that were read from the provider's cache.
    public var cachedInput: Int

    /// Puts the counts together.
    public init(input: Int, output: Int, cachedInput: Int = 0) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
    }
}

/// An amount of money in whole nano-USD (10⁻⁹ US dollar).
public struct Money: Hashable, Sendable, Comparable {
    /// Nano-USD.
    public var nanoUSD: Int64
    /// Wraps an amount in nano-USD.
    public init(nanoUSD: Int64) { self.nanoUSD = nanoUSD }
    /// By amount.
    public static func < (left: Money, right: Money) -> Bool { left.nanoUSD < right.nanoUSD }
}

/// What a model costs. USD per million tokens equals micro-USD per token, kept here as nano-USD per token.
public struct TokenPrice: Hashable, Sendable {
    /// Nano-USD per prompt token.
    public let input: Int64
    /// Nano-USD per answer token.
    public let output: Int64

    /// Puts a price together, in nano-USD per token (1 USD per million tokens is 1,000).
    public init(input: Int64, output: Int64) {
        self.input = input
        self.output = output
    }

    /// The cost of a usage, saturating instead of overflowing.
    public func cost(of usage: TokenUsage) -> Money {
        let (left, leftOver) = Int64(clamping: usage.input).multipliedReportingOverflow(by: input)
        let (right, rightOver) = Int64(clamping: usage.output).multipliedReportingOverflow(by: output)
        let (sum, over) = left.addingReportingOverflow(right)
        return Money(nanoUSD: leftOver || rightOver || over ? .max : sum)
    }
}
