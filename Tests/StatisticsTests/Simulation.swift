import Foundation

@testable import Statistics

extension SeededGenerator {
    /// 1 with this probability, else 0.
    mutating func trial(_ probability: Double) -> Double { unit() < probability ? 1 : 0 }

    /// One of an exponential distribution with mean 1.
    mutating func exponential() -> Double { -log(1 - unit()) }
}

/// In how many of the runs, numbered from 0, something happens; the runs are shared among the cores.
func count(runs: Int, where happens: @escaping @Sendable (UInt64) -> Bool) async -> Int {
    await withTaskGroup(of: Int.self) { group in
        for part in 0..<10 {
            group.addTask {
                stride(from: part, to: runs, by: 10).count { happens(UInt64($0)) }
            }
        }
        return await group.reduce(0, +)
    }
}

/// When something first happens in each of the runs, in ascending order; `nil` where it never does.
func delays(runs: Int, _ delay: @escaping @Sendable (UInt64) -> Int?) async -> [Int] {
    await withTaskGroup(of: [Int].self) { group in
        for part in 0..<10 {
            group.addTask { stride(from: part, to: runs, by: 10).map { delay(UInt64($0)) ?? .max } }
        }
        return await group.reduce([], +).sorted()
    }
}
