internal import RealModule

/// The point probabilities of the binomial and the Poisson distribution without the cancellation that differences of
/// large log-gammas suffer: C. Loader, "Fast and accurate computation of binomial probabilities" (2000). Here the counts
/// may be any positive reals, so that the same terms lead the incomplete beta and gamma functions.
enum SaddlePoint {
    private static let halfLogOfTwoPi = 0.918_938_533_204_672_741_780_329_736_405_6

    /// log Γ(n + 1) less Stirling's log(√(2πn) (n/e)ⁿ), for n > 0; absolute error about 1e-15, up to 1e-14 below 15.
    static func stirlingError(_ n: Double) -> Double {
        guard n > 15 else { return Double.logGamma(n + 1) - (n + 0.5) * Double.log(n) + n - halfLogOfTwoPi }
        let square = n * n
        var sum = 691.0 / 360_360
        for term in [1.0 / 1188, 1.0 / 1680, 1.0 / 1260, 1.0 / 360, 1.0 / 12] { sum = term - sum / square }
        return sum / n
    }

    /// x log(x / m) + m − x, for x, m > 0: half the deviance of a Poisson count; exact near x = m, where it is small.
    static func deviance(_ x: Double, _ mean: Double) -> Double {
        guard abs(x - mean) < 0.1 * (x + mean) else { return x * Double.log(x / mean) + mean - x }
        let ratio = (x - mean) / (x + mean)
        var sum = (x - mean) * ratio
        var power = 2 * x * ratio
        // ratio² < 0.01: every step gives two digits.
        for step in 1...16 {
            power *= ratio * ratio
            let next = sum + power / Double(2 * step + 1)
            if next == sum { break }
            sum = next
        }
        return sum
    }

    /// Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) xᵃ yᵇ, for a, b > 0 and x + y = 1: the binomial's probability of `a` in a + b.
    static func binomialTerm(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        guard x > 0, y > 0 else { return 0 }
        let n = a + b
        let exponent =
            stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y)
        return Double.exp(exponent) * (n / (2 * Double.pi * a * b)).squareRoot()
    }

    /// xᵃ e⁻ˣ / Γ(a + 1), for a, x > 0: the Poisson's probability of `a` where `x` are awaited.
    static func poissonTerm(_ a: Double, _ x: Double) -> Double {
        Double.exp(-stirlingError(a) - deviance(a, x)) / (2 * Double.pi * a).squareRoot()
    }
}
