import Inference
import Testing

struct TokenPriceTests {
    private let price = TokenPrice(
        rates: TokenPrice.Rates(
            input: 4_000_000, output: 20_000_000, cachedInput: 200_000, writtenInput: 5_000_000,
            writtenForHour: 8_000_000),
        tiers: [
            TokenPrice.Tier(above: 200_000, rates: TokenPrice.Rates(input: 8_000_000, output: 30_000_000))
        ])

    @Test func `each kind of token has its rate`() {
        let usage = TokenUsage(input: 1000, output: 10, cachedInput: 600, writtenInput: 300, writtenForHour: 100)
        // 100 × 4 + 600 × 0.2 + 200 × 5 + 100 × 8 + 10 × 20, in micro-USD
        #expect(price.cost(of: usage) == Money(nanoUSD: 2_520_000))
    }

    @Test func `without a rate of its own a token of the cache costs what others do`() {
        let plain = TokenPrice(input: 1000, output: 2000)
        let usage = TokenUsage(input: 10, output: 1, cachedInput: 3, writtenInput: 4, writtenForHour: 2)
        #expect(plain.cost(of: usage) == Money(nanoUSD: 12_000))
    }

    @Test func `a long prompt has its own rates for all tokens`() {
        #expect(price.cost(of: TokenUsage(input: 200_000, output: 0)) == Money(nanoUSD: 800_000_000))
        #expect(price.cost(of: TokenUsage(input: 200_001, output: 1)) == Money(nanoUSD: 1_600_038_000))
    }

    @Test func `fractions of a nano-dollar are rounded up`() {
        let price = TokenPrice(rates: TokenPrice.Rates(input: 1, output: 1_500))
        #expect(price.cost(of: TokenUsage(input: 1, output: 0)) == Money(nanoUSD: 1))
        #expect(price.cost(of: TokenUsage(input: 0, output: 2)) == Money(nanoUSD: 3))
        #expect(price.cost(of: TokenUsage(input: 0, output: 0)) == Money(nanoUSD: 0))
    }

    @Test func `figures that contradict each other count no token twice`() {
        let usage = TokenUsage(input: 10, output: 0, cachedInput: 50, writtenInput: 50, writtenForHour: 90)
        #expect(price.cost(of: usage) == Money(nanoUSD: 2_000))
        #expect(price.cost(of: TokenUsage(input: -5, output: -5, cachedInput: -1)) == Money(nanoUSD: 0))
        #expect(price.cost(of: TokenUsage(input: .max, output: .max)) == Money(nanoUSD: .max))
    }

    @Test func `the highest cost is never below what a usage costs`() {
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let input = Int.random(in: 0...400_000, using: &numbers)
            let usage = TokenUsage(
                input: input, output: Int.random(in: 0...1000, using: &numbers),
                cachedInput: Int.random(in: 0...400_000, using: &numbers),
                writtenInput: Int.random(in: 0...400_000, using: &numbers),
                writtenForHour: Int.random(in: 0...400_000, using: &numbers))
            #expect(price.cost(of: usage) <= price.highestCost(of: usage))
        }
    }

    @Test(
        arguments: [(450_000, "0.00045"), (0, "0"), (-1, "-0.000000001"), (12_500_000_000, "12.5")] as [(Int64, String)]
    )
    func `money is written in dollars`(_ nano: Int64, _ text: String) {
        #expect(Money(nanoUSD: nano).usd == text)
    }
}
