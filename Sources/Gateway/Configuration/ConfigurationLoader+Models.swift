internal import Inference
internal import Routing
internal import Suggestions

/// `policies/models.yaml`.
extension ConfigurationLoader {
    static func aliases(
        _ root: ConfigurationSection, providers: [ReadProvider], prices: PriceTable
    ) -> [ModelAlias] {
        let reader = ModelsReader(providers: providers, prices: prices)
        let aliases = root.section("aliases").named.compactMap { reader.alias($0) }
        root.finish()
        return aliases.filter { !$0.candidates.isEmpty }
    }
}

/// Reads aliases, knowing which providers there are and what models cost.
private struct ModelsReader {
    let providers: [ReadProvider]
    let prices: PriceTable

    func alias(_ field: ConfigurationField) -> ModelAlias? {
        let section = field.section
        let strategy = section.field("strategy")?.choice(ModelAlias.Strategy.self) ?? .ordered
        let terms = terms(section, strategy: strategy)
        let list = section.required("candidates", "a list of `{provider: name, model: name}`")
        section.finish()
        let isPattern = field.key.hasSuffix("*")
        let stem = isPattern ? field.key.dropLast() : field.key[...]
        guard Self.isModelName(field.key), !stem.contains("*") else {
            field.reportKey(
                "`\(field.key)`: expected a model's name without spaces, of at most 256 bytes, with `*` only as its end"
            )
            return nil
        }
        guard let fields = list?.elements(of: "`{provider: name, model: name}`") else { return nil }
        if !(1...16).contains(fields.count) { list?.report("expected 1 to 16 candidates, found \(fields.count)") }
        var candidates: [RouteCandidate] = []
        var seen: Set<Destination> = []
        for (number, field) in fields.enumerated() {
            for (candidate, isRoutable) in self.candidates(field, number: number, isPattern: isPattern) {
                if !seen.insert(candidate.destination).inserted {
                    field.report("`\(candidate.destination)` stands here twice")
                }
                if isRoutable { candidates.append(candidate) }
            }
        }
        if terms.probe != nil, field.key.hasSuffix("*") {
            section.field("probe")?.report("a name that stands for many can't be probed")
        }
        if terms.hedge != nil, seen.count < 2 {
            section.field("hedge")?.report("there has to be a second candidate that can be asked")
        }
        return ModelAlias(id: ModelID(field.key), strategy: strategy, terms: terms, candidates: candidates)
    }

    // MARK: - What holds for an alias

    private func terms(_ section: ConfigurationSection, strategy: ModelAlias.Strategy) -> ModelAlias.Terms {
        var terms = ModelAlias.Terms()
        let hints = section.field("caller_strategies")
        for field in hints?.elements(of: "strategies") ?? [] {
            if let choice = field.choice(ModelAlias.Strategy.self) { terms.callerStrategies.insert(choice) }
        }
        let saved = section.field("usd_per_second_saved")
        if let amount = saved?.nanoUSD() { terms.secondSaved = Money(nanoUSD: amount) }
        if saved == nil, strategy == .balanced || terms.callerStrategies.contains(.balanced) {
            section.reading.report(
                section.source, section.position,
                "`\(section.name).usd_per_second_saved` is missing: `balanced` has to know what a second is worth, "
                    + "in US dollars such as `0.0005`")
        }
        terms.maximumCost = section.field("max_cost_usd")?.nanoUSD().map { Money(nanoUSD: $0) }
        terms.maximumFirstToken = section.field("max_first_token_ms")?.integer(in: 1...3_600_000)
            .map { UInt64($0) * 1_000_000 }
        terms.affinity = section.field("affinity")?.milliseconds(in: 1_000...86_400_000).map { UInt64($0) * 1_000_000 }
        terms.keeping = section.field("cache").flatMap { keeping($0.section) }
        terms.hedge = section.field("hedge").flatMap(hedge)
        terms.probe = section.field("probe").flatMap { probe($0.section) }
        let known = Set(providers.compactMap(\.settings.region)).sorted()
        let regions = section.field("regions")
        if let fields = regions?.elements(of: "regions") {
            // Read as it stands, no candidate could ever be tried; who writes it means any.
            if fields.isEmpty {
                regions?.report(
                    "expected at least one region, such as `[\(known.first ?? "eu-central-1")]`; without `regions` any will do"
                )
            }
            terms.regions = Set(
                fields.compactMap { field in
                    guard let region = field.word("a region") else { return nil }
                    if !known.contains(region) {
                        field.report(ConfigurationLoader.unknown("region", region, among: known))
                    }
                    return region
                })
        }
        return terms
    }

    private enum Sharing: String, CaseIterable {
        case tenant, principal
    }

    private func keeping(_ section: ConfigurationSection) -> ModelAlias.Keeping? {
        let time = section.required("for", "a duration such as `1h`")
        let sharing = section.field("per")?.choice(Sharing.self)
        section.finish()
        return time?.milliseconds(in: 1_000...86_400_000).map {
            ModelAlias.Keeping(milliseconds: Int64($0), isPerPrincipal: sharing == .principal)
        }
    }

    private func probe(_ section: ConfigurationSection) -> ModelAlias.Probe? {
        let after = section.required("after", "a duration such as `60s`")?.milliseconds(in: 1_000...86_400_000)
        let kind = section.field("with")?.choice(ModelAlias.Probe.Kind.self)
        section.finish()
        return after.map { ModelAlias.Probe(after: UInt64($0) * 1_000_000, kind: kind ?? .chat) }
    }

