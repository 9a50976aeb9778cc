import Limits
import Synchronization

/// Those who wait until others give room back, a line for each limit's scope: fair among principals (`FairQueue`). Who is at the door tries
/// whenever room was given back; everybody else sleeps. For any thread.
final class LimitLines: Sendable {
    /// Why one is woken.
    enum Wake {
        /// To try: it is at the door, and room may have come.
        case goOn
        /// Its time is up.
        case late
        /// Its caller has gone.
        case left
    }

    /// Whose turn it is: a principal's, whose name may be another's in another tenant.
    struct Turn: Hashable {
        let tenant: String
        let name: String
    }

    private struct Line {
        var queue = FairQueue<Turn>()
        /// How often room was given back.
        var returns: UInt64 = 0
        var sleepers: [UInt64: CheckedContinuation<Wake, Never>] = [:]
        /// Those who are to go whatever comes.
        var called: [UInt64: Wake] = [:]
    }

    private struct State {
        var lines: [LimitScope: Line] = [:]
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())
    private let waiting = Atomic<Int>(0)

    /// The first of these scopes before which somebody waits: who comes now has to wait behind them.
    func busy(among charges: [LimitCharge]) -> LimitScope? {
        guard waiting.load(ordering: .relaxed) > 0 else { return nil }
        return state.withLock { state in
            charges.first { state.lines[$0.account.scope] != nil }?.account.scope
        }
    }

    /// Joins a line; `nil` where so many wait already.
    func join(_ scope: LimitScope, turn: Turn, length: Int) -> UInt64? {
        state.withLock { state in
            if let count = state.lines[scope]?.queue.count, count >= length { return nil }
            state.lastTicket += 1
            _ = state.lines[scope, default: Line()].queue.add(state.lastTicket, of: turn)
            waiting.add(1, ordering: .relaxed)
            return state.lastTicket
        }
    }

    /// How often room was given back, to be given to `sleep` later.
    func returns(_ scope: LimitScope) -> UInt64 { state.withLock { $0.lines[scope]?.returns ?? 0 } }

    /// Sleeps until it is at the door and room was given back since `seen` (`nil`: it has not tried yet), or until it is called away.
    func sleep(_ scope: LimitScope, _ ticket: UInt64, seen: UInt64?) async -> Wake {
        await withCheckedContinuation { continuation in
            let wake: Wake? = state.withLock { state in
                guard let line = state.lines[scope] else { return .late }
                if let called = line.called[ticket] { return called }
                if line.queue.first == ticket, line.returns != seen { return .goOn }
                state.lines[scope]?.sleepers[ticket] = continuation
                return nil
            }
            if let wake { continuation.resume(returning: wake) }
        }
    }

    /// Wakes one for a reason: to go on once, or to go for good.
    func wake(_ scope: LimitScope, _ ticket: UInt64, _ reason: Wake) {
        let sleeper = state.withLock { state in
            if reason != .goOn { state.lines[scope]?.called[ticket] = reason }
            return state.lines[scope]?.sleepers.removeValue(forKey: ticket)
        }
        sleeper?.resume(returning: reason)
    }

    /// Leaves the line; the next one comes to the door.
    func leave(_ scope: LimitScope, _ ticket: UInt64) {
        waiting.subtract(1, ordering: .relaxed)
        let next = state.withLock { state -> CheckedContinuation<Wake, Never>? in
            guard var line = state.lines[scope] else { return nil }
            line.called[ticket] = nil
            line.sleepers[ticket] = nil
            let first = line.queue.remove(ticket)
            let sleeper = first.flatMap { line.sleepers.removeValue(forKey: $0) }
            state.lines[scope] = line.queue.count == 0 ? nil : line
            return sleeper
        }
        next?.resume(returning: .goOn)
    }

    /// Room was given back.
    func gaveBack(_ charges: [LimitCharge]) {
        guard waiting.load(ordering: .sequentiallyConsistent) > 0 else { return }
        let sleepers = state.withLock { state in
            Set(charges.map(\.account.scope)).compactMap { scope -> CheckedContinuation<Wake, Never>? in
                guard let first = state.lines[scope]?.queue.first else { return nil }
                state.lines[scope]?.returns += 1
                return state.lines[scope]?.sleepers.removeValue(forKey: first)
            }
        }
        for sleeper in sleepers { sleeper.resume(returning: .goOn) }
    }
}
