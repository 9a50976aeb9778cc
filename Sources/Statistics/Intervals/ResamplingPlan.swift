/// How a sample is drawn anew many times, fast: not value by value but class by class.
///
/// A resample of n values is a multinomial count of each distinct value, drawn as a chain of conditional binomials; with
/// few distinct values (scores of right and wrong have two, their paired differences three) that is a handful of draws
/// whatever n is, and exact. Many distinct values, and more than 2,048 in all, are first parted into 256 neighbouring
/// classes, each time the class with the greatest sum of squares at its mean. Then the class counts are drawn exactly, and
/// what the values within the classes add is one normal number with its exact mean and variance: that share of the
/// variance is mostly below 10⁻⁴, outliers get classes of their own, and so the mean and the variance of the resampled
/// mean are exact and its skewness is right to far below what 10,000 resamples could show.
struct ResamplingPlan {
    private struct ValueClass {
        var mean: Double
        var variance: Double
        var count: Int
    }

    private static let classes = 256
    private static let direct = 2048

    private var parts: [ValueClass] = []
    private var values: [Double] = []
    private let count: Int

    /// - Parameter sorted: finite values in ascending order, at least one.
    init(_ sorted: [Double]) {
        count = sorted.count
        var runs: [ValueClass] = []
        for value in sorted {
            if let last = runs.last, last.mean == value {
                runs[runs.count - 1].count += 1
            } else if runs.count < Self.classes {
                runs.append(ValueClass(mean: value, variance: 0, count: 1))
            } else {
                runs = []
                break
            }
        }
        if !runs.isEmpty {
            parts = runs
        } else if sorted.count <= Self.direct {
            values = sorted
        } else {
            parts = Self.partition(sorted)
        }
        // The largest class first: the chain ends when nothing is left to draw.
        parts.sort { ($0.count, $0.mean) > ($1.count, $1.mean) }
    }

    /// The mean of one resample.
    func drawMean(_ generator: inout SeededGenerator) -> Double {
        guard values.isEmpty else {
            var sum = 0.0
            for _ in values.indices { sum += values[generator.index(below: values.count)] }
            return sum / Double(count)
        }
        var (left, weight) = (count, count)
        var (sum, variance) = (0.0, 0.0)
        for part in parts where left > 0 {
            let drawn =
                part.count >= weight
                ? left : BinomialSampler.draw(left, Double(part.count) / Double(weight), &generator)
            sum += Double(drawn) * part.mean
            variance += Double(drawn) * part.variance
            left -= drawn
            weight -= part.count
        }
        if variance > 0 { sum += generator.normal() * variance.squareRoot() }
        return sum / Double(count)
    }

    /// Neighbouring classes of the sorted values, few enough and as tight as halving at the mean makes them.
    private static func partition(_ sorted: [Double]) -> [ValueClass] {
        var ranges = [Summary(sorted[...])]
        while ranges.count < classes {
            guard let widest = ranges.indices.max(by: { ranges[$0].sumOfSquares < ranges[$1].sumOfSquares }),
                ranges[widest].sumOfSquares > 0
            else { break }
            let range = ranges[widest].values
            // The first value above the mean; neither side is empty, rounding or not.
            var (low, high) = (range.startIndex + 1, range.endIndex - 1)
            while low < high {
                let middle = low + (high - low) / 2
                if sorted[middle] > ranges[widest].mean { high = middle } else { low = middle + 1 }
            }
            ranges[widest] = Summary(sorted[range.startIndex..<low])
            ranges.append(Summary(sorted[low..<range.endIndex]))
        }
        return ranges.map {
            ValueClass(mean: $0.mean, variance: $0.sumOfSquares / Double($0.values.count), count: $0.values.count)
        }
    }

    private struct Summary {
        var values: ArraySlice<Double>
        var mean: Double
        var sumOfSquares: Double

        init(_ values: ArraySlice<Double>) {
            let moments = SampleMoments(values)
            self.values = values
            mean = moments.mean
            sumOfSquares = values.count > 1 && values.first != values.last ? moments.sumOfSquares : 0
        }
    }
}
