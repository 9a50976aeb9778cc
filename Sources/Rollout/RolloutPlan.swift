internal import Cryptography
public import Inference

/// What shall be tried, for whom, and under which guards: one entry of `policies/rollouts.yaml`, or one `rollout start`.
public struct RolloutPlan: Hashable, Sendable, Codable {
    /// How the candidate is tried.
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// A share of the callers is answered by it.
        case canary
        /// It is asked the same as a share of the requests, and its answers are dropped.
        case shadow
        /// A share of the callers is answered by it until it is shown to be better or worse.
        case ab
    }

    /// What stays in one arm.
    public enum Unit: String, Hashable, Sendable, Codable, CaseIterable {
        /// A conversation: who asks and how it began.
        case conversation
        /// A principal.
        case principal
    }

    /// The candidate is asked the same as a share of the requests, and its answers are dropped.
    public struct Shadow: Hashable, Sendable, Codable {
        /// In parts of 10,000.
        public var share: Int
        /// What it may cost a day (UTC), in nano-USD.
        public var maximumNanoUSD: Int64

        /// Puts it together.
        public init(share: Int, maximumNanoUSD: Int64) {
            self.share = share
            self.maximumNanoUSD = maximumNanoUSD
        }
    }

    /// A part of a rollout: a shadow, or a step of a canary.
    public struct Stage: Hashable, Sendable {
        /// Whether no caller has the candidate's answers.
        public let isShadow: Bool
        /// In parts of 10,000.
        public let share: Int
    }

    /// Both arms are compared by one measure, for a verdict.
    public struct ABTest: Hashable, Sendable, Codable {
        /// By what: one of `RolloutGuard.names`.
        public var measure: String
        /// The candidate's share, in parts of 10,000.
        public var share = 5_000
        /// When both arms have so many values and nothing is shown, the verdict is that no difference is.
        public var maximumValues = 5_000
        /// Whether a better candidate is everybody's at once; otherwise it waits for somebody to say so.
        public var promotes = false
        /// The probability that one arm is called better though both are as good.
        public var falseVerdictRate = 0.05

        /// A test with the standard terms.
        public init(measure: String) { self.measure = measure }
    }

    /// Who judges answers of both arms.
    public struct Judging: Hashable, Sendable, Codable {
        /// The alias of the judge.
        public var alias: String
        /// By what, in words.
        public var rubric: String
        /// Of how many of 10,000 answers.
        public var share: Int
        /// What it may cost a day, in nano-USD.
        public var maximumNanoUSD: Int64

        /// Puts it together.
        public init(alias: String, rubric: String, share: Int, maximumNanoUSD: Int64) {
            self.alias = alias
            self.rubric = rubric
            self.share = share
            self.maximumNanoUSD = maximumNanoUSD
        }
    }

    /// Its name: one word.
    public var name: String
    /// The alias whose requests are shared out.
    public var alias: String
    /// The provider of what is tried.
    public var provider: String
    /// The model that is tried.
    public var model: String
    /// How it is tried.
    public var mode = Mode.canary
    /// The shares one after the other, in parts of 10,000, growing.
    public var steps: [Int] = [100, 500, 2_500, 10_000]
    /// What stays in one arm.
    public var unit = Unit.conversation
    /// How many requests of the candidate a step has at least, unless it is shown before that all guards are kept.
    public var minimumRequests = 100
    /// How long a step lasts at least, unless it is shown before, in milliseconds.
    public var minimumMilliseconds: Int64 = 60_000
    /// A try that shows nothing for so many milliseconds counts as failed, though it may still be under way; `nil`: see
    /// ``RolloutState/maximumWait``.
    public var maximumWaitMilliseconds: Int64?
    /// What has to be kept.
    public var guards: [RolloutGuard] = []
    /// The probability that a candidate that keeps all guards is rolled back all the same, over the whole rollout.
    public var falseRollbackRate = 0.05
    /// The first stage, before the steps; the only one where `mode` says so.
    public var shadow: Shadow?
    /// Who judges; `nil`: nobody.
    public var judging: Judging?
    /// What `mode` is about where it is `ab`.
    public var abTest: ABTest?

    /// The guards that hold where none are stated.
    public static let standardGuards = ["error_rate<=control+0.02", "p95_ms<=1.5*control+100"]

    /// A plan with the standard terms.
    public init(name: String, alias: String, to destination: Destination) {
        self.name = name
        self.alias = alias
        provider = destination.provider.rawValue
        model = destination.model
        guards = Self.standardGuards.compactMap { try? RolloutGuard($0) }
    }

    /// What is tried.
    public var destination: Destination { Destination(provider: ProviderID(provider), model: model) }

    /// All stages, one after the other.
    public var stages: [Stage] {
        let first = shadow.map { [Stage(isShadow: true, share: $0.share)] } ?? []
        return first + shares.map { Stage(isShadow: false, share: $0) }
    }

    /// The shares of callers that have the candidate's answers, one after the other, in parts of 10,000.
    public var shares: [Int] {
        switch mode {
        case .canary: steps
        case .shadow: []
        case .ab: [abTest?.share].compactMap(\.self)
        }
    }

    /// Whether the text of answers has to be looked at.
    public var needsText: Bool {
        let compared = abTest.flatMap { RolloutGuard.metric($0.measure)?.0.needsText } ?? false
        return compared || judging != nil || guards.contains { $0.metric.needsText }
    }

    /// What is wrong with it, in words; `nil`: nothing.
    public var fault: String? {
        if !Self.isWord(name) { return "the name has to be one word of at most 64 letters, digits, `_`, `-` and `.`" }
        if mode == .canary, steps.isEmpty || steps.count > 32 { return "there have to be 1 to 32 steps" }
        if steps.contains(where: { !(1...10_000).contains($0) }) { return "a step is a share from 0.01 to 100 %" }
        if zip(steps, steps.dropFirst()).contains(where: { $0 >= $1 }) {
            return "each step has to be greater than the one before"
        }
        if guards.isEmpty || guards.count > 32 { return "there have to be 1 to 32 guards" }
        if Set(guards.map(\.description)).count < guards.count { return "a guard stands there twice" }
        if !(1...1_000_000).contains(minimumRequests) { return "a step has 1 to 1000000 requests at least" }
        if !(0...2_592_000_000).contains(minimumMilliseconds) { return "a step lasts at most 30 days at least" }
        if let wait = maximumWaitMilliseconds, !Self.waits.contains(wait) {
            return "an answer is waited for from 0.1 s to an hour"
        }
        if !(falseRollbackRate > 0 && falseRollbackRate < 0.5) {
            return "the rate of false rollbacks is between 0 and 0.5"
        }
        return faultOfABTest ?? faultOfCompany
    }

    private var faultOfABTest: String? {
        guard (mode == .ab) == (abTest != nil) else { return "an A/B test has no steps" }
        guard let abTest else { return nil }
        guard let (metric, _) = RolloutGuard.metric(abTest.measure) else {
            return "unknown measure `\(abTest.measure)`: there are \(RolloutGuard.names.joined(separator: ", "))"
        }
        if metric == .judge, judging == nil { return "an A/B test by `judge_score` needs a judge" }
        if !(1...9_999).contains(abTest.share) { return "a candidate's share in an A/B test is from 0.01 to 99.99 %" }
        if !Self.values.contains(abTest.maximumValues) { return "an A/B test has 100 to 10000000 values of each arm" }
        if !(abTest.falseVerdictRate > 0 && abTest.falseVerdictRate < 0.5) {
            return "the rate of false verdicts is between 0 and 0.5"
        }
        return nil
    }

    /// What is wrong with who is asked beside callers.
    private var faultOfCompany: String? {
        if mode == .shadow, shadow == nil { return "without steps there has to be a shadow" }
        if let shadow {
            if !(1...10_000).contains(shadow.share) { return "a shadow's share is from 0.01 to 100 %" }
            if !Self.money.contains(shadow.maximumNanoUSD) {
                return "a shadow needs `max_usd_per_day`, above 0 and at most 1000000"
            }
            if mode == .shadow, guards.allSatisfy({ $0.metric == .feedback }) {
                return "nobody sees a shadow's answers, so that feedback alone can't guard it"
            }
        }
        if let judging {
            if judging.alias.isEmpty { return "a judge is an alias" }
            if judging.rubric.allSatisfy(\.isWhitespace) || judging.rubric.utf8.count > 8_192 {
                return "a judge needs a rubric of at most 8192 bytes"
            }
            if !(1...10_000).contains(judging.share) { return "a judge's share is from 0.01 to 100 %" }
            if !Self.money.contains(judging.maximumNanoUSD) {
                return "a judge needs `max_usd_per_day`, above 0 and at most 1000000"
            }
        }
        if guards.contains(where: { $0.metric == .judge }), judging == nil {
            return "a guard on `judge_score` needs a judge"
        }
        return nil
    }

    /// How many values of each arm an A/B test may have.
    public static let values: ClosedRange<Int> = 100...10_000_000
    /// What `max_wait` may be, in milliseconds.
    public static let waits: ClosedRange<Int64> = 100...3_600_000
    private static let money: ClosedRange<Int64> = 1...1_000_000_000_000_000

    /// Tells plans apart, by all that they say.
    var digest: String {
        let parts =
            [name, alias, provider, model, mode.rawValue, unit.rawValue]
            + steps.map { "\($0)" } + guards.map(\.description)
            + ["\(minimumRequests)", "\(minimumMilliseconds)", "\(falseRollbackRate)"]
            + [shadow.map { "\($0.share)\n\($0.maximumNanoUSD)" } ?? ""]
            + [judging.map { "\($0.alias)\n\($0.rubric)\n\($0.share)\n\($0.maximumNanoUSD)" } ?? ""]
            + (maximumWaitMilliseconds.map { ["wait \($0)"] } ?? [])
            + (abTest.map {
                ["ab", $0.measure, "\($0.share)", "\($0.maximumValues)", "\($0.promotes)", "\($0.falseVerdictRate)"]
            } ?? [])
        return String(SHA256.hash(parts.joined(separator: "\u{0}")).hex.prefix(16))
    }

    static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E
            }
    }
}
