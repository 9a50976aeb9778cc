import JSONText
import LedgerStore
import Rollout

/// Which steps of rollouts are in the ledger, so that none stands there twice, whenever the gateway was killed.
struct RecordedSteps {
    private var names: Set<String> = []
    /// In the order of their coming.
    private var order: [String] = []

    /// More are not kept in mind.
    private static let most = 4_096
    /// More entries of the ledger are not looked through: some seconds of the busiest gateway.
    private static let entries = 20_000

    /// Notes a step; `false` where it was there before.
    mutating func insert(_ name: String) -> Bool {
        guard names.insert(name).inserted else { return false }
        order.append(name)
        if order.count > 2 * Self.most {
            names.subtract(order.prefix(Self.most))
            order.removeFirst(Self.most)
        }
        return true
    }

    /// Notes the steps that led to a state, which were recorded as they came, without some that may not have been.
    mutating func insert(stepsOf book: RolloutBook, without some: [String]) {
        for state in book.rollouts {
            for version in max(0, state.version - Self.most / RolloutBook.mostRollouts)...state.version {
                let name = RolloutStep.id(state.identity, version)
                if !some.contains(name) { _ = insert(name) }
            }
        }
    }

    /// Those at the end of a ledger; none where it can't be read, so that a step stands there rather twice than never.
    static func last(in directory: String) -> RecordedSteps {
        var steps = RecordedSteps()
        guard let reader = try? LedgerReader(directory: directory), let last = try? reader.lastEntries(entries) else {
            return steps
        }
        for entry in last {
            guard let document = try? JSONDocument(parsing: entry.bytes),
                document.root["kind"]?.equals("rollout") == true, let name = document.root["step_id"]?.string
            else { continue }
            _ = steps.insert(name)
        }
        return steps
    }
}
