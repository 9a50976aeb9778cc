public import Inference
private import Synchronization

/// One budget for all that a run asks: the most that a request may cost is set aside before it is sent, so that it is never
/// exceeded, whatever is under way.
public final class SpendingBudget: Sendable {
    private struct State {
        var spent: Int64
        var reserved: Int64 = 0
        var hasUnknownCosts: Bool
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// The most that may be spent; `nil`: no limit.
    public let limit: Money?
    private let state: Mutex<State>

    /// A budget of which something may be spent already.
    public init(limit: Money?, spent: Money = Money(nanoUSD: 0), hasUnknownCosts: Bool = false) {
        self.limit = limit
        state = Mutex(State(spent: spent.nanoUSD, hasUnknownCosts: hasUnknownCosts))
    }

    /// What was spent so far.
    public var spent: Money { Money(nanoUSD: state.withLock(\.spent)) }
    /// Whether something was paid for of which the cost is not known, so that `spent` is too little.
    public var hasUnknownCosts: Bool { state.withLock(\.hasUnknownCosts) }

    /// Sets aside the most that a request may cost; waits while there is room only once others have settled. False: there is none,
    /// and there will be none. Without a limit there is always room; with one, what has no known bound has none.
    func reserve(_ most: Money?) async -> Bool {
        guard let limit else { return true }
        guard let most, most.nanoUSD >= 0 else { return false }
        while true {
            let verdict: Bool? = state.withLock { state in
                let (taken, isOver) = (state.spent.addingReportingOverflow(state.reserved))
                let (sum, isOverToo) = taken.addingReportingOverflow(most.nanoUSD)
                if !isOver, !isOverToo, sum <= limit.nanoUSD {
                    state.reserved += most.nanoUSD
                    return true
                }
                return state.reserved > 0 ? nil : false
            }
            if let verdict {
                wakeOne()
                return verdict
            }
            await wait()
        }
    }

    /// Settles a request: `cost` is what it cost (`nil`: not known), of `most` that was set aside.
    func settle(_ most: Money?, cost: Money?) {
        let waiting = state.withLock { state in
            if limit != nil, let most { state.reserved -= most.nanoUSD }
            if cost == nil { state.hasUnknownCosts = true }
            let (sum, isOver) = state.spent.addingReportingOverflow((cost ?? (limit == nil ? nil : most))?.nanoUSD ?? 0)
            state.spent = isOver ? .max : sum
            return state.waiting.popLast()
        }
        waiting?.resume()
    }

    private func wakeOne() { state.withLock { $0.waiting.popLast() }?.resume() }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                // What was set aside may have been settled meanwhile.
                if state.reserved == 0 { return true }
                state.waiting.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
        }
    }
}
