/// What a second look at finished records found, by every detector there is: classes, places and numbers of records, never a value.
public struct ResidualReport: Hashable, Sendable {
    /// A line of it.
    public struct Line: Hashable, Sendable {
        /// The record, from 1 on, in the order of the files.
        public let record: Int
        /// The class, such as `email`.
        public let dataClass: String
        /// Where: `user`, `assistant`, `tool_arguments` …
        public let place: String
        /// How many.
        public var count: Int
    }

    /// The findings.
    public private(set) var lines: [Line] = []
    /// How many records were looked at.
    public private(set) var records = 0
    /// How many texts.
    public private(set) var texts = 0

    /// Nothing looked at yet.
    public init() {}

    /// Takes what was found in the next record, by class and place.
    public mutating func add(texts: Int, _ counts: [(dataClass: String, place: String, count: Int)]) {
        records += 1
        self.texts += texts
        for entry in counts.sorted(by: { ($0.place, $0.dataClass) < ($1.place, $1.dataClass) }) where entry.count > 0 {
            lines.append(
                Line(record: records, dataClass: entry.dataClass, place: entry.place, count: entry.count))
        }
    }

    /// Whether nothing was found.
    public var isClean: Bool { lines.isEmpty }

    /// Records with a finding, in order.
    public var foundIn: [Int] {
        var numbers: [Int] = []
        for line in lines where numbers.last != line.record { numbers.append(line.record) }
        return numbers
    }

    /// How much of each class was found, the most first.
    public var classes: [(dataClass: String, count: Int)] {
        var sums: [String: Int] = [:]
        for line in lines { sums[line.dataClass, default: 0] += line.count }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
