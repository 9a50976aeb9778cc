/// A question to policies: may this principal do this to that, under these circumstances?
public struct Request: Sendable {
    /// Who asks.
    public var principal: EntityUID
    /// What shall be done.
    public var action: EntityUID
    /// To what.
    public var resource: EntityUID
    /// Under which circumstances.
    public var context: Record

    /// Puts a question together.
    public init(principal: EntityUID, action: EntityUID, resource: EntityUID, context: Record = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// A policy that could not be evaluated, and so took no part in a decision.
public struct EvaluationError: Hashable, Sendable, CustomStringConvertible {
    /// The policy's name.
    public let policy: String
    /// Where in the text it failed.
    public let position: SourcePosition
    /// Why, in names and types; no values.
    public let message: String

    /// The policy, the place and the reason.
    public var description: String { "policy `\(policy)` at \(position): \(message)" }
}

/// The answer of policies.
public struct Response: Sendable {
    /// Yes or no.
    public enum Decision: String, Sendable {
        /// Some `permit` applies and no `forbid`.
        case allow
        /// Everything else.
        case deny
    }

    /// Yes or no.
    public let decision: Decision
    /// The names of the policies that decided, in the order of the text: the permits of an `allow`, the forbids of a
    /// `deny`; none where nothing applied.
    public let determining: [String]
    /// The policies that could not be evaluated; they were skipped.
    public let errors: [EvaluationError]
}

extension PolicySet {
    /// Answers a question: denied by default, allowed by a `permit`, denied whatever else by a `forbid`; a policy with an
    /// evaluation error is skipped and reported (Cedar's semantics; who wants it stricter looks at `errors`).
    public func isAuthorized(_ request: Request, entities: Entities) -> Response {
        let evaluator = Evaluator(program: program, request: request, entities: entities)
        var permits: [String] = []
        var forbids: [String] = []
        var errors: [EvaluationError] = []
        for index in candidates(for: request.action, evaluator.action) {
            let rule = program.rules[Int(index)]
            // Once something forbids, permits can't change the answer, but their errors are still to report.
            guard evaluator.applies(rule) else { continue }
            do throws(Evaluator.Failure) {
                if rule.condition >= 0, try !evaluator.bool(rule.condition) { continue }
            } catch {
                errors.append(
                    EvaluationError(
                        policy: rule.id, position: source.position(at: Int(error.offset)), message: error.message))
                continue
            }
            if rule.isForbid { forbids.append(rule.id) } else { permits.append(rule.id) }
        }
        if forbids.isEmpty, !permits.isEmpty { return Response(decision: .allow, determining: permits, errors: errors) }
        return Response(decision: .deny, determining: forbids, errors: errors)
    }

    /// The rules that may speak of the action or of a group above it, in the order of the text.
    private func candidates(for action: EntityUID, _ node: Entities.Node?) -> [Int32] {
        let own = program.rules(naming: action)
        guard let node, !node.ancestors.elements.isEmpty else { return own ?? program.anyAction }
        var all = Set(own ?? program.anyAction)
        for ancestor in node.ancestors.elements {
            if let more = program.rules(naming: ancestor) { all.formUnion(more) }
        }
        return all.sorted()
    }
}
