internal import RealModule
public import Statistics

/// Compares both arms by one measure: whether the candidate is shown to be better than the control, or worse. May be asked after every value,
/// in any mixture of both arms: both tests are e-processes (`ArmComparison`), each with half of the rate of false verdicts.
///
/// What has no bounds is given some by the control's first values, as for a guard: of a time, the rates are compared of those slower than
/// the quantile was; a cost is capped at ten times the mean. Until those values are there, the candidate's wait.
public struct ABComparison: Hashable, Sendable, Codable {
    /// What an A/B test says in the end.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// The candidate is shown to be better.
        case better
        /// The candidate is shown to be worse.
        case worse
        /// Neither was shown by as many values as there are to be.
        case noDifference = "no_difference"
    }

    /// What the plan says.
    public let terms: RolloutPlan.ABTest
    /// The candidate's values as they came.
    public private(set) var treatment = SampleMoments()
    /// The control's values as they came.
    public private(set) var control = SampleMoments()
    /// The first verdict there was; it stays. `nil`: none yet.
    public private(set) var verdict: Verdict?

    /// What is measured.
    let metric: RolloutMetric
    private let quantile: Double?
    /// Of a time: values above count as 1, others as 0.
    private var threshold: Double?
    private var better: ArmComparison?
    private var worse: ArmComparison?
    private var early: [Double] = []
    private var waiting: [Double] = []

    /// So many of the candidate's values wait for the control's first ones.
    private static let mostWaiting = 512
    /// A mean is capped at so many times the control's.
    private static let capOfMean = 10.0

    /// Without values; `nil` where the measure is unknown.
    init?(_ terms: RolloutPlan.ABTest) {
        guard let (metric, quantile) = RolloutGuard.metric(terms.measure) else { return nil }
        self.terms = terms
        self.metric = metric
        self.quantile = quantile
        if metric.isBounded { begin(upTo: 1) }
    }

    private mutating func begin(upTo upper: Double) {
        better = ArmComparison(metric.isScore ? .higher : .lower, in: 0...upper)
        worse = ArmComparison(metric.isScore ? .lower : .higher, in: 0...upper)
    }

    /// The probability with which either verdict may be false.
    private var alpha: Double { terms.falseVerdictRate / 2 }

    /// Takes a value in.
    mutating func add(_ value: Double, to arm: Arm) {
        guard value.isFinite, verdict == nil else { return }
        switch arm {
        case .treatment: treatment.add(value)
        case .control: control.add(value)
        }
        if better != nil {
            test(value, arm)
        } else if arm == .treatment {
            if waiting.count < Self.mostWaiting { waiting.append(value) }
        } else {
            early.append(value)
            if early.count >= GuardMonitor.earlyValues { beginByEarly() }
        }
        conclude()
    }

    private mutating func beginByEarly() {
        if let quantile {
            threshold = SampleQuantile.threshold(of: early, exceedance: 1 - quantile)
            begin(upTo: 1)
        } else {
            begin(upTo: max(early.reduce(0, +) / Double(early.count) * Self.capOfMean, 1e-9))
        }
        for value in waiting { test(value, .treatment) }
        (early, waiting) = ([], [])
    }

    private mutating func test(_ value: Double, _ arm: Arm) {
        let scaled = threshold.map { value > $0 ? 1.0 : 0.0 } ?? value
        better?.add(scaled, to: arm)
        worse?.add(scaled, to: arm)
    }

    private mutating func conclude() {
        if better?.isShown(at: alpha) ?? false {
            verdict = .better
        } else if worse?.isShown(at: alpha) ?? false {
            verdict = .worse
        } else if min(treatment.count, control.count) >= terms.maximumValues {
            verdict = .noDifference
        }
    }

    /// What is known.
    public var evidence: ABEvidence {
        ABEvidence(
            measure: terms.measure, verdict: verdict,
            treatmentCount: treatment.count, treatmentMean: treatment.count > 0 ? treatment.mean : nil,
            controlCount: control.count, controlMean: control.count > 0 ? control.mean : nil, threshold: threshold,
            logBetter: better?.logPeak ?? 0, logWorse: worse?.logPeak ?? 0,
            logNeeded: AlphaBudget.logThreshold(alpha))
    }
}

/// What is known of an A/B test: what its verdict rests on.
public struct ABEvidence: Hashable, Sendable, Codable {
    /// What is compared, such as `feedback` or `p95_ms`.
    public var measure: String
    /// The verdict; `nil`: none yet.
    public var verdict: ABComparison.Verdict?
    /// How many values the candidate has.
    public var treatmentCount: Int
    /// Their mean.
    public var treatmentMean: Double?
    /// How many values the control has.
    public var controlCount: Int
    /// Their mean.
    public var controlMean: Double?
    /// What a time is compared with, in milliseconds, where it is one and that is known.
    public var threshold: Double?
    /// The evidence that the candidate is better, at its greatest, as a natural logarithm.
    public var logBetter: Double
    /// The same that it is worse.
    public var logWorse: Double
    /// What either has to reach.
    public var logNeeded: Double
}
