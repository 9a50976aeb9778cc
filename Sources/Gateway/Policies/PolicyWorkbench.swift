public import Access
internal import Dialects
public import Inference
internal import JSONText
public import Privacy
internal import Routing
internal import Suggestions

/// Policies with all that is needed to ask them without serving: aliases, providers, and classes of data.
///
/// Providers whose key is missing count as there, so that the answer is the same on every machine. Nothing here can send.
public struct PolicyWorkbench: Sendable {
    /// Why a request can't be asked about.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// There is no such alias, and no alias leads to such a destination.
        case unknownModel(ModelID, suggestion: String?)
        /// The model's providers speak another dialect, and it can't be translated for them.
        case otherDialect(ModelID, RequestSketch.Question)

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .unknownModel(let model, let suggestion):
                "unknown model `\(model)`"
                    + (suggestion.map { ", did you mean `\($0)`?" } ?? ": neither an alias nor a candidate of one")
            case .otherDialect(let model, let question):
                "no provider of `\(model)` serves `\(question.word)`, which can't be translated for them"
            }
        }
    }

    /// The configuration that the policies belong to.
    public let configuration: GatewayConfiguration
    /// The policies.
    public let access: AccessPolicy
    private let providers: [ProviderID: Provider]

    /// Reads the configuration and its policies; throws everything that is wrong with them.
    ///
    /// - Parameters:
    ///   - path: The configuration, as of `ConfigurationLoader.load`.
    ///   - environment: The environment's variables.
    ///   - replacement: Policies to take in place of those that the configuration names.
    public init(
        configuration path: String, environment: [String: String], with replacement: PolicyReplacement? = nil
    ) throws {
        try self.init(
            try ConfigurationLoader.load(
                path: path, environment: environment, assumesSecrets: true, replacing: replacement,
                checksAccess: true))
    }

    /// Makes policies of a configuration ready.
    init(_ configuration: GatewayConfiguration) throws {
        self.configuration = configuration
        access = try AccessPolicy(
            policyText: configuration.accessPolicy.text, source: configuration.accessPolicy.source,
            schemaText: configuration.accessSchema?.text,
            schemaSource: configuration.accessSchema?.source ?? "policies/access.cedarschema",
            counted: CountedClasses(configuration.privacy.knownClasses))
        providers = try configuration.providers.reduce(into: [:]) { $0[$1.id] = try Provider($1) }
    }

    /// The detectors of the configuration; takes milliseconds to make.
    public func detectors() throws -> PrivacyEngine { try PrivacyEngineLoader.engine(configuration.privacy) }

    /// The classes of data that tests may name: those that detectors know.
    public var knownClasses: [DataClass] { configuration.privacy.knownClasses + [.unscannable] }

    /// Whether tests may name a class: detectors know it, or a policy speaks of it, which `privacy.yaml` may define some day.
    func isClass(_ dataClass: DataClass) -> Bool {
        knownClasses.contains(dataClass) || configuration.accessPolicy.text.contains("\"\(dataClass)\"")
    }

    /// Classes that `privacy.yaml` lets nobody send, among some.
    public func blocked(among classes: some Sequence<DataClass>) -> [DataClass] {
        classes.filter { configuration.privacy.treatments[$0] == .block }.sorted()
    }

    /// Where a policy stands: `policies/access.cedar:12:1`.
    public func place(of rule: AccessRule) -> String {
        "\(configuration.accessPolicy.source):\(rule.line):\(rule.column)"
    }

    // MARK: - Candidates

    /// Where a model's name leads.
    struct Lead: Sendable {
        let alias: ResolvedAlias
        let candidates: [RouteCandidate]
    }

    /// The candidates behind an alias, or the one that is named.
    func lead(_ model: ModelID) throws(Failure) -> Lead {
        if let alias = configuration.routing.resolve(model) { return Lead(alias: alias, candidates: alias.candidates) }
        for alias in configuration.routing.listed {
            if let candidate = alias.candidates.first(where: { $0.destination.description == model.rawValue }) {
                return Lead(alias: alias, candidates: [candidate])
            }
        }
        let listed = configuration.routing.listed
        let names = listed.map(\.model.rawValue) + listed.flatMap { $0.candidates.map(\.destination.description) }
        throw .unknownModel(model, suggestion: Spelling.closest(to: model.rawValue, among: names))
    }

    /// The candidates that a request may go to, before policy is asked, and what is asked about them.
    func candidates(
        for sketch: RequestSketch
    ) throws(Failure) -> (question: RequestSketch.Question, candidates: [Candidate]) {
        if let supposed = sketch.supposed { return (sketch.question ?? .send(.chat), [supposed]) }
        let lead = try lead(sketch.model)
        let served = lead.candidates.compactMap { candidate in
            providers[candidate.destination.provider].map { (candidate, $0) }
        }
        let question =
            sketch.question ?? .send(served.contains { $0.1.speaks(.openAI) } || served.isEmpty ? .chat : .messages)
        var candidates: [Candidate] = []
        for (candidate, provider) in served {
            if case .send(let operation) = question, provider.operation(for: operation) == nil { continue }
            candidates.append(provider.candidate(candidate, of: lead.alias))
        }
        guard !candidates.isEmpty else { throw .otherDialect(sketch.model, question) }
        return (question, candidates)
    }

    // MARK: - Asking

    /// What policies say of a request, candidate by candidate in the order of the alias.
    public func answers(to sketch: RequestSketch) throws(Failure) -> [PolicyAnswer] {
        if case .administer(let function) = sketch.question { return [administering(sketch, function)] }
        let (question, candidates) = try candidates(for: sketch)
        switch question {
        case .administer, .listModels: return candidates.map { listing(sketch, $0) }
        case .send(let operation):
            let asked = self.question(sketch, operation)
            return candidates.map { candidate in
                sketch.blocked.isEmpty ? answer(asked, candidate) : Self.blocked(candidate.destination)
            }
        }
    }

    /// The policies that decided some action on the way to the answers, by id: the form that was taken, those before it, and tools.
    public func determining(_ sketch: RequestSketch) throws(Failure) -> Set<String> {
        if case .administer(let function) = sketch.question { return Set(administering(sketch, function).policies) }
        let (question, candidates) = try candidates(for: sketch)
        guard case .send(let operation) = question else {
            return candidates.reduce(into: []) { $0.formUnion(listing(sketch, $1).policies) }
        }
        guard sketch.blocked.isEmpty else { return [] }
        let asked = self.question(sketch, operation)
        var determining: Set<String> = []
        for candidate in candidates {
            var isSettled = false
            for action in access.explain(asked, for: candidate).actions.map(\.decision) {
                // Once a form is permitted, only tools are still asked about.
                if isSettled, action.action != .useTool { continue }
                determining.formUnion(action.policies)
                if action.isAllowed { isSettled = true }
            }
        }
        return determining
    }

    static func blocked(_ destination: Destination) -> PolicyAnswer {
        PolicyAnswer(
            destination: destination, outcome: .blocked, policies: [], tool: nil, faults: [])
    }

    /// The question for policies.
    func question(_ sketch: RequestSketch, _ operation: Operation) -> AccessQuestion {
        access.question(
            requestID: RequestID(high: 0, low: 0), principal: sketch.principal, operation: operation,
            dialect: operation.dialect, data: sketch.data, tools: sketch.tools,
            estimatedTokens: sketch.estimatedTokens, purpose: sketch.purpose?.rawValue,
            clientAddress: sketch.clientAddress, now: sketch.time)
    }

    private func answer(_ question: AccessQuestion, _ candidate: Candidate) -> PolicyAnswer {
        switch access.decide(question, for: candidate) {
        case .permit(let permit):
            PolicyAnswer(
                destination: candidate.destination, outcome: .form(permit.form), policies: permit.policies, tool: nil,
                faults: [])
        case .denial(let denial):
            PolicyAnswer(
                destination: candidate.destination, outcome: .denied, policies: denial.policies, tool: denial.tool,
                faults: denial.faults)
        }
    }

    private func listing(_ sketch: RequestSketch, _ candidate: Candidate) -> PolicyAnswer {
        let decision = access.listing(
            sketch.principal, candidate, clientAddress: sketch.clientAddress, now: sketch.time)
        return PolicyAnswer(
            destination: candidate.destination, outcome: decision.isAllowed ? .permitted : .denied,
            policies: decision.policies, tool: nil, faults: decision.faults)
    }

    private func administering(_ sketch: RequestSketch, _ function: String) -> PolicyAnswer {
        let decision = access.mayAdminister(
            sketch.principal, function: function, clientAddress: sketch.clientAddress, now: sketch.time)
        return PolicyAnswer(
            destination: Destination(provider: ProviderID("gateway"), model: "sallyport"),
            outcome: decision.isAllowed ? .permitted : .denied, policies: decision.policies, tool: nil,
            faults: decision.faults)
    }
}
