private import Cryptography

/// Which of the records are taken: those with a tag or with good feedback, no duplicates, a sample of them, as many of each tag.
public struct DataSelection: Sendable {
    /// Tags, of which a record has to have one; empty: all records.
    public var tags: Set<String> = []
    /// The least feedback; records without any are left out where it is given.
    public var leastFeedback: Double?
    /// Similarity from which on a record is a duplicate; `nil`: only exact ones are.
    public var threshold: Double? = NearDuplicates.usualThreshold
    /// Whether as many records of each tag are taken as of the rarest.
    public var isBalanced = false
    /// At most so many, drawn by lot.
    public var sample: Int?
    /// What lots are drawn by.
    public var seed: UInt64 = 1

    /// Takes all but duplicates.
    public init() {}

    /// What became of the records.
    public struct Outcome: Sendable {
        /// Those that are taken, in their order.
        public var records: [DataRecord] = []
        /// How many were left out for their tags or their feedback.
        public var unwanted = 0
        /// How many were said before word for word.
        public var exactDuplicates = 0
        /// How many were nearly said before.
        public var nearDuplicates = 0
        /// How many were left out by lot.
        public var unsampled = 0
    }

    /// Chooses.
    public func choose(from records: [DataRecord]) -> Outcome {
        var outcome = Outcome()
        var known: Set<[UInt8]> = []
        var near = threshold.map { NearDuplicates(threshold: $0, seed: seed) }
        for record in records {
            if !isWanted(record) {
                outcome.unwanted += 1
            } else if !known.insert(record.digest.bytes).inserted {
                outcome.exactDuplicates += 1
            } else if near?.isDuplicate(record.text) ?? false {
                outcome.nearDuplicates += 1
            } else {
                outcome.records.append(record)
            }
        }
        let count = outcome.records.count
        if isBalanced { outcome.records = balanced(outcome.records) }
        if let sample { outcome.records = drawn(sample, of: outcome.records) }
        outcome.unsampled = count - outcome.records.count
        return outcome
    }

    private func isWanted(_ record: DataRecord) -> Bool {
        if !tags.isEmpty, tags.isDisjoint(with: record.tags) { return false }
        if let leastFeedback { return record.feedback.map { $0 >= leastFeedback } ?? false }
        return true
    }

    /// By a record's first tag; those without any are a kind of their own.
    private func balanced(_ records: [DataRecord]) -> [DataRecord] {
        let kinds = Dictionary(grouping: records.indices) { records[$0].tags.first ?? "" }
        let least = kinds.values.map(\.count).min() ?? 0
        var taken: [Int] = []
        for (_, indices) in kinds { taken += lots(records, indices).prefix(least) }
        return taken.sorted().map { records[$0] }
    }

    private func drawn(_ count: Int, of records: [DataRecord]) -> [DataRecord] {
        lots(records, Array(records.indices)).prefix(max(0, count)).sorted().map { records[$0] }
    }

    /// In the order of lots: the same records come first of a data set that has grown since.
    private func lots(_ records: [DataRecord], _ indices: [Int]) -> [Int] {
        indices.map { (Lot.number("sample", seed, records[$0].digest.bytes), $0) }
            .sorted { $0 < $1 }.map(\.1)
    }
}
