import ArgumentParser
import Evaluation
import EvaluationRunner
import EvaluationStore
import Foundation
import Gateway
import Inference
import Privacy
import Routing

/// Everything that a run needs to know before it begins: the suite, its candidates, what they may cost, what the gateway is.
struct EvaluatePreparation {
    let settings: RunSettings
    /// Where paths of the suite are seen from.
    let folder: String
    let gate: Gate?
    /// The configuration of the gateway on this machine; `nil`: none.
    let gateway: GatewayConfiguration?
    private let estimate: CostEstimate

    init(_ verb: EvaluateRun) throws {
        let loaded = try SuiteFolder.load(path: verb.suite, judge: verb.judge, prompt: verb.prompt)
        folder = loaded.folder
        let path = verb.configuration.path
        gateway =
            FileManager.default.fileExists(atPath: path)
            ? try ConfigurationLoader.load(
                path: path, environment: verb.configuration.environment, assumesSecrets: true) : nil
        let names = verb.candidates.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
        let wanted = names ?? loaded.models
        guard !wanted.isEmpty else {
            throw ValidationError("name candidates with --candidates, or `models` in the suite")
        }
        var settings = RunSettings(
            suite: loaded.suite,
            candidates: try CandidateNames.read(wanted, models: loaded.models, methods: loaded.methods))
        settings.baseline = try Self.baseline(verb.baseline, settings.candidates)
        settings.seed = verb.seed
        settings.suiteDigest = loaded.digest
        settings.concurrency = verb.concurrency
        settings.retries = verb.retries
        settings.usesOldAnswers = !verb.noCache
        settings.anew = verb.restart
        settings.limit = verb.maxUsd.map { Money(nanoUSD: Int64(($0 * 1e9).rounded(.down))) }
        if verb.race {
            var rules = RunSettings.RaceRules()
            rules.alpha = verb.raceError
            rules.indifference = verb.raceIndifference
            settings.race = rules
        }
        try Self.addGateway(&settings, gateway)
        settings.findings = try Self.findings(settings.suite, verb.gate, gateway)
        settings.passages = try Self.passages(settings.candidates, loaded.folder)
        let suite = settings.suite
        gate = try verb.gate.map { text in
            try Gate(
                text, scorers: Array(Set((suite.scorers + suite.cases.flatMap(\.scorers)).map(\.name))).sorted(),
                tags: Array(Set(suite.cases.flatMap(\.tags))).sorted())
        }
        self.settings = settings
        estimate = Self.estimate(settings)
    }

    private static func baseline(_ name: String?, _ candidates: [Candidate]) throws -> Int {
        guard let name else { return 0 }
        guard let place = candidates.firstIndex(where: { $0.name == name || $0.name == "\(name)/zero-shot" }) else {
            let names = candidates.map { "`\($0.name)`" }.joined(separator: ", ")
            throw ValidationError("--baseline `\(name)` is no candidate: there are \(names)")
        }
        return place
    }

    /// What stands behind the aliases, where the gateway is one of this machine.
    private static func addGateway(_ settings: inout RunSettings, _ gateway: GatewayConfiguration?) throws {
        guard let gateway else { return }
        settings.policyHash = gateway.policySet.hash
        settings.gateway = EvaluationTreatment.digest(gateway)
        var models = Set(settings.candidates.map(\.model))
        for scorer in settings.suite.scorers + settings.suite.cases.flatMap(\.scorers) {
            if case .judge(let judge) = scorer.rule { models.insert(judge.model) }
        }
        for model in models {
            guard let alias = gateway.routing.resolve(ModelID(model)) else {
                let names = gateway.routing.listed.map(\.alias.rawValue)
                throw ValidationError(
                    "\(gateway.source): unknown model `\(model)`: there are \(names.sorted().joined(separator: ", "))")
            }
            settings.bounds[model] = ModelBounds(
                places: alias.candidates.map {
                    ModelBounds.Place(
                        price: $0.price, contextWindow: $0.contextWindow, maximumOutput: $0.maximumOutput)
                }, isHedged: alias.terms.hedge != nil,
                name: alias.candidates.map(\.destination.description).sorted().joined(separator: ","))
        }
    }

