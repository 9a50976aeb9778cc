internal import Foundation
internal import Inference
public import Rollout

/// How rollouts stand, as the operators' port answers under `/rollouts` and `sallyport rollout status` prints.
public struct RolloutsReport: Sendable, Codable {
    /// One rollout.
    public struct Line: Sendable, Codable {
        /// Its name.
        public let name: String
        /// Whose requests are shared out.
        public let alias: String
        /// What is tried, `PROVIDER/MODEL`.
        public let to: String
        /// `canary` or `ab`, or `shadow` as long as callers have none of its answers.
        public let mode: String
        /// What stays in one arm.
        public let sticky: String
        /// How far it is.
        public let phase: RolloutState.Phase
        /// Why.
        public let reason: RolloutState.Reason
        /// The candidate's share in percent.
        public let share: Double
        /// The shares of all steps in percent.
        public let steps: [Double]
        /// How many stages there are: a shadow, where there is one, and the steps.
        public let stages: Int
        /// Which step, from 1.
        public let step: Int
        /// When it began, in milliseconds since 1970.
        public let startedMs: Int64
        /// When the step began.
        public let stepMs: Int64
        /// The candidate's requests.
        public let requests: Int
        /// Those of this step.
        public let stepRequests: Int
        /// How many a step has at least, unless it is shown before that all guards are kept.
        public let minRequests: Int
        /// How long a step lasts at least, in milliseconds.
        public let minMs: Int64
        /// The control's requests.
        public let controlRequests: Int
        /// Whether a file says it.
        public let fromFile: Bool
        /// What the candidate's shadow cost today (UTC), in nano-USD, with what is under way; absent where there is none.
        public let spentNanoUsd: Int64?
        /// The same of its judge.
        public let judgeSpentNanoUsd: Int64?
        /// What is known of the guards.
        public let guards: [GuardEvidence]
        /// What is known of the A/B test; absent where it is none.
        public let ab: ABEvidence?
    }

    /// The rollouts, in the order in which they began.
    public let rollouts: [Line]
    /// Why nothing goes on; `nil` while all is well.
    public let trouble: String?
    /// How many gateways count together, this one included; absent where it counts by itself.
    public let gateways: Int?

    init(_ states: [RolloutState], trouble: String?, gateways: Int?, spent: OwnSpend) {
        rollouts = states.map { state in
            Line(
                name: state.plan.name, alias: state.plan.alias, to: state.plan.destination.description,
                mode: (state.isShadow ? .shadow : state.plan.mode).rawValue, sticky: state.plan.unit.rawValue,
                phase: state.phase,
                reason: state.reason, share: Double(state.share) / 100,
                steps: state.plan.shares.map { Double($0) / 100 },
                stages: state.plan.stages.count,
                step: state.step + 1, startedMs: state.startedAt, stepMs: state.stepAt,
                requests: state.treatmentRequests, stepRequests: state.stepRequests,
                minRequests: state.plan.minimumRequests, minMs: state.plan.minimumMilliseconds,
                controlRequests: state.controlRequests, fromFile: state.isFromFile,
                spentNanoUsd: spent.of(state.plan.name, .shadow),
                judgeSpentNanoUsd: spent.of(state.plan.name, .judge), guards: state.evidence,
                ab: state.comparison?.evidence)
        }
        self.trouble = trouble
        self.gateways = gateways
    }

    /// As JSON, its members' names with underscores.
    public var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map(Array.init) ?? Array("{}".utf8)
    }

    /// Reads it; throws what `JSONDecoder` says.
    public init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(json))
    }
}
