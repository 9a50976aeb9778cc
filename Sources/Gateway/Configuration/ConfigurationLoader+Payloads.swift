import Inference

/// The section `payloads` of `policies/privacy.yaml`: what is kept, sealed.
extension ConfigurationLoader {
    private enum Bounds {
        static let rules = 1_000
        static let keep = 3_600_000...(100 * 366 * 86_400_000)
        /// No answer that is gathered whole is longer.
        static let answerBytes = 1_024...(64 << 20)
    }

    /// What the section may name.
    struct PayloadNames {
        let providers: [String]
        let principals: PrincipalDirectory
    }

    static func payloads(_ section: ConfigurationSection, _ names: PayloadNames) -> PayloadSettings {
        var settings = PayloadSettings()
        let rules = section.field("rules")
        settings.rules = rules?.elements(of: "rules such as `{ teams: [finance] }`")?.map { rule($0, names) } ?? []
        if settings.rules.count > Bounds.rules {
            rules?.report("expected at most \(Bounds.rules), found \(settings.rules.count)")
        }
        settings.keepMilliseconds = section.field("keep_for")?.milliseconds(in: Bounds.keep).map(Int64.init)
        if let bytes = section.field("answer_bytes")?.bytes(in: Bounds.answerBytes) { settings.answerBytes = bytes }
        section.finish()
        return settings
    }

    private static func rule(_ field: ConfigurationField, _ names: PayloadNames) -> PayloadSettings.Rule {
        let section = field.section
        var rule = PayloadSettings.Rule()
        rule.models = list(section, "models", "names such as `gpt-*`") { element in
            let text = element.string("a model's name")
            let pattern = text.flatMap(ModelScope.Pattern.init)
            if text != nil, pattern == nil {
                element.report("expected a model's name without spaces, with `*` only as its end")
            }
            return pattern
        }
        rule.providers = known(section, "providers", "provider", names.providers).map { ProviderID($0) }
        rule.teams = known(section, "teams", "team", names.principals.tenants.keys.sorted())
        let tenants = Set(names.principals.tenants.values).union([names.principals.defaultTenant])
        rule.tenants = known(section, "tenants", "tenant", tenants.sorted())
        rule.principals = list(section, "principals", "names of users and services") { $0.string("a name") }
        rule.forms = list(section, "forms", "forms") { $0.choice(SendingForm.self) }
        if let field = section.field("seal") {
            rule.parts = Set(list(section, "seal", "parts") { $0.choice(PayloadSettings.Part.self) })
            if !rule.parts.isEmpty, !rule.parts.contains(.request) {
                field.report("expected `request` as well: what else is sealed goes with it")
            }
        }
        section.finish()
        return rule
    }

    private static func known(
        _ section: ConfigurationSection, _ key: String, _ what: String, _ known: [String]
    ) -> [String] {
        list(section, key, "names") { element in
            guard let name = element.string("the name of a \(what)") else { return nil }
            if !known.contains(name) { element.report(unknown(what, name, among: known)) }
            return name
        }
    }

    /// The elements of a list that need not be there. One that is there and empty, but for `seal`, would fit nothing and is told.
    private static func list<Value>(
        _ section: ConfigurationSection, _ key: String, _ what: String, _ read: (ConfigurationField) -> Value?
    ) -> [Value] {
        guard let field = section.field(key), let elements = field.elements(of: what) else { return [] }
        if elements.isEmpty, key != "seal" { field.report("expected at least one of \(what), or no `\(key)`") }
        return elements.compactMap(read)
    }
}
