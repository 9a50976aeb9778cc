/// How often which data stands where in a request: what policies and the ledger may know of it. No values.
public struct DataSummary: Sendable, Hashable {
    /// One line of the summary.
    public struct Count: Sendable, Hashable {
        /// The kind of data.
        public let dataClass: DataClass
        /// Where it stands.
        public let place: InferenceRequest.Place
        /// How many findings, at least one.
        public let count: Int

        /// Puts a line together.
        public init(dataClass: DataClass, place: InferenceRequest.Place, count: Int) {
            self.dataClass = dataClass
            self.place = place
            self.count = count
        }
    }

    /// By class and place, each pair once, sorted by class and then place.
    public let counts: [Count]
    /// What was looked at, and what was not.
    public let coverage: Coverage
    /// Parts that no detector can read.
    public let unscannable: Int
    /// Texts inspected.
    public let textsScanned: Int

    /// Puts a summary together from sums alone.
    public init(counts: [Count], unscannable: Int, textsScanned: Int) {
        var lines: [Coverage.Line] = []
        if unscannable > 0 {
            lines.append(Coverage.Line(place: .other, verdict: .unscannable, reason: "binary", count: unscannable))
        }
        if textsScanned > 0 { lines.append(Coverage.Line(place: .other, verdict: .scanned, count: textsScanned)) }
        self.init(counts: counts, coverage: Coverage(lines))
    }

    /// Puts a summary together; lines may come in any order and repeat.
    public init(counts: [Count], coverage: Coverage) {
        var sums: [DataClass: [InferenceRequest.Place: Int]] = [:]
        for line in counts { sums[line.dataClass, default: [:]][line.place, default: 0] += line.count }
        self.counts = sums.keys.sorted().flatMap { dataClass in
            (sums[dataClass] ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
                .map { Count(dataClass: dataClass, place: $0.key, count: $0.value) }
        }
        self.coverage = coverage
        unscannable = coverage.count(.unscannable)
        textsScanned = coverage.count(.scanned) + coverage.count(.decoded)
    }

    /// Findings by class over all places, sorted by class; `unscannable` parts count as a class of their own.
    public var byClass: [(dataClass: DataClass, count: Int)] {
        var sums: [DataClass: Int] = unscannable > 0 ? [.unscannable: unscannable] : [:]
        for line in counts { sums[line.dataClass, default: 0] += line.count }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
