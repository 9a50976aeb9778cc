internal import RealModule

/// Watches how often something happens for the moment when it is no longer as often as in the reference, with a stated error
/// rate: as ``ExchangeabilityMonitor``, for yes and no, and quicker there.
///
/// The rank of each value among all before it, ties broken at random, is uniform and independent of what was before. Eight
/// bettors stake on its being among the yeses more or less often than the share of those so far says, by odds of 2, 4, 10 and
/// 40 either way; one abstains; at each value a share of 1 / (t + 100) of the capital is dealt out anew.
/// It passes 1/alpha ever with a probability of at most alpha as long as reference and stream are exchangeable (Ville 1939).
public struct ShareMonitor: Hashable, Sendable, Codable {
    /// The odds that the bettors stake on, as multiples of those so far.
    private static let odds = SIMD8<Double>(2, 4, 10, 40, 0.5, 0.25, 0.1, 0.025)

    /// The probability of any false alarm.
    public let alpha: Double
    /// How many values came after the reference.
    public private(set) var count = 0
    /// The greatest logarithm of the evidence so far, at least 0.
    public private(set) var logPeak = 0.0

    private var hits: Int
    private var total: Int
    private var capital = SIMD8<Double>(repeating: 1.0 / 9)
    private var idle = 1.0 / 9
    private var logScale = 0.0
    private var generator: SeededGenerator

    /// `nil` for fewer than 20 values, hits that are not 0...values, or an alpha that is not between 0 and 1.
    /// - Parameter seed: breaks ties. Drawn at random for each monitor.
    public init?(hits: Int, of values: Int, alpha: Double = 0.001, seed: UInt64) {
        guard values >= 20, (0...values).contains(hits), isLevel(alpha) else { return nil }
        self.hits = hits
        self.alpha = alpha
        total = values
        generator = SeededGenerator(seed: seed)
    }

    /// Takes a value in and says whether ``hasDrifted``.
    @discardableResult
    public mutating func add(_ isHit: Bool) -> Bool {
        let (below, alike) = isHit ? (total - hits, hits) : (0, total - hits)
        let chance = (Double(generator.next() >> 12) + 0.5) * 0x1p-52
        let rank = (Double(below) + chance * Double(alike + 1)) / Double(total + 1)
        let share = (Double(hits) + 0.5) / Double(total + 1)
        bet(isAbove: rank >= 1 - share, share)
        count &+= 1
        total &+= 1
        if isHit { hits &+= 1 }
        return hasDrifted
    }

    /// Whether the evidence has ever reached 1/alpha. It stays so.
    public var hasDrifted: Bool { logPeak >= AlphaBudget.logThreshold(alpha) }

    /// The logarithm of the evidence now.
    public var logEvidence: Double { Double.log(idle + capital.sum()) + logScale }

    /// Each bettor's density is a step of integral 1: what it expects above, over `share`, and below, over the rest.
    private mutating func bet(isAbove: Bool, _ share: Double) {
        let rest = 1 - share
        let expected = Self.odds * share / (SIMD8(repeating: rest) + Self.odds * share)
        capital *= isAbove ? expected / share : (SIMD8(repeating: 1) - expected) / rest
        let sum = idle + capital.sum()
        logPeak = max(logPeak, Double.log(sum) + logScale)
        let dealt = 1 / (Double(count) + 100)
        logScale += Double.log(sum)
        capital = capital * SIMD8(repeating: (1 - dealt) / sum) + SIMD8(repeating: dealt / 9)
        idle = idle * ((1 - dealt) / sum) + dealt / 9
    }
}
