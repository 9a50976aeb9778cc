import Glibc

/// Times of this thread's own processor time, the best of many runs: other load counts little.
struct Stopwatch {
    /// How long to measure.
    let seconds: Double

    /// What one run takes.
    struct Result {
        let seconds: Double
        /// Where they are counted.
        let allocations: Int?
    }

    func measure(_ work: () throws -> Void) rethrows -> Result {
        // Once before, so that tables which are made once are there.
        try work()
        let before = Self.allocations()
        try work()
        let allocations = Self.allocations() - before
        var (best, spent) = (Double.infinity, 0.0)
        while spent < seconds {
            let start = Self.now()
            try work()
            let time = Self.now() - start
            best = min(best, time)
            spent += max(time, 1e-7)
        }
        return Result(seconds: best, allocations: Self.counter == nil ? nil : allocations)
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private typealias Counter = @convention(c) () -> UInt

    /// The function of `Benchmarks/malloc_count.c`.
    private static let counter: Counter? = dlsym(nil, "allocations_so_far").map { unsafeBitCast($0, to: Counter.self) }

    private static func allocations() -> Int { counter.map { Int($0()) } ?? 0 }
}
