internal import Access
internal import Inference
internal import Limits
internal import Privacy
internal import RemoteAnalyzer
internal import Routing

/// What stands in the folder `policies`.
struct ReadPolicies {
    let aliases: [ModelAlias]
    let limits: RequestLimits
    let privacy: PrivacySettings
    let payloads: PayloadSettings
    let analyzer: RemoteAnalyzer.Settings?
    let principals: PrincipalDirectory
    let access: GatewayConfiguration.PolicyText
    let schema: GatewayConfiguration.PolicyText?
    let set: PolicySetFiles
}

extension ConfigurationLoader {
    static func policies(_ section: ConfigurationSection, providers: [ReadProvider]) -> ReadPolicies {
        let reading = section.reading
        let before = reading.files.count
        func file(_ key: String, _ standard: String) -> (path: String, field: ConfigurationField?) {
            let field = section.field(key)
            let path = field?.path() ?? ConfigurationPath.resolve("policies/\(standard)", besides: section.source)
            return (reading.policyFile(path, isAccess: key == "access"), field)
        }
        func document(_ key: String) -> ConfigurationSection {
            let (path, field) = file(key, "\(key).yaml")
            return reading.document(path, namedAt: field)
        }
        let access = file("access", "access.cedar")
        let text = reading.text(access.path, namedAt: access.field)
        // Without the file the gateway's own words are all there are; one that is named must be there.
        let schema = file("schema", "access.cedarschema")
        let schemaText =
            schema.field == nil
            ? reading.optionalText(schema.path) : reading.text(schema.path, namedAt: schema.field)
        let aliases = aliases(document("models"), providers: providers)
        let principals = principals(document("principals"))
        let limits = requestLimits(document("limits"), teams: principals.tenants.keys.sorted())
        let privacyDocument = document("privacy")
        let privacy = privacy(privacyDocument)
        let analyzer = analyzer(privacyDocument.section("analyzer"), privacy)
        let payloads = payloads(
            privacyDocument.section("payloads"),
            PayloadNames(providers: providers.map(\.settings.id.rawValue), principals: principals))
        privacyDocument.finish()
        section.finish()
        return ReadPolicies(
            aliases: aliases, limits: limits, privacy: privacy, payloads: payloads, analyzer: analyzer,
            principals: principals,
            access: GatewayConfiguration.PolicyText(source: access.path, text: text ?? ""),
            schema: schemaText.map { GatewayConfiguration.PolicyText(source: schema.path, text: $0) },
            set: PolicySetFiles(reading.files[before...]))
    }

    /// Reports what is wrong with the access policies and their schema.
    static func checkAccess(_ policies: ReadPolicies, _ reading: ConfigurationReading) {
        do throws(AccessPolicyError) {
            _ = try AccessPolicy(
                policyText: policies.access.text, source: policies.access.source, schemaText: policies.schema?.text,
                schemaSource: policies.schema?.source ?? GatewayConfiguration.standardSchema,
                counted: CountedClasses(policies.privacy.knownClasses))
        } catch {
            for problem in error.problems {
                reading.report(
                    problem.source, YAMLNode.Position(line: problem.line, column: problem.column), problem.message)
            }
        }
    }

    // MARK: models.yaml

    private static func aliases(_ root: ConfigurationSection, providers: [ReadProvider]) -> [ModelAlias] {
        let aliases = root.section("aliases").named.compactMap { alias($0, providers: providers) }
        root.finish()
        return aliases.filter { !$0.candidates.isEmpty }
    }

    private static func alias(_ field: ConfigurationField, providers: [ReadProvider]) -> ModelAlias? {
        let section = field.section
        let strategy = section.field("strategy")?.choice(ModelAlias.Strategy.self) ?? .ordered
        let list = section.required("candidates", "a list of `{provider: name, model: name}`")
        section.finish()
        let isPattern = field.key.hasSuffix("*")
        let stem = isPattern ? field.key.dropLast() : field.key[...]
        guard isModelName(field.key), !stem.contains("*") else {
            field.reportKey(
                "`\(field.key)`: expected a model's name without spaces, of at most 256 bytes, with `*` only as its end"
            )
            return nil
        }
        guard let fields = list?.elements(of: "`{provider: name, model: name}`") else { return nil }
        if !(1...16).contains(fields.count) { list?.report("expected 1 to 16 candidates, found \(fields.count)") }
        var candidates: [RouteCandidate] = []
        var seen: Set<Destination> = []
        for field in fields {
            guard let (candidate, isRoutable) = candidate(field, isPattern: isPattern, providers: providers)
            else { continue }
            if !seen.insert(candidate.destination).inserted {
                field.report("`\(candidate.destination)` stands here twice")
            }
            if isRoutable { candidates.append(candidate) }
        }
        return ModelAlias(id: ModelID(field.key), strategy: strategy, candidates: candidates)
    }

