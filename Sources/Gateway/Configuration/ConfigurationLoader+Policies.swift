internal import Access
internal import Inference
internal import Privacy
internal import RemoteAnalyzer
internal import Rollout
internal import Routing
internal import Suggestions

/// What stands in the folder `policies`.
struct ReadPolicies {
    let aliases: [ModelAlias]
    let aliasNames: [String]
    let prices: PriceTable
    let limits: ReadLimits
    let privacy: PrivacySettings
    let payloads: PayloadSettings
    let analyzer: RemoteAnalyzer.Settings?
    let principals: PrincipalDirectory
    let rollouts: [RolloutPlan]
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
        let prices = prices(section)
        let models = document("models")
        // Also those whose providers wait for a key.
        let names = models.section("aliases").named.map(\.key)
        let aliases = aliases(models, providers: providers, prices: prices)
        let principals = principals(document("principals"))
        let limits = requestLimits(
            document("limits"),
            LimitNames(
                teams: principals.tenants.keys.sorted(), models: names,
                providers: providers.map(\.settings.id.rawValue)))
        let privacyDocument = document("privacy")
        let privacy = privacy(privacyDocument)
        let analyzer = analyzer(privacyDocument.section("analyzer"), privacy)
        let payloads = payloads(
            privacyDocument.section("payloads"),
            PayloadNames(providers: providers.map(\.settings.id.rawValue), principals: principals))
        privacyDocument.finish()
        let rollouts = file("rollouts", "rollouts.yaml")
        let plans = rolloutPlans(
            rollouts.field == nil
                ? reading.optionalDocument(rollouts.path) : reading.document(rollouts.path, namedAt: rollouts.field),
            aliases: names, providers: providers,
            prices: RolloutPrices(routing: RoutingTable(aliases), prices: prices) { id in
                providers.first { $0.settings.id == id }?.settings
            })
        section.finish()
        return ReadPolicies(
            aliases: aliases, aliasNames: names, prices: prices, limits: limits, privacy: privacy, payloads: payloads,
            analyzer: analyzer,
            principals: principals, rollouts: plans,
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

    static func unknown(_ what: String, _ name: String, among known: [String]) -> String {
        let hint =
            Spelling.closest(to: name, among: known).map { ", did you mean `\($0)`?" }
            ?? (known.isEmpty ? "" : ": known are " + Spelling.alternatives(known).replacing(" or ", with: " and "))
        return "unknown \(what) `\(name)`\(hint)"
    }
}
