private import Glibc
private import Synchronization

/// Spreads independent pieces of work over the machine's cores.
enum ParallelWork {
    /// The cores that there are.
    static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private final class Results<Element: Sendable>: Sendable {
        let next = Atomic(0)
        let elements: Mutex<[Element?]>

        init(count: Int) { elements = Mutex(Array(repeating: nil, count: count)) }
    }

    /// What `body` makes of 0 to `count` - 1, in this order; it runs on several threads at once, the caller's among
    /// them.
    static func map<Element: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Element) -> [Element] {
        guard count > 1 else { return (0..<max(0, count)).map(body) }
        let results = Results<Element>(count: count)
        let work: @Sendable () -> Void = {
            while true {
                let index = results.next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                let element = body(index)
                results.elements.withLock { $0[index] = element }
            }
        }
        let threads = (1..<min(cores, count)).compactMap { _ in LedgerThread(work) }
        work()
        for thread in threads { thread.join() }
        return results.elements.withLock { $0.compactMap(\.self) }
    }
}