    private static func candidate(
        _ field: ConfigurationField, isPattern: Bool, providers: [ReadProvider]
    ) -> (RouteCandidate, isRoutable: Bool)? {
        let section = field.section
        let provider = section.required("provider", "the name of a provider")
        let model = section.required("model", "the provider's name of a model")
        let price = section.field("price").flatMap { tokenPrice($0.section) }
        let window = section.field("context_window")?.integer(in: 1...1_000_000_000)
        let output = section.field("max_output")?.integer(in: 1...1_000_000_000)
        section.finish()
        guard let name = provider?.string("the name of a provider"),
            let modelName = model?.string("the name of a model")
        else { return nil }
        let known = providers.first { $0.settings.id.rawValue == name }
        if known == nil { provider?.report(unknown("provider", name, among: providers.map(\.settings.id.rawValue))) }
        if modelName == "*", !isPattern {
            model?.report("`*` stands for the rest of the alias's name, so that must end in `*`")
        } else if modelName != "*", !isModelName(modelName) || modelName.contains("*") {
            model?.report("expected a model's name without spaces and `*`, of at most 256 bytes")
        }
        let candidate = RouteCandidate(
            destination: Destination(provider: ProviderID(name), model: modelName), price: price, contextWindow: window,
            maximumOutput: output)
        return (candidate, known?.settings.isRoutable ?? true)
    }

    private static func tokenPrice(_ section: ConfigurationSection) -> TokenPrice? {
        let input = section.required("input_usd_per_million", "US dollars per million tokens")?.nanoUSDPerToken()
        let output = section.required("output_usd_per_million", "US dollars per million tokens")?.nanoUSDPerToken()
        section.finish()
        guard let input, let output else { return nil }
        return TokenPrice(input: input, output: output)
    }

    private static func isModelName(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    // MARK: limits.yaml

    private static func requestLimits(_ root: ConfigurationSection, teams known: [String]) -> RequestLimits {
        let eachKey = root.field("default").flatMap { rate($0) }
        var limits = RequestLimits(eachKey: eachKey)
        for field in root.section("keys").named {
            let digits = field.key.utf8.dropFirst(4)
            let isID =
                field.key.hasPrefix("key_") && digits.count == 12
                && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            if !isID {
                field.reportKey(
                    "`\(field.key)`: expected a key's id such as `key_0123456789ab` (see `sallyport keys list`)")
            }
            limits.keys[field.key] = rate(field)
        }
        for field in root.section("principals").named { limits.principals[field.key] = rate(field) }
        for field in root.section("teams").named {
            if !known.contains(field.key) { field.reportKey(unknown("team", field.key, among: known)) }
            limits.teams[field.key] = rate(field)
        }
        root.finish()
        return limits
    }

    private static func rate(_ field: ConfigurationField) -> RequestRate? {
        let section = field.section
        let perMinute = section.required("requests_per_minute", "a whole number")?.integer(in: 0...RequestRate.maximum)
        let burst = section.field("burst")?.integer(in: 1...RequestRate.maximum)
        section.finish()
        return perMinute.flatMap { RequestRate(perMinute: $0, burst: burst) }
    }

    static func unknown(_ what: String, _ name: String, among known: [String]) -> String {
        let hint =
            Suggestion.nearest(to: name, among: known).map { ", did you mean `\($0)`?" }
            ?? (known.isEmpty ? "" : ": known are " + Suggestion.alternatives(known).replacing(" or ", with: " and "))
        return "unknown \(what) `\(name)`\(hint)"
    }
}
