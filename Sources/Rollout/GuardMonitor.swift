internal import RealModule
public import Statistics

/// Watches one guard: whether there is evidence that it is broken, and whether there is evidence that it is kept. May be asked after every
/// value, in any mixture of both arms: both tests are e-processes (`ArmComparison`, `BettingTest`).
///
/// A guard without bounds of its own is given some by the control's first values: a quantile q of a time becomes the rate of those slower
/// than the bound, which may be 1 − q, so it may be above the control's by what that lacks of 1 − q; a mean cost is capped at ten times the
/// control's. Until those values are there, the candidate's wait. How far a bound on times is from the one meant is a matter of these
/// values; a candidate that is equal is measured against the control itself.
public struct GuardMonitor: Hashable, Sendable, Codable {
    /// The guard.
    public let rule: RolloutGuard
    /// The candidate's values as they came.
    public private(set) var treatment = SampleMoments()
    /// The control's values as they came.
    public private(set) var control = SampleMoments()

    private let alpha: Double
    private var scale: Scale?
    private var early: [Double] = []
    private var waiting: [Double] = []
    /// Against the control, while there is one.
    private var harm: ArmComparison?
    private var ease: ArmComparison?
    /// Against a number: the guard's own, or what the control had come to.
    private var harmAlone: BettingTest?
    private var easeAlone: BettingTest?
    /// The control's mean on the tests' scale.
    private var reference: MeanSequence?
    private var isAlone = false

    /// How a value becomes one on the tests' scale.
    private struct Scale: Hashable, Codable {
        /// Values above count as 1, others as 0; `nil`: the value itself.
        var threshold: Double?
        var upper: Double
        var ratio: Double
        var margin: Double
    }

    /// So many of the control's values make a scale.
    static let earlyValues = 100
    /// A hundredth more slow requests than the control's are no news.
    private static let leastMargin = 0.01
    /// So many of the candidate's wait for it.
    private static let mostWaiting = 512
    /// A mean is capped at so many times the control's.
    private static let capOfMean = 10.0
    /// Of a guard's error rate, what belongs to the test against the control; the rest to that without it.
    private static let comparedShare = 0.75
    private static let aloneShare = 0.15
    private static let referenceShare = 0.1
    /// How sure it has to be that a guard is kept before a step is cut short.
    static let easeAlpha = 0.05

    /// Watches a guard; a false alarm comes with at most this probability.
    public init(_ rule: RolloutGuard, alpha: Double) {
        self.rule = rule
        self.alpha = alpha
        isAlone = rule.ratio == nil
        if let ratio = rule.ratio, rule.metric.isBounded {
            // Scores may be compared with less than what the control has, so that the candidate's are stretched.
            begin(Scale(upper: max(1, 1 / ratio), ratio: ratio, margin: abs(rule.offset) / ratio))
        } else if rule.ratio == nil {
            begin(absolute: rule.offset)
        }
    }

    private mutating func begin(absolute bound: Double) {
        if let quantile = rule.quantile {
            scale = Scale(threshold: bound, upper: 1, ratio: 1, margin: 0)
            betAlone(on: 1 - quantile)
        } else if rule.metric.isBounded {
            scale = Scale(upper: 1, ratio: 1, margin: 0)
            betAlone(on: bound)
        } else {
            scale = Scale(upper: bound * Self.capOfMean, ratio: 1, margin: 0)
            betAlone(on: bound)
        }
    }

    private mutating func begin(_ scale: Scale) {
        self.scale = scale
        let isScore = rule.metric.isScore
        harm = ArmComparison(isScore ? .lower : .higher, thanControlBy: scale.margin, in: 0...scale.upper)
        ease = ArmComparison(isScore ? .higher : .lower, thanControlBy: -scale.margin, in: 0...scale.upper)
        reference = MeanSequence(in: 0...scale.upper, confidence: 1 - alpha * Self.referenceShare * 2)
    }

    /// Bets that the candidate's mean is beyond a number, in the direction that the guard forbids, and that it is not.
    private mutating func betAlone(on bound: Double) {
        guard let upper = scale?.upper else { return }
        let level = rule.metric.isScore ? upper - bound : bound
        harmAlone = BettingTest(hypothesis: level, in: 0...upper)
        easeAlone = BettingTest(hypothesis: upper - level, in: 0...upper)
    }

    // MARK: - Values

    /// Takes a value in.
    public mutating func add(_ value: Double, to arm: Arm) {
        guard value.isFinite else { return }
        switch arm {
        case .treatment:
            treatment.add(value)
            if scale == nil {
                if waiting.count < Self.mostWaiting { waiting.append(value) }
            } else {
                test(value, arm)
            }
        case .control:
            control.add(value)
            guard scale == nil else { return test(value, arm) }
            early.append(value)
            guard early.count >= Self.earlyValues else { return }
            begin(scaleOfEarly)
            for value in waiting { test(value, .treatment) }
            (early, waiting) = ([], [])
        }
    }

