import Synchronization

/// Whether what the files say is what is in force, and who asks for it to be read again.
final class PolicyCondition: Sendable {
    /// How a reading that was asked for ended.
    enum Outcome: Sendable {
        /// What was read is in force.
        case inForce(ActiveSet)
        /// What was read is wrong, and the old set stays: why.
        case refused(String)
    }

    private struct State {
        var trouble: String?
        var waiting: [@Sendable (Outcome) -> Void] = []
    }

    private let state = Mutex(State())

    /// Why the files are not in force; `nil` while they are.
    var trouble: String? { state.withLock { $0.trouble } }

    /// Notes how a reading ended.
    ///
    /// - Returns: Whether that is news: other trouble than before, or none any more.
    func note(_ trouble: String?) -> Bool {
        state.withLock { state in
            defer { state.trouble = trouble }
            return state.trouble != trouble
        }
    }

    /// Asks for everything to be read again; `answer` is called on the thread that does.
    func askForReload(_ answer: @escaping @Sendable (Outcome) -> Void) {
        state.withLock { $0.waiting.append(answer) }
    }

    /// Who asked since the last call.
    func takeWaiting() -> [@Sendable (Outcome) -> Void] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
