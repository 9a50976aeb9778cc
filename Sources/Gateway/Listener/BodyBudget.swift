import Synchronization

/// How many bytes of bodies all exchanges together may hold: what bounds the memory of a gateway whose callers all send much at once.
///
/// Bytes count as they come, from callers that are identified; what a `content-length` announces only has to fit at that moment, so
/// nobody takes room that it does not fill.
final class BodyBudget: Sendable {
    /// One exchange's part, which is given back with the last reference to it. Confined to the exchange's event loop.
    final class Share {
        private let budget: BodyBudget
        private var bytes = 0

        fileprivate init(_ budget: BodyBudget) {
            self.budget = budget
        }

        deinit {
            budget.held.subtract(bytes, ordering: .relaxed)
        }

        /// Takes so many more; false, and nothing is taken, where they are more than there are.
        func take(_ count: Int) -> Bool {
            guard budget.take(count) else { return false }
            bytes += count
            return true
        }
    }

    private let limit: Int
    private let held = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes that are held now.
    var heldBytes: Int { held.load(ordering: .relaxed) }

    /// An exchange's part, nothing yet, where so many bytes would fit now; else `nil`.
    func share(expecting count: Int) -> Share? {
        count <= limit - heldBytes ? Share(self) : nil
    }

    private func take(_ count: Int) -> Bool {
        guard held.add(count, ordering: .relaxed).newValue <= limit else {
            held.subtract(count, ordering: .relaxed)
            return false
        }
        return true
    }
}