    /// Looks through answers with this machine's engine, where anybody asks for that.
    private static func findings(
        _ suite: Suite, _ gate: String?, _ gateway: GatewayConfiguration?
    ) throws -> (@Sendable (String) throws -> [DataClass: Int])? {
        let isAsked =
            gate?.contains("leak_rate") == true
            || (suite.scorers + suite.cases.flatMap(\.scorers)).contains { scorer in
                if case .leak = scorer.rule { true } else { false }
            }
        guard isAsked else { return nil }
        let engine = try PrivacyEngineLoader.engine(gateway?.privacy ?? PrivacySettings())
        return { text in
            var text = text
            let found = try text.withUTF8 { try engine.inspect(text: UnsafeRawBufferPointer($0)) }
            return found.reduce(into: [:]) { $0[$1.dataClass, default: 0] += 1 }
        }
    }

    private static func passages(
        _ candidates: [Candidate], _ folder: String
    ) throws -> (@Sendable (Retrieval, String) throws -> [Passage])? {
        var indexes: [String: PassageIndex] = [:]
        for candidate in candidates {
            guard let retrieval = candidate.method.retrieval, indexes[retrieval.index] == nil else { continue }
            let path = retrieval.index.hasPrefix("/") ? retrieval.index : folder + retrieval.index
            indexes[retrieval.index] = try PassageIndex(folder: path)
        }
        guard !indexes.isEmpty else { return nil }
        return { [indexes] retrieval, query in
            try indexes[retrieval.index]?.nearest(to: query, count: retrieval.count) ?? []
        }
    }

    // MARK: - What it will cost

    private static func estimate(_ settings: RunSettings) -> CostEstimate {
        let plan = RunPlan(settings.suite, candidates: settings.candidates, seed: settings.seed)
        var estimate = CostEstimate()
        for number in 0..<plan.stepCount {
            guard let requests = try? plan.requests(number) else { continue }
            for request in requests { add(request, settings, &estimate) }
        }
        return estimate
    }

    private static func add(_ request: EvaluationRequest, _ settings: RunSettings, _ estimate: inout CostEstimate) {
        let bounds = settings.bounds[request.model]
        estimate.add(
            request, price: bounds?.price,
            mostOutput: bounds?.places.compactMap(\.maximumOutput).max() ?? 4_096)
    }

    /// Prints what is going to be asked and what it may cost; throws where the budget can't be enough.
    func tellPlan() throws {
        let plan = RunPlan(settings.suite, candidates: settings.candidates, seed: settings.seed)
        let judges = plan.judgeRequestCount
        complain(
            "\(settings.suite.name): \(settings.suite.cases.count) cases × \(settings.candidates.count) candidates, "
                + "\(plan.requestCount) requests" + (judges > 0 ? " and \(judges) to judges" : ""))
        let (least, expected, most) = (estimate.least.usd, estimate.expected.usd, estimate.most.usd)
        complain("estimate: \(expected) USD, from \(least) to \(most)" + (judges > 0 ? ", judges not counted" : ""))
        if !estimate.unpriced.isEmpty {
            let names = estimate.unpriced.map { "`\($0)`" }.joined(separator: ", ")
            complain("no price is known of \(names): what they cost is not in it")
        }
        guard let limit = settings.limit else { return }
        if !estimate.unpriced.isEmpty {
            complain(
                "so --max-usd can't be kept: give them a price in policies/models.yaml, or name the gateway's --config")
            throw ExitCode(2)
        }
        if let unbounded = settings.bounds.first(where: {
            $0.value.places.contains { $0.maximumOutput == nil && !$0.isFree }
        }),
            settings.candidates.contains(where: {
                $0.model == unbounded.key && $0.method.sampling.maximumTokens == nil
            })
        {
            complain(
                "answers of `\(unbounded.key)` have no bound, so --max-usd can't be kept: give the method `max_tokens`, or the model "
                    + "`max_output` in policies/models.yaml")
            throw ExitCode(2)
        }
        if estimate.least > limit {
            complain("that is more than --max-usd \(limit.usd) in any case")
            throw ExitCode(2)
        }
    }
}

/// What a gateway does to requests on their way.
private enum EvaluationTreatment {
    /// Files of a policy set that change no request's text.
    private static let others = ["limits.yaml", "models.yaml", "prices.csv", "principals.yaml", "rollouts.yaml"]

    /// A digest of the policies for privacy and access: answers of before they changed are not taken for those of now.
    static func digest(_ gateway: GatewayConfiguration) -> String {
        var text = ""
        for path in gateway.policySet.paths {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            guard !others.contains(name), let data = FileManager.default.contents(atPath: path) else { continue }
            text += "\(name) \(EvaluationDigest.hex(data))\n"
        }
        return EvaluationDigest.hex(Data(text.utf8))
    }
}
