internal import RealModule

/// The standard normal distribution.
public enum NormalDistribution {
    /// Φ(x) = ½ erfc(−x / √2): the probability of at most `x`; relative error about 1e-15 to x = −37, NaN for NaN.
    public static func cumulative(_ x: Double) -> Double { 0.5 * Double.erfc(-x * 0.5.squareRoot()) }

    /// 1 − Φ(x) without cancellation.
    public static func upperTail(_ x: Double) -> Double { cumulative(-x) }

    /// φ(x) = e^(−x²/2) / √(2π).
    public static func density(_ x: Double) -> Double { Double.exp(-0.5 * x * x) * 0.398_942_280_401_432_677_94 }

    /// Φ⁻¹(p): −∞ at 0, ∞ at 1, NaN outside 0...1; relative error about 1e-15.
    ///
    /// M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988),
    /// procedure PPND16.
    public static func quantile(_ probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        if probability == 0 { return -.infinity }
        if probability == 1 { return .infinity }
        let centred = probability - 0.5
        if abs(centred) <= 0.425 { return centred * central(0.180625 - centred * centred) }
        let root = (-Double.log(centred < 0 ? probability : 1 - probability)).squareRoot()
        let size = root <= 5 ? tail(root - 1.6) : farTail(root - 5)
        return centred < 0 ? -size : size
    }

    private static func ratio(_ x: Double, _ numerator: [Double], _ denominator: [Double]) -> Double {
        numerator.reduce(0) { $0 * x + $1 } / denominator.reduce(0) { $0 * x + $1 }
    }

    private static func central(_ r: Double) -> Double { ratio(r, centralNumerator, centralDenominator) }
    private static func tail(_ r: Double) -> Double { ratio(r, tailNumerator, tailDenominator) }
    private static func farTail(_ r: Double) -> Double { ratio(r, farNumerator, farDenominator) }

    // The highest power first.
    private static let centralNumerator = [
        2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
        1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e0,
    ]
    private static let centralDenominator = [
        5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
        5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1,
    ]
    private static let tailNumerator = [
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
        3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
    ]
    private static let tailDenominator = [
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1,
    ]
    private static let farNumerator = [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
        2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
    ]
    private static let farDenominator = [
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
    ]
}
