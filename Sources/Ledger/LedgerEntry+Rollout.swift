public import Inference
private import JSONText

extension LedgerEntry {
    /// `rollout`: a rollout began, took a step, or ended; with what that rests on.
    public struct Rollout: Hashable, Sendable {
        /// What is known of one guard; a member of the list `evidence`.
        public struct Evidence: Hashable, Sendable {
            /// What one arm's values come to.
            public struct Values: Hashable, Sendable {
                /// How many; member `count`.
                public var count: Int
                /// Their mean in millionths of the measure's unit; member `mean_millionths`, absent where there are none.
                public var meanMillionths: Int64?

                /// Puts it together.
                public init(count: Int, meanMillionths: Int64?) {
                    self.count = count
                    self.meanMillionths = meanMillionths
                }
            }

            /// The guard, such as `error_rate<=control+0.02`; member `guard`.
            public var rule: String
            /// Whether it is shown to be broken; member `broken`.
            public var isBroken: Bool
            /// Whether it is shown to be kept; member `kept`.
            public var isKept: Bool
            /// The candidate's values; member `candidate`.
            public var candidate: Values
            /// The control's values; member `control`.
            public var control: Values
            /// The evidence against the candidate (the natural logarithm of an e-value, at its greatest), in thousandths; member
            /// `log_evidence_milli`.
            public var logEvidenceMilli: Int64
            /// What it has to reach for the guard to be broken; member `log_needed_milli`.
            public var logNeededMilli: Int64

            /// Puts it together.
            public init(
                rule: String, isBroken: Bool, isKept: Bool, candidate: Values, control: Values,
                logEvidenceMilli: Int64, logNeededMilli: Int64
            ) {
                self.rule = rule
                self.isBroken = isBroken
                self.isKept = isKept
                self.candidate = candidate
                self.control = control
                self.logEvidenceMilli = logEvidenceMilli
                self.logNeededMilli = logNeededMilli
            }
        }

        /// What is known of an A/B test; member `ab`.
        public struct Comparison: Hashable, Sendable {
            /// What is compared, such as `feedback`; member `measure`.
            public var measure: String
            /// `better`, `worse` or `no_difference`; member `verdict`, absent as long as there is none.
            public var verdict: String?
            /// The candidate's values; member `candidate`.
            public var candidate: Evidence.Values
            /// The control's values; member `control`.
            public var control: Evidence.Values
            /// The evidence that the candidate is better (the natural logarithm of an e-value, at its greatest), in thousandths; member
            /// `log_better_milli`.
            public var logBetterMilli: Int64
            /// The same that it is worse; member `log_worse_milli`.
            public var logWorseMilli: Int64
            /// What either has to reach for a verdict; member `log_needed_milli`.
            public var logNeededMilli: Int64

            /// Puts it together.
            public init(
                measure: String, verdict: String?, candidate: Evidence.Values, control: Evidence.Values,
                logBetterMilli: Int64, logWorseMilli: Int64, logNeededMilli: Int64
            ) {
                self.measure = measure
                self.verdict = verdict
                self.candidate = candidate
                self.control = control
                self.logBetterMilli = logBetterMilli
                self.logWorseMilli = logWorseMilli
                self.logNeededMilli = logNeededMilli
            }
        }

