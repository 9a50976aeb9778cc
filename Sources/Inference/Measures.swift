/// Tokens that a request used, as its provider counted them.
public struct TokenUsage: Hashable, Sendable {
    /// Tokens of the prompt, those read from a cache included.
    public var input: Int
    /// Tokens of the answer.
    public var output: Int
    /// Those of `input` that were read from the provider's cache.
    public var cachedInput: Int
    /// Those of `input` that were written into the provider's cache, for minutes or for longer.
    public var writtenInput: Int
    /// Those of `writtenInput` that stay in the cache for an hour.
    public var writtenForHour: Int
    /// Whether some of them are billed at rates that no list of prices for tokens has: sound, or a faster service. What they cost is
    /// unknown then.
    public var hasOtherRates: Bool
    /// Whether the counts are the gateway's estimate, since the provider's did not come: the answer broke off.
    public var isEstimate: Bool

    /// Puts the counts together.
    public init(
        input: Int, output: Int, cachedInput: Int = 0, writtenInput: Int = 0, writtenForHour: Int = 0,
        hasOtherRates: Bool = false, isEstimate: Bool = false
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.writtenInput = writtenInput
        self.writtenForHour = writtenForHour
        self.hasOtherRates = hasOtherRates
        self.isEstimate = isEstimate
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

    /// The amount in US dollars as a decimal fraction without trailing zeros, such as `0.00045`.
    public var usd: String {
        let digits = String(nanoUSD.magnitude)
        let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        var fraction = padded.suffix(9)
        while fraction.last == "0" { fraction.removeLast() }
        return (nanoUSD < 0 ? "-" : "") + padded.dropLast(9) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
