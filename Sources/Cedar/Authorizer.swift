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
    ///
    /// Only policies whose heads may speak of the request are looked at; memory is taken for those that apply or fail.
    public func isAuthorized(_ request: Request, entities: Entities) -> Response {
        let evaluator = Evaluator(program: program, request: request, entities: entities)
        var permits: [Int32] = []
        var forbids: [Int32] = []
        var failures: [(rule: Int32, failure: Evaluator.Failure)] = []
        program.index.forEachCandidate(
            request, principal: evaluator.principal, action: evaluator.action, resource: evaluator.resource
        ) { index in
            let rule = program.rules[Int(index)]
            // Once something forbids, permits can't change the answer, but their errors are still to report.
            guard evaluator.applies(rule) else { return }
            do throws(Evaluator.Failure) {
                if rule.condition >= 0, try !evaluator.bool(rule.condition) { return }
            } catch {
                failures.append((index, error))
                return
            }
            if rule.isForbid { forbids.append(index) } else { permits.append(index) }
        }
        if failures.count > 1 { failures.sort { $0.rule < $1.rule } }
        let errors = failures.map { index, failure in
            EvaluationError(
                policy: program.rules[Int(index)].id, position: source.position(at: Int(failure.offset)),
                message: failure.message)
        }
        let isAllowed = forbids.isEmpty && !permits.isEmpty
        return Response(
            decision: isAllowed ? .allow : .deny, determining: names(of: isAllowed ? permits : forbids), errors: errors)
    }

    /// The names of rules, in the order of the text.
    private func names(of rules: [Int32]) -> [String] {
        let sorted = rules.count > 1 ? rules.sorted() : rules
        return sorted.map { program.rules[Int($0)].id }
    }
}
