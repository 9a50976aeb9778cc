internal import RealModule

/// Draws binomial counts at a cost that does not grow with them.
enum BinomialSampler {
    /// A count of successes among `trials`, at least 0; a probability outside 0...1 is taken as the nearer end.
    static func draw(_ trials: Int, _ probability: Double, _ generator: inout SeededGenerator) -> Int {
        guard trials > 0, probability > 0 else { return 0 }
        guard probability < 1 else { return trials }
        if probability > 0.5 { return trials - draw(trials, 1 - probability, &generator) }
        return Double(trials) * probability < 10
            ? inversion(trials, probability, &generator) : rejection(trials, probability, &generator)
    }

    /// Counts the geometric gaps between successes (Devroye 1986, X.4.3): takes n p + 1 steps in the mean.
    private static func inversion(_ trials: Int, _ probability: Double, _ generator: inout SeededGenerator) -> Int {
        let scale = 1 / Double.log(onePlus: -probability)
        var position = 0.0
        var count = 0
        while count < trials {
            // 1 − unit is never 0.
            position += (Double.log(1 - generator.unit()) * scale).rounded(.down) + 1
            if position > Double(trials) { break }
            count += 1
        }
        return count
    }

    /// Algorithm BTRS: W. Hörmann, "The generation of binomial random variates", J. Stat. Comput. Simul. 46 (1993); for
    /// n p ≥ 10, p ≤ ½. Takes about 1.2 rounds.
    private static func rejection(_ trials: Int, _ probability: Double, _ generator: inout SeededGenerator) -> Int {
        let n = Double(trials)
        let deviation = (n * probability * (1 - probability)).squareRoot()
        let b = 1.15 + 2.53 * deviation
        let a = -0.0873 + 0.0248 * b + 0.01 * probability
        let centre = n * probability + 0.5
        let inner = 0.92 - 4.2 / b
        let alpha = (2.83 + 5.1 / b) * deviation
        let odds = probability / (1 - probability)
        let mode = ((n + 1) * probability).rounded(.down)
        while true {
            let u = generator.unit() - 0.5
            let v = generator.unit()
            let edge = 0.5 - abs(u)
            let k = ((2 * a / edge + b) * u + centre).rounded(.down)
            guard k >= 0, k <= n else { continue }
            if edge >= 0.07, v <= inner { return Int(k) }
            let toMode = (mode + 0.5) * Double.log((mode + 1) / (odds * (n - mode + 1)))
            let between = (n + 1) * Double.log((n - mode + 1) / (n - k + 1))
            let fromCount = (k + 0.5) * Double.log(odds * (n - k + 1) / (k + 1))
            let corrections = correction(mode) + correction(n - mode) - correction(k) - correction(n - k)
            let bound = toMode + between + fromCount + corrections
            if Double.log(v * alpha / (a / (edge * edge) + b)) <= bound { return Int(k) }
        }
    }

    /// log k! less log √(2π) + (k + ½) log(k + 1) − (k + 1).
    private static func correction(_ k: Double) -> Double {
        if k < 10 { return table[Int(k)] }
        let square = (k + 1) * (k + 1)
        return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
    }

    private static let table: [Double] = (0..<10).map { (index: Int) -> Double in
        let k = Double(index)
        let approximation = 0.918_938_533_204_672_74 + (k + 0.5) * Double.log(k + 1) - (k + 1)
        return Double.logGamma(k + 1) - approximation
    }
}
