internal import Cedar
public import Inference

/// The gateway's access policies: which principal may send which data to which model, and in which form; which tools a model may
/// be given; who sees which model; and who may administer the gateway.
///
/// Cedar's rules hold (denied by default, a `forbid` beats every `permit`) with one difference: where Cedar skips a policy
/// that can't be evaluated, here it denies, since a `forbid` that fails must not open the gate.
public final class AccessPolicy: Sendable {
    /// The policies in the order of the text.
    public let rules: [AccessRule]

    /// What is strange about the policies, though they are sound, such as one that can never apply: file, line, column and
    /// message.
    public let warnings: [String]

    let declared: DeclaredVocabulary
    let policies: PolicySet
    /// What the policies were validated against.
    let schema: Schema
    /// The classes of data that there are.
    let classes: [String]
    /// Whether some policy looks at `context.tool`, so that tools may differ.
    private let distinguishesTools: Bool

    /// Parses policies and the schema that they are checked against.
    ///
    /// `source` and `schemaSource` are the files' names in messages; without a schema the gateway's own words are all; `counted` are
    /// the classes of data that detectors and the house's own word lists know. Throws everything that is wrong at once, each with file, line and column.
    public init(
        policyText: String, source: String, schemaText: String? = nil,
        schemaSource: String = "policies/access.cedarschema", counted: CountedClasses = .basic
    ) throws(AccessPolicyError) {
        let classes = counted.zeros.fields.map(\.name)
        do throws(PolicyErrors) {
            let gateway = try Schema(
                parsing: Vocabulary.schemaText(counted: classes), source: "the gateway's own schema")
            var errors: [PolicyError] = []
            var house = gateway
            if let schemaText {
                house =
                    try Self.collect(&errors) { () throws(PolicyErrors) in
                        try Schema(parsing: schemaText, source: schemaSource)
                    } ?? gateway
                if errors.isEmpty {
                    errors = SchemaAgreement(house: house, gateway: gateway, counted: classes).problems
                }
            }
            // With a schema that is wrong, what it says of the policies is, too.
            let isSound = errors.isEmpty
            let parsed = try Self.collect(&errors) { () throws(PolicyErrors) in
                try PolicySet(parsing: policyText, source: source)
            }
            if isSound, let parsed {
                let review = PolicyReview(parsed, house, classes: classes)
                errors += review.errors
                warnings = review.warnings.map(\.description)
            } else {
                warnings = []
            }
            guard let parsed, errors.isEmpty else { throw PolicyErrors(errors) }
            policies = parsed
            schema = house
            self.classes = classes
            declared = DeclaredVocabulary(house, gateway: gateway)
        } catch {
            throw AccessPolicyError(problems: error.errors.map(AccessPolicyError.Problem.init))
        }
        rules = policies.policies.map { [policies] in AccessRule($0, at: policies.source.position(at: $0.offset)) }
        distinguishesTools = policies.policies.contains { policy in
            policy.conditions.contains { $0.body.readPaths.contains { $0.mayReach("context", "tool") } }
        }
    }

    /// The entities that policies name, in the order of the text: a name that nothing else knows is hardly meant.
    public var namedEntities: [NamedEntity] {
        var found: [(uid: EntityUID, offset: Int)] = []
        for policy in policies.policies {
            found += policy.scopeEntities
            for condition in policy.conditions { condition.body.collectEntities(&found) }
        }
        return found.filter { $0.uid.type != Vocabulary.action }.map { uid, offset in
            NamedEntity(
                type: uid.type, id: uid.id,
                place: "\(policies.source.name):\(policies.source.position(at: offset))")
        }
    }

    /// The ids of all policies in the order of the text.
    public var policyIDs: [String] { rules.map(\.id) }

    /// Runs what may throw errors; those are collected.
    private static func collect<Result>(
        _ errors: inout [PolicyError], _ body: () throws(PolicyErrors) -> Result
    ) throws(PolicyErrors) -> Result? {
        do throws(PolicyErrors) {
            return try body()
        } catch {
            errors += error.errors
            return nil
        }
    }

    /// Puts a question together.
    ///
    /// `now` is the time in seconds since 1970, UTC; `clientAddress` an IP address in text form, left out of the context
    /// if it is none; `purpose` what the caller says it needs the answer for; `estimatedTokens` those of the prompt.
    public func question(
        requestID: RequestID, principal: Principal, operation: Operation, dialect: Dialect, data: DataSummary,
        tools: [String] = [], estimatedTokens: Int, purpose: String? = nil, clientAddress: String? = nil, now: Int64
    ) -> AccessQuestion {
        AccessQuestion(
            requestID: requestID, principal: principal, tools: tools, asker: Vocabulary.asker(principal, declared),
            context: Vocabulary.context(
                operation: operation.rawValue, dialect: dialect.rawValue, data: data, counts: declared.zeros,
                tools: tools, estimatedTokens: estimatedTokens, purpose: purpose, clientAddress: clientAddress,
                now: now), clientAddress: clientAddress)
    }

    /// A refusal in words: what is refused, the policies that did it, and their `@reason`s.
    public func refusal(_ what: String, _ policies: [String]) -> String {
        guard !policies.isEmpty else { return "\(what): no policy permits it" }
        let named = policies.map { id in
            rules.first { $0.id == id }?.reason.map { "\(id) (\($0))" } ?? id
        }
        return "\(what): \(named.joined(separator: ", "))"
    }

