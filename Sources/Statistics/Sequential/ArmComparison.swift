internal import RealModule

/// Which of two groups a value belongs to.
public enum Arm: String, Hashable, Sendable, Codable {
    /// What is tried.
    case treatment
    /// What it is compared with.
    case control
}

/// A test of two groups that may be looked at after every value: whether the treatment's mean is higher, or lower, than the
/// control's by more than a margin. For values with known bounds: rates (0 and 1), scores, capped amounts; what has no
/// bounds is made a rate by ``SampleQuantile/threshold(of:exceedance:)``. The groups may have any sizes and mix in any
/// order that does not depend on what is still to come.
///
/// The values are gathered into blocks: a block ends when both groups are in it. On its a treatment values x and its b
/// control values y the capital is multiplied by Π(1 + h(x − δ − θ)) Π(1 − h a/b (y − θ)), with a stake h ≥ 0 and a centre θ
/// from earlier blocks only. If the means differ by no more than the margin δ, the factors' means multiply to at most
/// exp(h a (µx − δ − θ) − h a (µy − θ)) ≤ 1: a losing game, and so never wins 1/α but with a probability of at most α. This is
/// the test of R. Turner, A. Ly and P. Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for
/// optional stopping", J. Stat. Plan. Inference 230 (2024), with margins, bounded values, and eight stakes at once.
///
/// What several such tests of separate values found adds up: ``logEvidence`` of independent streams may be summed.
public struct ArmComparison: Hashable, Sendable, Codable {
    /// What the test finds evidence for.
    public enum Direction: String, Hashable, Sendable, Codable {
        /// The treatment's mean is higher than the control's by more than the margin.
        case higher
        /// The treatment's mean is lower than the control's by more than the margin.
        case lower
    }

    /// What the test finds evidence for.
    public let direction: Direction
    /// By how much the means may differ, in the values' unit. A negative margin tests for being no worse: evidence for
    /// `lower` by more than −0.01 says that the treatment's mean is less than 0.01 above the control's.
    public let margin: Double
    /// The values' bounds.
    public let lowerBound: Double
    /// The values' bounds.
    public let upperBound: Double
    /// The treatment's values, as they came.
    public private(set) var treatment = SampleMoments()
    /// The control's values, as they came.
    public private(set) var control = SampleMoments()

    private var wagers = Wagers()
    /// The block that is being gathered, on the scale 0...1, the higher the more evidence.
    private var openTreatment: [Double] = []
    private var openControl: [Double] = []
    /// Sums over the blocks that were settled.
    private var settled = Sums()

    private struct Sums: Hashable, Codable {
        var treatment = 0.0
        var treatments = 0.0
        var control = 0.0
        var controls = 0.0
    }

    /// A block takes no more of a group than this: what comes beyond waits for nothing and is only counted in the moments.
    private static let greatestBlock = 1024

    /// A test without values; `nil` unless the bounds are finite and the margin is less than their distance.
    public init?(_ direction: Direction, thanControlBy margin: Double = 0, in bounds: ClosedRange<Double> = 0...1) {
        let range = bounds.upperBound - bounds.lowerBound
        guard range > 0, range.isFinite, abs(margin) < range else { return nil }
        self.direction = direction
        self.margin = margin
        lowerBound = bounds.lowerBound
        upperBound = bounds.upperBound
    }

    /// Takes a value in; those outside the bounds count as the nearer bound. `false`, and nothing done, for NaN.
    @discardableResult
    public mutating func add(_ value: Double, to arm: Arm) -> Bool {
        let range = upperBound - lowerBound
        guard !value.isNaN, range > 0 else { return false }
        let bounded = min(max(value, lowerBound), upperBound)
        let scaled = direction == .higher ? (bounded - lowerBound) / range : (upperBound - bounded) / range
        switch arm {
        case .treatment:
            treatment.add(bounded)
            if openTreatment.count < Self.greatestBlock { openTreatment.append(scaled) }
        case .control:
            control.add(bounded)
            if openControl.count < Self.greatestBlock { openControl.append(scaled) }
        }
        if !openTreatment.isEmpty, !openControl.isEmpty { settle(range) }
        return true
    }

    /// The logarithm of the evidence: whoever acts when it first reaches log(1/α) is wrong with a probability of at most α.
    public var logEvidence: Double { wagers.logWealth }

    /// The greatest ``logEvidence`` so far, at least 0.
    public var logPeak: Double { wagers.logPeak }

    /// The p-value that holds at all times at once: 1 / the greatest evidence so far.
    public var pValue: Double { Double.exp(-wagers.logPeak) }

    /// Whether the evidence has ever reached 1/α.
    public func isShown(at alpha: Double) -> Bool { pValue <= alpha }

    private mutating func settle(_ range: Double) {
        let (a, b) = (Double(openTreatment.count), Double(openControl.count))
        let shift = margin / range
        let centre = self.centre(a, b, shift)
        // The greatest stakes that leave a factor above 0: for the least x, which is 0, and the greatest y, which is 1.
        let least = centre + shift
        let forControl = b / (a * (1 - centre))
        let greatest = Wagers.greatestShare * (least > 0 ? min(1 / least, forControl) : forControl)
        let one = SIMD8<Double>(repeating: 1)
        let stakes = Wagers.shares * SIMD8(repeating: greatest)
        let against = Wagers.shares * SIMD8(repeating: greatest * a / b)
        for x in openTreatment { wagers.settle(one + stakes * SIMD8(repeating: x - shift - centre)) }
        for y in openControl { wagers.settle(one - against * SIMD8(repeating: y - centre)) }
        wagers.mark()
        settled.treatment += openTreatment.reduce(0, +)
        settled.control += openControl.reduce(0, +)
        settled.treatments += a
        settled.controls += b
        openTreatment.removeAll(keepingCapacity: true)
        openControl.removeAll(keepingCapacity: true)
    }

    /// The mean of both groups in the shares of this block, as far as earlier blocks know it; never 0 or 1.
    private func centre(_ a: Double, _ b: Double, _ shift: Double) -> Double {
        let x = (settled.treatment + 0.5) / (settled.treatments + 1) - shift
        let y = (settled.control + 0.5) / (settled.controls + 1)
        return min(max((a * x + b * y) / (a + b), 1e-6), 1 - 1e-6)
    }
}