        /// When; member `time`.
        public var time: LedgerTime
        /// Its name; member `name`.
        public var name: String
        /// Whose requests are shared out; member `alias`.
        public var alias: String
        /// What is tried; members `provider` and `model` of `destination`.
        public var destination: Destination
        /// `canary`, `shadow` or `ab`; member `mode`.
        public var mode: String
        /// `running`, `held`, `promoted` or `rolled_back`; member `phase`.
        public var phase: String
        /// Why: `started`, `shown`, `minimum`, `guard`, `failing`, `operator`, `finished`, `stopped`, or an A/B test's verdict: `better`,
        /// `worse`, `no_difference`; member `reason`.
        public var reason: String
        /// The candidate's share before, in parts of 10,000; member `share_before`.
        public var shareBefore: Int
        /// Its share now; member `share`.
        public var share: Int
        /// The candidate's requests; member `requests`.
        public var requests: Int
        /// The control's requests; member `requests_control`.
        public var controlRequests: Int
        /// What is known of each guard; member `evidence`.
        public var evidence: [Evidence]
        /// What is known of the A/B test; member `ab`, absent where it is none.
        public var comparison: Comparison?
        /// Which step of all there ever were, so that one that stands twice counts once; member `step_id`.
        public var stepID: String
        /// Whether another gateway took the step and this one follows; member `follows`, absent where it does not.
        public var follows: Bool
        /// SHA-256 of the policy set in force, in hexadecimal; member `policy_set`.
        public var policySet: String

        /// Puts it together.
        public init(
            time: LedgerTime, name: String, alias: String, destination: Destination, mode: String, phase: String,
            reason: String, shareBefore: Int, share: Int, requests: Int, controlRequests: Int, evidence: [Evidence],
            comparison: Comparison? = nil, stepID: String, follows: Bool = false, policySet: String
        ) {
            self.time = time
            self.name = name
            self.alias = alias
            self.destination = destination
            self.mode = mode
            self.phase = phase
            self.reason = reason
            self.shareBefore = shareBefore
            self.share = share
            self.requests = requests
            self.controlRequests = controlRequests
            self.evidence = evidence
            self.comparison = comparison
            self.stepID = stepID
            self.follows = follows
            self.policySet = policySet
        }
    }
}

extension LedgerEntry.Rollout {
    func encoded() throws(LedgerEntryTooLong) -> EncodedEntry {
        var line = EntryWriter(capacity: 512 + 320 * evidence.count)
        if let comparison { line.comparison(comparison) }
        line.foreign("alias", alias)
        line.json.key("destination")
        line.json.beginObject()
        line.foreign("model", destination.model)
        line.member("provider", destination.provider.rawValue)
        line.json.endObject()
        line.objects("evidence", evidence) { $0.evidence($1) }
        if follows {
            line.json.key("follows")
            line.json.bool(true)
        }
        line.kind("rollout")
        line.member("mode", mode)
        line.member("name", name)
        line.member("phase", phase)
        line.member("policy_set", policySet)
        line.member("reason", reason)
        line.member("requests", requests)
        line.member("requests_control", controlRequests)
        line.sequence()
        line.member("share", share)
        line.member("share_before", shareBefore)
        line.member("step_id", stepID)
        line.member("time", time)
        return try line.finish()
    }
}

extension EntryWriter {
    /// The members of a guard's evidence.
    fileprivate mutating func evidence(_ evidence: LedgerEntry.Rollout.Evidence) {
        json.key("broken")
        json.bool(evidence.isBroken)
        values("candidate", evidence.candidate)
        values("control", evidence.control)
        member("guard", evidence.rule)
        json.key("kept")
        json.bool(evidence.isKept)
        member("log_evidence_milli", evidence.logEvidenceMilli)
        member("log_needed_milli", evidence.logNeededMilli)
    }

    /// The member `ab`.
    fileprivate mutating func comparison(_ comparison: LedgerEntry.Rollout.Comparison) {
        json.key("ab")
        json.beginObject()
        values("candidate", comparison.candidate)
        values("control", comparison.control)
        member("log_better_milli", comparison.logBetterMilli)
        member("log_needed_milli", comparison.logNeededMilli)
        member("log_worse_milli", comparison.logWorseMilli)
        member("measure", comparison.measure)
        if let verdict = comparison.verdict { member("verdict", verdict) }
        json.endObject()
    }

    private mutating func values(_ name: StaticString, _ values: LedgerEntry.Rollout.Evidence.Values) {
        json.key(name)
        json.beginObject()
        member("count", values.count)
        if let mean = values.meanMillionths { member("mean_millionths", mean) }
        json.endObject()
    }
}
