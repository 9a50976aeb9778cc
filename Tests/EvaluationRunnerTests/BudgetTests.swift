import Inference
import Testing

@testable import EvaluationRunner

struct BudgetTests {
    private func usd(_ nano: Int64) -> Money { Money(nanoUSD: nano) }

    @Test func `what is set aside and what is spent never exceed the limit together`() async {
        let budget = SpendingBudget(limit: usd(100), spent: usd(30))
        #expect(await budget.reserve(usd(70)))
        budget.settle(usd(70), cost: usd(10))
        #expect(budget.spent == usd(40))
        #expect(await budget.reserve(usd(61)) == false)
        #expect(await budget.reserve(usd(60)))
    }

    @Test func `what has no bound has no room, and without a limit everything has`() async {
        #expect(await SpendingBudget(limit: usd(100)).reserve(nil) == false)
        #expect(await SpendingBudget(limit: nil).reserve(nil))
    }

    @Test func `who finds no room waits for others to settle, and goes on or gives up`() async {
        let budget = SpendingBudget(limit: usd(100))
        #expect(await budget.reserve(usd(80)))
        async let second = budget.reserve(usd(50))
        async let third = budget.reserve(usd(90))
        budget.settle(usd(80), cost: usd(20))
        #expect(await second)
        budget.settle(usd(50), cost: usd(50))
        #expect(await third == false)
    }

    @Test func `an unknown cost counts as the most it may be`() async {
        let budget = SpendingBudget(limit: usd(100))
        #expect(await budget.reserve(usd(60)))
        budget.settle(usd(60), cost: nil)
        #expect(budget.spent == usd(60) && budget.hasUnknownCosts)
    }
}