    /// Asks whether the request may go to the candidate: raw, else pseudonymised, else redacted; the first form that is
    /// permitted is the form of the permit. Each tool of the request must be permitted there too.
    public func decide(_ question: AccessQuestion, for candidate: Candidate) -> AccessDecision {
        let entities = question.asker.entities.layered(over: candidate.entities)
        func denial(_ policies: [String], _ faults: [String], tool: String? = nil) -> AccessDecision {
            .denial(
                Denial(
                    destination: candidate.destination, policies: policies, tool: tool, hadErrors: !faults.isEmpty,
                    faults: faults))
        }
        if !question.asker.faults.isEmpty { return denial([], question.asker.faults) }
        var request = Request(
            principal: question.asker.uid, action: Vocabulary.forms[0].action.uid, resource: candidate.uid,
            context: question.context)
        var forbidding: [String] = []
        for (form, action) in Vocabulary.forms {
            request.action = action.uid
            let response = policies.isAuthorized(request, entities: entities)
            guard response.errors.isEmpty else {
                return denial(response.errors.map(\.policy), response.errors.map(\.description))
            }
            if response.decision == .allow {
                if !question.tools.isEmpty, let refused = refusedTool(question, candidate, entities) {
                    return denial(refused.policies, refused.faults, tool: refused.tool)
                }
                return .permit(
                    Permit(
                        requestID: question.requestID, destination: candidate.destination, form: form,
                        policies: response.determining))
            }
            for id in response.determining where !forbidding.contains(id) { forbidding.append(id) }
        }
        return denial(forbidding, [])
    }

    /// Whether the principal may know that the candidate exists (`Action::"list_models"`), at `now`, seconds since 1970, UTC.
    /// There is no request yet: its context holds no data, no tools and no tokens.
    public func mayList(
        _ principal: Principal, _ candidate: Candidate, clientAddress: String? = nil, now: Int64
    ) -> Bool {
        listing(principal, candidate, clientAddress: clientAddress, now: now).isAllowed
    }

    /// The same with the policies that decide.
    public func listing(
        _ principal: Principal, _ candidate: Candidate, clientAddress: String? = nil, now: Int64
    ) -> ActionDecision {
        let asker = Vocabulary.asker(principal, declared)
        return decide(
            .listModels, asker, candidate.uid, asker.entities.layered(over: candidate.entities),
            emptyContext("list_models", clientAddress: clientAddress, now: now))
    }

    /// Whether the principal may use the functions of the gateway that are for its operators (`Action::"administer"` of
    /// `Gateway::"sallyport"`), at `now`, seconds since 1970, UTC. `function` is the context's `operation`, such as `reload`.
    public func mayAdminister(
        _ principal: Principal, function: String, clientAddress: String? = nil, now: Int64
    ) -> ActionDecision {
        let asker = Vocabulary.asker(principal, declared)
        return decide(
            .administer, asker, Vocabulary.gatewayItself.uid,
            asker.entities.layered(over: Entities(closed: [Vocabulary.gatewayItself])),
            emptyContext(function, clientAddress: clientAddress, now: now))
    }

    /// Asks about one action; a policy that can't be evaluated denies.
    func decide(
        _ action: AccessAction, tool: String? = nil, _ asker: Asker, _ resource: EntityUID, _ entities: Entities,
        _ context: Record
    ) -> ActionDecision {
        guard asker.faults.isEmpty else {
            return ActionDecision(action: action, tool: tool, isAllowed: false, policies: [], faults: asker.faults)
        }
        let response = policies.isAuthorized(
            Request(principal: asker.uid, action: action.uid, resource: resource, context: context), entities: entities)
        return ActionDecision(
            action: action, tool: tool, isAllowed: response.errors.isEmpty && response.decision == .allow,
            policies: response.errors.isEmpty ? response.determining : response.errors.map(\.policy),
            faults: response.errors.map(\.description))
    }

    /// The context of `use_tool`.
    func context(of question: AccessQuestion, tool: String) -> Record {
        question.context.merging([Record.Field("tool", .string(tool))])
    }

    private func emptyContext(_ operation: String, clientAddress: String?, now: Int64) -> Record {
        Vocabulary.context(
            operation: operation, dialect: "", data: DataSummary(counts: [], unscannable: 0, textsScanned: 0),
            counts: declared.zeros, tools: [], estimatedTokens: 0, purpose: nil, clientAddress: clientAddress, now: now)
    }

    /// More tools than this are refused rather than asked for one by one: providers take 128.
    private static let mostTools = 1_024

    /// The first tool of the request that may not be used at the candidate. Where no policy tells tools apart, the answer for one
    /// is the answer for all.
    private func refusedTool(
        _ question: AccessQuestion, _ candidate: Candidate, _ entities: Entities
    ) -> ActionDecision? {
        if distinguishesTools, question.tools.count > Self.mostTools {
            return ActionDecision(
                action: .useTool, tool: nil, isAllowed: false, policies: [],
                faults: ["the request defines more than \(Self.mostTools) tools"])
        }
        for tool in distinguishesTools ? question.tools[...] : question.tools.prefix(1) {
            let decision = decide(
                .useTool, tool: tool, question.asker, candidate.uid, entities, context(of: question, tool: tool))
            if !decision.isAllowed { return decision }
        }
        return nil
    }
}
