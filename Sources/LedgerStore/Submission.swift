internal import Ledger

/// An entry on its way to the disk.
enum Submission: Sendable {
    /// An intent, with where its completion goes.
    case intent(EncodedIntent, token: UInt64, queue: any LedgerCompletionQueue)
    /// A result, whose room is set aside.
    case result(EncodedEntry)
    /// Any other entry.
    case other(EncodedEntry)

    /// The most bytes that it takes in bundles.
    var bytes: Int {
        switch self {
        case .intent(let intent, _, _): intent.bundleBytes
        case .result(let entry), .other(let entry): entry.bundleBytes
        }
    }

    /// Whether somebody waits for it.
    var isIntent: Bool {
        if case .intent = self { true } else { false }
    }
}

/// Completions of one batch, gathered by where they go.
struct CompletionGroups {
    private var groups: [(queue: any LedgerCompletionQueue, completions: [LedgerCompletion])] = []

    mutating func add(
        _ result: Result<IntentReceipt, LedgerUnavailable>, token: UInt64, queue: any LedgerCompletionQueue
    ) {
        let completion = LedgerCompletion(token: token, result: result)
        // A handful of event loops: a search is faster than a table.
        guard let index = groups.firstIndex(where: { $0.queue === queue }) else {
            return groups.append((queue, [completion]))
        }
        groups[index].completions.append(completion)
    }

    consuming func deliver() {
        for group in groups { group.queue.deliver(group.completions) }
    }
}