    private func hedge(_ field: ConfigurationField) -> ModelAlias.Hedge? {
        let section = field.section
        let after = section.field("after")
        let share = section.required("max_cost_share", "a share such as `10%`")
        section.finish()
        var patience = ModelAlias.Hedge.Patience.usual
        if let after, let text = after.string("`p95` or a duration such as `800ms`"), text != "p95" {
            guard let milliseconds = ScalarText.milliseconds(text), (1...3_600_000).contains(milliseconds) else {
                after.report("expected `p95` or a duration from `1ms` to `1h`, found `\(text)`")
                return nil
            }
            patience = .fixed(nanoseconds: UInt64(milliseconds) * 1_000_000)
        }
        guard let share, let text = share.string("a share such as `10%`") else { return nil }
        guard text.hasSuffix("%"), let millionths = ScalarText.decimal(text.dropLast(), places: 4),
            (1...1_000_000).contains(millionths)
        else {
            share.report(
                "expected a share such as `10%`, of at most `100%` and with at most 4 decimals, found `\(text)`")
            return nil
        }
        return ModelAlias.Hedge(patience: patience, costShare: Int(millionths))
    }

    // MARK: - Candidates

    /// The candidate, and its replicas.
    private func candidates(
        _ field: ConfigurationField, number: Int, isPattern: Bool
    ) -> [(RouteCandidate, isRoutable: Bool)] {
        let section = field.section
        let provider = section.required("provider", "the name of a provider")
        let model = section.required("model", "the provider's name of a model")
        let price = section.field("price").map(price)
        let window = section.field("context_window")?.integer(in: 1...1_000_000_000)
        let output = section.field("max_output")?.integer(in: 1...1_000_000_000)
        let capabilities = section.field("capabilities").map(capabilities)
        let weight = section.field("weight")?.integer(in: 0...1_000_000) ?? 1
        let concurrent = section.field("max_concurrent")?.integer(in: 1...1_000_000)
        let replicas = section.field("replicas")?.elements(of: "names of providers") ?? []
        section.finish()
        guard let modelName = model?.string("the name of a model") else { return [] }
        if modelName == "*", !isPattern {
            model?.report("`*` stands for the rest of the alias's name, so that must end in `*`")
        } else if modelName != "*", !Self.isModelName(modelName) || modelName.contains("*") {
            model?.report("expected a model's name without spaces and `*`, of at most 256 bytes")
        }
        let places = ([provider].compactMap { $0 } + replicas).prefix(64)
        return places.compactMap { place in
            guard let name = place.string("the name of a provider") else { return nil }
            let settings = providers.first { $0.settings.id.rawValue == name }?.settings
            if settings == nil {
                place.report(
                    ConfigurationLoader.unknown("provider", name, among: providers.map(\.settings.id.rawValue)))
            }
            let listed = settings.flatMap(PriceTable.family).flatMap { prices.entry($0, modelName) }
            let candidate = RouteCandidate(
                destination: Destination(provider: ProviderID(name), model: modelName),
                price: price ?? listed?.price, contextWindow: window ?? listed?.contextWindow,
                maximumOutput: output ?? listed?.maximumOutput, capabilities: capabilities ?? listed?.capabilities,
                region: settings?.region, weight: weight, maximumConcurrent: concurrent,
                replicaSet: replicas.isEmpty ? nil : number)
            return (candidate, settings?.isRoutable ?? true)
        }
    }

    private func capabilities(_ field: ConfigurationField) -> ModelCapabilities {
        let words = ModelCapabilities.named.map(\.word)
        var capabilities: ModelCapabilities = []
        for field in field.elements(of: "`vision`, `tools`, `json_schema`") ?? [] {
            guard let word = field.string(Spelling.alternatives(words)) else { continue }
            guard let capability = ModelCapabilities(word: word) else {
                field.report(ConfigurationLoader.unknown("capability", word, among: words))
                continue
            }
            capabilities.insert(capability)
        }
        return capabilities
    }

    /// A price of its own, the word `unknown`, or `PROVIDER/MODEL` of the price table.
    private func price(_ field: ConfigurationField) -> TokenPrice? {
        if field.isMapping { return price(field.section) }
        guard let text = field.string("a mapping of rates, `unknown`, or `PROVIDER/MODEL` of the price table"),
            text != "unknown"
        else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1)
        if parts.count == 2, let entry = prices.entry(String(parts[0]), String(parts[1])) { return entry.price }
        field.report(
            ConfigurationLoader.unknown("price", text, among: prices.names)
                + (prices.names.isEmpty ? ": there is no price table" : ""))
        return nil
    }

    private func price(_ section: ConfigurationSection) -> TokenPrice? {
        let rates = rates(section)
        var tiers: [TokenPrice.Tier] = []
        for field in section.field("above")?.elements(of: "`{tokens: number, …}`") ?? [] {
            let tier = field.section
            let tokens = tier.required("tokens", "a number of prompt tokens")?.integer(in: 1...1_000_000_000)
            let rates = self.rates(tier)
            tier.finish()
            if let tokens, let rates { tiers.append(TokenPrice.Tier(above: tokens, rates: rates)) }
        }
        section.finish()
        return rates.map { TokenPrice(rates: $0, tiers: tiers) }
    }

    private func rates(_ section: ConfigurationSection) -> TokenPrice.Rates? {
        let input = section.required("input_usd_per_million", "US dollars per million tokens")?.picoUSDPerToken()
        let output = section.required("output_usd_per_million", "US dollars per million tokens")?.picoUSDPerToken()
        let cached = section.field("cached_input_usd_per_million")?.picoUSDPerToken()
        let written = section.field("cache_write_usd_per_million")?.picoUSDPerToken()
        let forHour = section.field("cache_write_hour_usd_per_million")?.picoUSDPerToken()
        guard let input, let output else { return nil }
        return TokenPrice.Rates(
            input: input, output: output, cachedInput: cached, writtenInput: written, writtenForHour: forHour)
    }

    private static func isModelName(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
