/// What findings in disguise say when the disguise is taken off: each value's own bytes, by a number from 1 on. They live as long as
/// the findings of their request, and do not print.
struct PlainValues: Sendable, CustomStringConvertible, CustomReflectable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// Keeps a value and gives its number.
    mutating func add(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Int32 {
        bytes.append(contentsOf: value)
        ends.append(bytes.count)
        return Int32(truncatingIfNeeded: ends.count)
    }

    /// Calls with the value of a number; `nil` if there is none.
    func withValue<Result>(_ number: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        let index = Int(number) - 1
        guard ends.indices.contains(index) else { return nil }
        let range = (index > 0 ? ends[index - 1] : 0)..<ends[index]
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// How many values; none of them.
    var description: String { "PlainValues(\(ends.count))" }
    /// Shows no values.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Which plain value a candidate or finding has, 0: none. It is no part of what a candidate is: two that differ by it alone are equal.
struct PlainNumber: Sendable, Hashable {
    var rawValue: Int32 = 0

    static func == (left: Self, right: Self) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
