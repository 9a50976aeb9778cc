internal import RealModule

/// Watches a stream for the moment when it is no longer what the reference was, with a stated error rate: as long as
/// reference and stream are exchangeable (independent and alike, say), the probability of any alarm, ever, is at most alpha,
/// whatever the distribution and however many values come.
///
/// V. Vovk, "Testing randomness online", Statist. Sci. 36 (2021): the rank of a new value among all before it, ties broken at
/// random, is uniform and independent of what was before; a capital is bet on its being otherwise. There are eight bettors
/// (higher, lower, far higher, far lower, extreme at either end, wider, narrower) and one who abstains; at each value a share
/// of 1 / (t + 100) of the capital is dealt out anew among all nine, so that a change at any time finds someone to profit. The
/// capital passes 1/alpha with a probability of at most alpha (Ville 1939).
///
/// Values are ranked by class: the quantiles of one half of the reference part the scale, the other half begins the counts;
/// memory is constant. Traffic that changes by the hour is not exchangeable: its reference must hold all hours, and an
/// alarm asks for a look at the size of the change (``PopulationStability``).
public struct ExchangeabilityMonitor: Hashable, Sendable, Codable {
    /// The probability of any false alarm.
    public let alpha: Double
    /// How many values came after the reference.
    public private(set) var count = 0
    /// The greatest logarithm of the evidence so far, at least 0.
    public private(set) var logPeak = 0.0

    private var scale: Scale
    private var counts: [Int]
    private var total: Int
    private var capital = SIMD8<Double>(repeating: 1.0 / 9)
    private var idle = 1.0 / 9
    private var logScale = 0.0
    private var generator: SeededGenerator

    private enum Scale: Hashable, Codable {
        /// The upper bounds of all classes but the last.
        case edges([Double])
        /// The class of each category: the more often it was seen, the lower.
        case categories([Int])
    }

    /// Watches numbers; `nil` for fewer than 20 reference values that are not NaN, or an alpha that is not between 0 and 1.
    /// - Parameters:
    ///   - reference: the values before; a change is found the sooner, the more there are: a thousand is good.
    ///   - seed: breaks ties. Drawn at random for each monitor: the error rate is over the ties' breaking too.
    public init?(reference: [Double], alpha: Double = 0.001, seed: UInt64) {
        let usable = reference.filter { !$0.isNaN }
        guard usable.count >= 20, isLevel(alpha) else { return nil }
        let sorted = usable.enumerated().filter { $0.offset % 2 == 0 }.map(\.element).sorted()
        var edges: [Double] = []
        for part in 1..<64 {
            guard let edge = SampleQuantile.linear(ofSorted: sorted, at: Double(part) / 64) else { continue }
            if edges.last != edge { edges.append(edge) }
        }
        self.init(.edges(edges), classes: edges.count + 1, alpha, seed)
        for (index, value) in usable.enumerated() where index % 2 == 1 { fill(place(value)) }
    }

    /// Watches categories 0..<count; `nil` for fewer than 20 reference values, fewer than 2 or more than 10,000 categories,
    /// or an alpha that is not between 0 and 1. What is no category counts as one more, the rarest. With few categories most
    /// ranks are ties, so that the seed must be another for each monitor.
    public init?(categories reference: [Int], count: Int, alpha: Double = 0.001, seed: UInt64) {
        guard reference.count >= 20, (2...10_000).contains(count), isLevel(alpha) else { return nil }
        var seen = [Int](repeating: 0, count: count)
        for (index, category) in reference.enumerated() where index % 2 == 0 && seen.indices.contains(category) {
            seen[category] += 1
        }
        var classes = [Int](repeating: 0, count: count)
        for (place, category) in seen.indices.sorted(by: { (seen[$1], $0) < (seen[$0], $1) }).enumerated() {
            classes[category] = place
        }
        self.init(.categories(classes), classes: count + 1, alpha, seed)
        for (index, category) in reference.enumerated() where index % 2 == 1 { fill(place(category)) }
    }

    private init(_ scale: Scale, classes: Int, _ alpha: Double, _ seed: UInt64) {
        self.scale = scale
        self.alpha = alpha
        counts = Array(repeating: 0, count: classes)
        total = 0
        generator = SeededGenerator(seed: seed)
    }

    /// Takes a number in and says whether ``hasDrifted``; NaN is left out.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard !value.isNaN else { return hasDrifted }
        observe(place(value))
        return hasDrifted
    }

    /// Takes a category in and says whether ``hasDrifted``.
    @discardableResult
    public mutating func add(category: Int) -> Bool {
        observe(place(category))
        return hasDrifted
    }

    /// Whether the evidence has ever reached 1/alpha. It stays so: what comes next needs a monitor with a new reference.
    public var hasDrifted: Bool { logPeak >= AlphaBudget.logThreshold(alpha) }

    /// The logarithm of the evidence now.
    public var logEvidence: Double { Double.log(idle + capital.sum()) + logScale }

    private mutating func observe(_ place: Int) {
        guard counts.indices.contains(place) else { return }
        var below = 0
        for index in 0..<place { below += counts[index] }
        let chance = (Double(generator.next() >> 12) + 0.5) * 0x1p-52
        let rank = (Double(below) + chance * Double(counts[place] + 1)) / Double(total + 1)
        bet(on: min(max(rank, 1e-12), 1 - 1e-12))
        fill(place)
        count &+= 1
    }

    private mutating func bet(on rank: Double) {
        capital *= Self.densities(rank)
        let sum = idle + capital.sum()
        logPeak = max(logPeak, Double.log(sum) + logScale)
        let dealt = 1 / (Double(count) + 100)
        // In units of the whole, so that neither grows nor shrinks out of the numbers.
        logScale += Double.log(sum)
        capital = capital * SIMD8(repeating: (1 - dealt) / sum) + SIMD8(repeating: dealt / 9)
        idle = idle * ((1 - dealt) / sum) + dealt / 9
    }

    /// Eight densities on 0...1, each of integral 1 and above 0.
    static func densities(_ p: Double) -> SIMD8<Double> {
        let q = 1 - p
        let (p2, q2) = (p * p, q * q)
        let bow = 0.9 * (1 - 6 * p * q)
        return SIMD8(
            1 + 0.9 * (p - q), 1 + 0.9 * (q - p), 0.1 + 4.5 * p2 * p2, 0.1 + 4.5 * q2 * q2,
            0.4 * Double.pow(p, -0.6), 0.4 * Double.pow(q, -0.6), 1 + bow, 1 - bow)
    }

    private mutating func fill(_ place: Int) {
        guard counts.indices.contains(place) else { return }
        counts[place] &+= 1
        total &+= 1
    }

    private func place(_ value: Double) -> Int {
        guard case .edges(let edges) = scale else { return counts.count - 1 }
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] >= value { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func place(_ category: Int) -> Int {
        guard case .categories(let classes) = scale, classes.indices.contains(category) else { return counts.count - 1 }
        return classes[category]
    }
}
