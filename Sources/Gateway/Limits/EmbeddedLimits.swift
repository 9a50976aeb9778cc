import Inference
import LimitStore
import Limits
import Synchronization

/// Limits that this gateway counts by itself: decided in memory, kept in `LimitStore`.
final class EmbeddedLimits: LimitBackend {
    private struct State {
        var book: LimitBook
        var lastID: Int64
    }

    private let state: Mutex<State>
    private let store: LimitStore?

    /// Counts on from what a store had; without one nothing is kept. Attempts that were never settled took what `result` says of them.
    init(
        _ store: LimitStore?, _ content: LimitStore.Content?,
        result: (LimitStore.OpenAttempt) -> AttemptUse = { _ in .unknown }
    ) {
        self.store = store
        var book = LimitBook(stored: content?.amounts ?? [])
        for open in content?.open ?? [] {
            book.settleStored(open.charges, result(open))
            store?.submit(amounts: book.takeChanges(), closed: open.id)
        }
        state = Mutex(State(book: book, lastID: content?.open.last?.id ?? 0))
    }

    var trouble: String? { store?.trouble.map { "what is spent can't be kept: \($0)" } }
    var isShared: Bool { false }

    func reserve(_ charges: [LimitCharge], _ attempt: AttemptName) async -> LimitAnswer {
        reserve(charges, attempt, now: Clock.limits())
    }

    func reserve(_ charges: [LimitCharge], _ attempt: AttemptName, now: LimitTime) -> LimitAnswer {
        let isStored = charges.contains { $0.account.measure.isStored }
        if isStored, let trouble { return .unavailable(trouble) }
        return state.withLock { state in
            switch state.book.reserve(charges, now: now) {
            case .exceeded(let exceeded): return .exceeded(exceeded)
            case .reserved(let held): return .reserved(keep(held, attempt, &state))
            }
        }
    }

    /// Takes room that another one has granted.
    func force(_ charges: [LimitCharge], _ periods: PeriodNumbers, _ attempt: AttemptName) -> LimitRoom {
        let held = HeldRoom(charges: charges, periods: periods)
        return state.withLock { state in
            state.book.force(held, now: Clock.limits())
            return keep(held, attempt, &state)
        }
    }

    /// Hands what changed to the store, within the lock: so it gets there in the order in which it changed.
    private func keep(_ held: HeldRoom, _ attempt: AttemptName, _ state: inout State) -> LimitRoom {
        state.lastID += 1
        let (stored, amounts) = (held.stored, state.book.takeChanges())
        guard let store, !stored.isEmpty || !amounts.isEmpty else { return LimitRoom(held: held, id: state.lastID) }
        let open = LimitStore.OpenAttempt(
            id: state.lastID, request: attempt.request.description, attempt: attempt.attempt, charges: stored)
        let ticket = store.submit(amounts: amounts, opened: stored.isEmpty ? nil : open)
        return LimitRoom(held: held, id: state.lastID, ticket: ticket)
    }

    func isKept(_ room: LimitRoom) async -> Bool {
        guard let store, let ticket = room.ticket, !store.hasWritten(ticket) else { return true }
        return await withCheckedContinuation { continuation in
            store.whenWritten(ticket) { continuation.resume(returning: $0) }
        }
    }

    func settle(_ room: LimitRoom, _ use: AttemptUse) {
        state.withLock { state in
            state.book.settle(room.held, use, now: Clock.limits())
            guard let store, room.ticket != nil else { return }
            store.submit(
                amounts: state.book.takeChanges(), closed: room.held.stored.isEmpty ? nil : room.id)
        }
    }

    func standing(_ limits: AttemptLimits, tenants _: [String]) -> [LimitStanding] {
        state.withLock { $0.book.standing(limits, now: Clock.limits()) }.withoutSharedNames()
    }

    func close() { store?.close() }
}

extension Clock {
    /// Both clocks, as limits count by them.
    static func limits() -> LimitTime { LimitTime(monotone: monotone(), epochSeconds: epochSeconds()) }
}
