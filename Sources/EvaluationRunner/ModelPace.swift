private import Synchronization

/// How many requests of one model may be under way, and from when on: fewer once its provider or the gateway says that they are too
/// many, slowly more again while all goes well (additive increase, multiplicative decrease; Chiu and Jain 1989).
final class ModelPace: Sendable {
    private struct State {
        var allowed: Double
        var underWay = 0
        var pausedUntil: ContinuousClock.Instant?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var lastCut: ContinuousClock.Instant?
    }

    private let most: Double
    private let state: Mutex<State>

    init(most: Int) {
        self.most = Double(max(1, most))
        state = Mutex(State(allowed: Double(max(1, most))))
    }

    /// Waits until one more may be sent.
    func enter() async {
        while true {
            let pause: ContinuousClock.Instant? = state.withLock { state in
                guard let until = state.pausedUntil, until > .now else { return nil }
                return until
            }
            if let pause {
                // Those that wait together do not come together.
                try? await Task.sleep(until: pause + .milliseconds(Int.random(in: 0...50)), clock: .continuous)
                if Task.isCancelled { return take() }
                continue
            }
            let isIn = state.withLock { state in
                guard Double(state.underWay) + 1 <= max(1, state.allowed) else { return false }
                state.underWay += 1
                return true
            }
            if isIn { return }
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if Double(state.underWay) + 1 <= max(1, state.allowed) { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        }
    }

    private func take() { state.withLock { $0.underWay += 1 } }

    /// One has come back, well or not.
    func leave(wasGood: Bool) {
        let waiting = state.withLock { state in
            state.underWay -= 1
            if wasGood { state.allowed = min(most, state.allowed + 1 / state.allowed) }
            let room = max(1, Int(state.allowed)) - state.underWay
            let woken = Array(state.waiting.prefix(max(0, room)))
            state.waiting.removeFirst(woken.count)
            return woken
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Too many were under way: nobody asks for so many milliseconds, and then half as many do.
    func slowDown(milliseconds: Int) {
        state.withLock { state in
            let now = ContinuousClock.now
            let until = now + .milliseconds(milliseconds)
            if until > state.pausedUntil ?? now { state.pausedUntil = until }
            // One storm is one reason, however many were refused in it.
            guard state.lastCut.map({ now - $0 > .milliseconds(200) }) ?? true else { return }
            state.lastCut = now
            state.allowed = max(1, min(state.allowed, Double(max(1, state.underWay))) / 2)
        }
    }
}
