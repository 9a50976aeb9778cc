/// Count, mean and spread of a sample, in one pass and mergeable (Welford 1962; Chan, Golub and LeVeque 1983).
public struct SampleMoments: Hashable, Sendable, Codable {
    /// How many values came.
    public private(set) var count = 0
    /// Their mean; 0 before the first.
    public private(set) var mean = 0.0
    /// The sum of the squared distances from the mean.
    public private(set) var sumOfSquares = 0.0

    /// No value yet.
    public init() {}

    /// All of these values; those that are not finite are left out.
    public init(_ values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    /// Takes a value in; `false`, and nothing done, if it is not finite.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        count &+= 1
        let distance = value - mean
        mean += distance / Double(count)
        sumOfSquares += distance * (value - mean)
        return true
    }

    /// Takes another sample in.
    public mutating func merge(_ other: SampleMoments) {
        guard other.count > 0 else { return }
        guard count > 0 else { return self = other }
        let (total, overflow) = count.addingReportingOverflow(other.count)
        guard !overflow, count > 0 else { return }
        let distance = other.mean - mean
        let share = Double(other.count) / Double(total)
        mean += distance * share
        sumOfSquares += other.sumOfSquares + distance * distance * Double(count) * share
        count = total
    }

    /// The unbiased variance; `nil` for fewer than two values.
    public var variance: Double? { count >= 2 ? max(sumOfSquares, 0) / Double(count - 1) : nil }

    /// The square root of ``variance``.
    public var standardDeviation: Double? { variance?.squareRoot() }

    /// The variance of the mean; `nil` for fewer than two values.
    public var varianceOfMean: Double? { variance.map { $0 / Double(count) } }
}
