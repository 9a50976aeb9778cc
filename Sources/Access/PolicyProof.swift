internal import Cedar

/// Whether policies keep a property: that they never permit what an expression describes.
public struct PolicyProof: Sendable {
    /// What came out.
    public enum Verdict: String, Sendable, Hashable {
        /// It is never permitted.
        case proved
        /// It is permitted, by the counterexamples.
        case refuted
        /// No case permits it, but the cases don't stand for all requests.
        case unknown
        /// No request is what the expression describes, so that there is nothing to prove.
        case vacuous
    }

    /// Requests that are permitted though the expression is true of them.
    public struct Counterexample: Sendable, Hashable {
        /// What is permitted.
        public let action: AccessAction
        /// Which requests, and one of them.
        public internal(set) var requests: AnalysedRequests
        /// The policies that permit the example, by id.
        public let policies: [String]
    }

    /// The requests that are permitted, simple ones first.
    public fileprivate(set) var counterexamples: [Counterexample] = []
    /// Cases of which the expression is true.
    public fileprivate(set) var described = 0
    /// How far the search reached.
    public fileprivate(set) var coverage = AnalysisCoverage()

    /// What came out.
    public var verdict: Verdict {
        if !counterexamples.isEmpty { return .refuted }
        if !coverage.isExhaustive { return .unknown }
        return described == 0 ? .vacuous : .proved
    }
}

extension AccessPolicy {
    /// Tries all cases of the actions: is one permitted of which the expression is true?
    ///
    /// The expression speaks of `principal`, `action`, `resource` and `context`; it is checked as strictly as policies are, and what is
    /// wrong with it is thrown with its place, `source` being its name.
    public func prove(
        never text: String, actions: [AccessAction], source: String
    ) throws(AccessPolicyError) -> PolicyProof {
        let property = try checked(text, actions, source)
        var proof = PolicyProof()
        for action in actions {
            for environment in schema.environments([action.uid]) {
                search(property, action, environment, into: &proof)
            }
        }
        return proof
    }

    private func search(
        _ property: StandaloneExpression, _ action: AccessAction, _ environment: RequestEnvironment,
        into proof: inout PolicyProof
    ) {
        let facts = SuppliedFacts(
            AccessInquiry(action), reading: policies.readPaths + property.expression.readPaths)
        let split = CaseSplit(
            schema, environment, policies: [policies], expressions: [property.expression], assuming: facts.expressions)
        var described = 0
        let found = split.classify { requestCase -> Bool? in
            let holds = try? property.evaluate(requestCase.request, entities: requestCase.entities)
            guard holds == .bool(true) else { return nil }
            described += 1
            return permitting(requestCase) == nil ? nil : true
        }
        proof.coverage.add(split, cases: found.cases)
        proof.described += described
        for one in found.classes {
            let requests = AnalysedRequests(one, environment)
            let policies = permitting(one.witness) ?? []
            let same = proof.counterexamples.firstIndex {
                $0.action == action && $0.policies == policies && $0.requests.isLike(requests)
            }
            if let same {
                proof.counterexamples[same].requests.principals.append(environment.principal)
            } else {
                proof.counterexamples.append(.init(action: action, requests: requests, policies: policies))
            }
        }
    }

    /// The policies that permit a case; `nil` where it is denied, also since a policy can't be evaluated.
    private func permitting(_ requestCase: RequestCase) -> [String]? {
        let response = policies.isAuthorized(requestCase.request, entities: requestCase.entities)
        return response.errors.isEmpty && response.decision == .allow ? response.determining : nil
    }

    /// The expression, validated as the condition of a policy about the actions.
    private func checked(
        _ text: String, _ actions: [AccessAction], _ source: String
    ) throws(AccessPolicyError) -> StandaloneExpression {
        do throws(PolicyErrors) {
            let expression = try StandaloneExpression(parsing: text, source: source)
            let head =
                "permit (principal, action in [\(actions.map(\.uid.description).joined(separator: ", "))], resource) when {"
            let policy = try PolicySet(parsing: "\(head)\n\(text)\n};", source: source)
            let errors = PolicyReview(policy, schema, classes: classes).errors
            guard errors.isEmpty else {
                // The head stands on a line of its own.
                throw PolicyErrors(
                    errors.map { error in
                        PolicyError(
                            source: source,
                            position: SourcePosition(
                                line: max(1, error.position.line - 1), column: error.position.column),
                            message: error.message)
                    })
            }
            return expression
        } catch {
            throw AccessPolicyError(problems: error.errors.map(AccessPolicyError.Problem.init))
        }
    }
}
