internal import Rollout

/// How rollouts stand, for Prometheus. Names of rollouts, aliases and guards are the operators' words.
extension RolloutsReport {
    static func append(_ states: [RolloutState], to text: inout Exposition) {
        func labels(_ state: RolloutState) -> [(String, String)] {
            [("rollout", state.plan.name), ("alias", state.plan.alias)]
        }
        text.family(
            "sallyport_rollout_share", "gauge",
            "The share of requests that the candidate has, 0 to 1; of a shadow, the share that it is asked, too.")
        for state in states {
            text.sample(
                "sallyport_rollout_share",
                labels(state) + [("mode", (state.isShadow ? .shadow : state.plan.mode).rawValue)],
                "\(Double(state.share) / 10_000)")
        }
        text.family("sallyport_rollout_state", "gauge", "1 for the phase that a rollout is in, with its reason.")
        for state in states {
            text.sample(
                "sallyport_rollout_state",
                labels(state) + [("phase", state.phase.rawValue), ("reason", state.reason.rawValue)], "1")
        }
        text.family(
            "sallyport_rollout_outcomes_total", "counter",
            "Requests whose outcome counts, by arm, since the rollout began.")
        for state in states {
            for (arm, count) in [("candidate", state.treatmentRequests), ("control", state.controlRequests)] {
                text.sample("sallyport_rollout_outcomes_total", labels(state) + [("arm", arm)], "\(count)")
            }
        }
        text.family("sallyport_rollout_mean", "gauge", "What a guard measures, on average, by arm, in its own unit.")
        for state in states {
            for rule in state.evidence {
                for (arm, mean) in [("candidate", rule.treatmentMean), ("control", rule.controlMean)] {
                    guard let mean else { continue }
                    text.sample(
                        "sallyport_rollout_mean", labels(state) + [("guard", rule.rule), ("arm", arm)], "\(mean)")
                }
            }
        }
        text.family(
            "sallyport_rollout_evidence", "gauge",
            "The evidence against the candidate by guard, 1 where the guard is broken.")
        for state in states {
            for rule in state.evidence {
                let share = rule.logNeeded > 0 ? max(rule.logEvidence, 0) / rule.logNeeded : 0
                text.sample(
                    "sallyport_rollout_evidence", labels(state) + [("guard", rule.rule)],
                    "\(rule.isBroken ? 1 : min(share, 1))")
            }
        }
        text.family(
            "sallyport_rollout_ab_evidence", "gauge",
            "The evidence of an A/B test for each verdict, 1 where it is what is needed.")
        for state in states {
            guard let test = state.comparison?.evidence, test.logNeeded > 0 else { continue }
            for (verdict, evidence) in [("better", test.logBetter), ("worse", test.logWorse)] {
                text.sample(
                    "sallyport_rollout_ab_evidence", labels(state) + [("measure", test.measure), ("verdict", verdict)],
                    "\(min(evidence / test.logNeeded, 1))")
            }
        }
        text.family(
            "sallyport_rollout_verdict", "gauge", "What is known of a guard: -1 broken, 0 nothing yet, 1 kept.")
        for state in states {
            for rule in state.evidence {
                text.sample(
                    "sallyport_rollout_verdict", labels(state) + [("guard", rule.rule)],
                    rule.isBroken ? "-1" : rule.isKept ? "1" : "0")
            }
        }
    }
}
