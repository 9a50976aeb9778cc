internal import RealModule

/// Eight bettors on one process, each staking another share of what could be lost: their wealth is counted together, so that
/// the one whose stake suits the effect carries it. They begin with unlike parts of 1: those with great stakes, which are soon
/// decided, with a fifth (a cost of log 5 ≈ 1.6 to the logarithm), those for small effects with less.
///
/// The wealth of a fair or losing game, from 1, passes 1/α ever with a probability of at most α (Ville 1939); that is all
/// that the tests built on this need, and why they may be looked at after every value.
struct Wagers: Hashable, Sendable, Codable {
    /// The stakes as shares of the greatest one: halved each time, down to 1/128.
    static let shares = SIMD8<Double>(1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125)
    /// No stake is so great that one value could take all: the wealth stays above 0.
    static let greatestShare = 0.95

    private var wealth = SIMD8<Double>(0.2, 0.2, 0.16, 0.12, 0.1, 0.08, 0.07, 0.07)
    /// What was taken out of `wealth` to keep it within the numbers.
    private var logScale = 0.0
    /// The greatest logarithm of the wealth so far, at least 0.
    private(set) var logPeak = 0.0

    /// Each bettor's wealth is multiplied by its factor.
    mutating func settle(_ factors: SIMD8<Double>) {
        wealth *= factors
        let total = sum
        if total > 1e100 || total < 1e-100, total > 0 {
            wealth /= SIMD8(repeating: total)
            logScale += Double.log(total)
        }
    }

    /// Takes note of the wealth: the peak is over the moments at which this is called.
    mutating func mark() { logPeak = max(logPeak, logWealth) }

    /// The logarithm of the wealth; −∞ if all is lost.
    var logWealth: Double { Double.log(sum) + logScale }

    private var sum: Double {
        let pairs = wealth.lowHalf + wealth.highHalf
        let fours = pairs.lowHalf + pairs.highHalf
        return fours[0] + fours[1]
    }
}
