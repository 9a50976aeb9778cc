/// What one policy says of a request, whatever the others say: for people who want to know why.
public struct PolicyTrace: Sendable, Hashable {
    /// What became of the policy.
    public enum Outcome: Sendable, Hashable {
        /// Its conditions hold.
        case applies
        /// Its head speaks of the request, but a condition does not hold.
        case doesNotApply
        /// A condition could not be evaluated.
        case failed(EvaluationError)
    }

    /// Where the policy stands in `PolicySet.policies`.
    public let index: Int
    /// What became of it.
    public let outcome: Outcome
}

extension PolicySet {
    /// Evaluates each policy whose head speaks of the request, in the order of the text. Slower than `isAuthorized`, which
    /// decides.
    public func trace(_ request: Request, entities: Entities) -> [PolicyTrace] {
        let evaluator = Evaluator(program: program, request: request, entities: entities)
        return program.rules.indices.compactMap { index in
            let rule = program.rules[index]
            guard evaluator.applies(rule) else { return nil }
            do throws(Evaluator.Failure) {
                let holds = rule.condition < 0 ? true : try evaluator.bool(rule.condition)
                return PolicyTrace(index: index, outcome: holds ? .applies : .doesNotApply)
            } catch {
                let failure = EvaluationError(
                    policy: rule.id, position: source.position(at: Int(error.offset)), message: error.message)
                return PolicyTrace(index: index, outcome: .failed(failure))
            }
        }
    }
}