    private var scaleOfEarly: Scale {
        let ratio = rule.ratio ?? 1
        if let quantile = rule.quantile {
            let reached = SampleQuantile.threshold(of: early, exceedance: 1 - quantile) ?? 0
            let threshold = ratio * reached + rule.offset
            let slower = Double(early.count { $0 > threshold }) / Double(early.count)
            let margin = max(1 - quantile - slower, Self.leastMargin)
            return Scale(threshold: threshold, upper: 1, ratio: 1, margin: margin)
        }
        let mean = early.reduce(0, +) / Double(early.count)
        let cap = max(mean * Self.capOfMean, rule.offset * Self.capOfMean, 1e-9)
        return Scale(upper: cap, ratio: ratio, margin: abs(rule.offset) / ratio)
    }

    private mutating func test(_ value: Double, _ arm: Arm) {
        guard let scale else { return }
        let scaled = scale.threshold.map { value > $0 ? 1.0 : 0.0 } ?? value
        switch arm {
        case .treatment:
            let stretched = scaled / scale.ratio
            if isAlone {
                let bounded = min(max(rule.ratio == nil ? scaled : stretched, 0), scale.upper)
                harmAlone?.add(rule.metric.isScore ? scale.upper - bounded : bounded)
                easeAlone?.add(rule.metric.isScore ? bounded : scale.upper - bounded)
            } else {
                harm?.add(stretched, to: .treatment)
                ease?.add(stretched, to: .treatment)
            }
        case .control:
            guard rule.ratio != nil, !isAlone else { return }
            harm?.add(scaled, to: .control)
            ease?.add(scaled, to: .control)
            reference?.add(scaled)
        }
    }

    // MARK: - Steps

    /// A new step begins: that the guard is kept has to be shown anew. In the last step, where everybody has the candidate, it is compared
    /// with what the control had come to.
    public mutating func beginStep(withoutControl: Bool) {
        guard let scale else { return }
        let isScore = rule.metric.isScore
        if rule.ratio == nil {
            let level = easeAlone?.hypothesis
            easeAlone = level.flatMap { BettingTest(hypothesis: $0, in: 0...scale.upper) }
            return
        }
        ease = ArmComparison(isScore ? .higher : .lower, thanControlBy: -scale.margin, in: 0...scale.upper)
        guard withoutControl, !isAlone, let reference else { return }
        isAlone = true
        let interval = reference.interval
        betAlone(on: isScore ? max(interval.lower - scale.margin, 0) : min(interval.upper + scale.margin, scale.upper))
    }

    // MARK: - Verdicts

    /// Whether the guard is shown to be broken.
    public var isBroken: Bool {
        if let harm, harm.isShown(at: alpha * Self.comparedShare) { return true }
        let share = rule.ratio == nil ? alpha : alpha * Self.aloneShare
        return harmAlone.map { $0.pValue <= share } ?? false
    }

    /// Whether it is shown to be kept, in this step.
    public var isKept: Bool {
        isAlone
            ? easeAlone.map { $0.pValue <= Self.easeAlpha } ?? false
            : ease?.isShown(at: Self.easeAlpha) ?? false
    }

    /// Whether there is anything to judge by.
    public var hasValues: Bool { treatment.count > 0 && (rule.ratio == nil || control.count > 0) }

    /// What is known.
    public var evidence: GuardEvidence {
        let compared = harm?.logPeak ?? 0
        let alone = harmAlone.map { -Double.log(max($0.pValue, 1e-300)) } ?? 0
        let isByNumber =
            rule.ratio == nil || alone - Double.log(Self.aloneShare) > compared - Double.log(Self.comparedShare)
        let share = rule.ratio == nil ? 1 : isByNumber ? Self.aloneShare : Self.comparedShare
        return GuardEvidence(
            rule: rule.description, isBroken: isBroken, isKept: isKept,
            treatmentCount: treatment.count, treatmentMean: treatment.count > 0 ? treatment.mean : nil,
            controlCount: control.count, controlMean: control.count > 0 ? control.mean : nil,
            threshold: scale?.threshold, logEvidence: isByNumber ? alone : compared,
            logNeeded: AlphaBudget.logThreshold(alpha * share))
    }
}

/// What is known of a guard: a step's evidence.
public struct GuardEvidence: Hashable, Sendable, Codable {
    /// The guard, as it was written.
    public var rule: String
    /// Whether it is shown to be broken.
    public var isBroken: Bool
    /// Whether it is shown to be kept.
    public var isKept: Bool
    /// How many values the candidate has.
    public var treatmentCount: Int
    /// Their mean.
    public var treatmentMean: Double?
    /// How many values the control has.
    public var controlCount: Int
    /// Their mean.
    public var controlMean: Double?
    /// What a time is compared with, in milliseconds, where a quantile is guarded and it is known.
    public var threshold: Double?
    /// The evidence against the candidate so far, at its greatest, as a natural logarithm.
    public var logEvidence: Double
    /// What it would have to reach.
    public var logNeeded: Double
}
