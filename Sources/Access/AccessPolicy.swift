internal import Cedar
internal import Cryptography
public import Inference

/// The gateway's access policies: which principal may send which data to which model, and in which form.
///
/// Cedar's rules hold (denied by default, a `forbid` beats every `permit`) with one difference: where Cedar skips a policy
/// that can't be evaluated, here it denies, since a `forbid` that fails must not open the gate.
public final class AccessPolicy: Sendable {
    /// SHA-256 of the policy text as 64 lowercase hexadecimal digits, by which the ledger names the policies in force.
    public let hash: String
    /// The ids of all policies in the order of the text.
    public let policyIDs: [String]

    /// The classes of data that `context.counts` has.
    public let counted: CountedClasses

    private let policies: PolicySet

    /// Parses policies; `source` is the file's name in messages.
    ///
    /// Throws everything that is wrong at once, each with file, line and column: the syntax, and words that the gateway
    /// never says (actions, types of entities, attributes).
    public init(
        policyText: String, source: String, counted: CountedClasses = .basic
    ) throws(AccessPolicyError) {
        self.counted = counted
        do throws(PolicyErrors) {
            policies = try PolicySet(parsing: policyText, source: source)
        } catch {
            throw AccessPolicyError(problems: error.errors.map(AccessPolicyError.Problem.init))
        }
        let check = VocabularyCheck(policies)
        if !check.problems.isEmpty {
            throw AccessPolicyError(
                problems: check.problems.map { [policies] problem in
                    AccessPolicyError.Problem(
                        PolicyError(
                            source: source, position: policies.source.position(at: problem.offset),
                            message: problem.message))
                })
        }
        hash = SHA256.hash(Array(policyText.utf8)).hex
        policyIDs = policies.policies.map(\.id)
    }

    /// Asks whether the request may go to the candidate: raw, else pseudonymised, else redacted; the first form that is
    /// permitted is the form of the permit.
    public func decide(_ question: AccessQuestion, for candidate: Candidate) -> AccessDecision {
        let entities = question.entities.layered(over: candidate.entities)
        var request = Request(
            principal: question.uid, action: Vocabulary.listModels, resource: candidate.uid, context: question.context)
        var forbidding: [String] = []
        for (form, action) in Vocabulary.forms {
            request.action = action
            let response = policies.isAuthorized(request, entities: entities)
            guard response.errors.isEmpty else {
                return .denial(
                    Denial(
                        destination: candidate.destination, policies: response.errors.map(\.policy), hadErrors: true,
                        faults: response.errors.map(\.description)))
            }
            if response.decision == .allow {
                return .permit(
                    Permit(
                        requestID: question.requestID, destination: candidate.destination, form: form,
                        policies: response.determining))
            }
            for id in response.determining where !forbidding.contains(id) { forbidding.append(id) }
        }
        return .denial(
            Denial(destination: candidate.destination, policies: forbidding, hadErrors: false, faults: []))
    }

    /// Whether the principal may know that the candidate exists (`Action::"list_models"`).
    ///
    /// There is no request yet: its context holds no data, no tools and no tokens, and `time`, `hour` and `weekday` only
    /// if `now` (seconds since 1970, UTC) is given; a policy for every action that needs them fails without, which denies.
    public func mayList(_ principal: Principal, _ candidate: Candidate, now: Int64? = nil) -> Bool {
        let uid = Vocabulary.uid(of: principal)
        let response = policies.isAuthorized(
            Request(
                principal: uid, action: Vocabulary.listModels, resource: candidate.uid,
                context: Vocabulary.context(
                    operation: "list_models", dialect: "",
                    data: DataSummary(counts: [], unscannable: 0, textsScanned: 0), counted: counted, tools: [],
                    estimatedTokens: 0,
                    purpose: nil, clientAddress: nil, now: now)),
            entities: Vocabulary.entities(of: principal, uid).layered(over: candidate.entities))
        return response.decision == .allow && response.errors.isEmpty
    }
}
