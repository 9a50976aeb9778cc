internal import Identity
internal import Inference
internal import SecureTransport

extension ConfigurationLoader {
    /// The section `identity`, but for `tokens`; `takesTokens` says whether there are issuers of any.
    static func identity(
        _ section: ConfigurationSection, _ directory: PrincipalDirectory, tls: TLSConfiguration, takesTokens: Bool
    ) -> IdentitySettings {
        let rules = certificateRules(section, directory)
        let requirement = section.field("require")?.choice(CredentialPolicy.Requirement.self) ?? .any
        var available: Set<Principal.Method> = [.apiKey]
        if takesTokens { available.insert(.token) }
        if !rules.rules.isEmpty { available.insert(.certificate) }
        let chosen = section.field("methods").map { methods($0, available) }
        if let field = section.field("certificates"), !rules.rules.isEmpty {
            if case .none = tls.clientCertificates {
                field.report("clients are not asked for certificates: set `tls.client_certificates.mode`")
            } else if chosen?.contains(.certificate) == false {
                field.report("no certificate counts, since `certificate` does not stand in `identity.methods`")
            }
        }
        return IdentitySettings(
            credentials: CredentialPolicy(requirement, chosen ?? available), certificates: rules)
    }

    private static func methods(_ field: ConfigurationField, _ available: Set<Principal.Method>) -> Set<
        Principal.Method
    > {
        guard let elements = field.elements(of: "`api_key`, `token` and `certificate`") else { return available }
        var methods: Set<Principal.Method> = []
        for element in elements {
            guard let method = element.choice(Principal.Method.self) else { continue }
            if method == .gateway {
                element.report("`gateway` is no credential: expected `api_key`, `token` or `certificate`")
                continue
            }
            if !methods.insert(method).inserted { element.report("`\(method.rawValue)` stands here twice") }
            guard !available.contains(method) else { continue }
            element.report(
                method == .token
                    ? "nobody's tokens count: `identity.tokens` names issuers"
                    : "no certificate stands for anybody: `identity.certificates` has the rules")
        }
        if elements.isEmpty { field.report("expected at least one of `api_key`, `token` and `certificate`") }
        return methods
    }

    // MARK: Certificates

    private static func certificateRules(
        _ section: ConfigurationSection, _ directory: PrincipalDirectory
    ) -> CertificateRules {
        let fields = section.field("certificates")?.elements(of: "`{spiffe: pattern, service: name}`") ?? []
        return CertificateRules(fields.compactMap { rule($0, directory) })
    }

    private static func rule(_ field: ConfigurationField, _ directory: PrincipalDirectory) -> CertificateRule? {
        let section = field.section
        let pattern = pattern(section, field)
        let (user, service) = (section.field("user"), section.field("service"))
        let name = (user ?? service).flatMap { template($0, pattern) }
        if (user == nil) == (service == nil) {
            field.report("expected one of `user` and `service`: whom the certificate stands for")
        }
        let teams = section.field("teams").map { list in
            (list.elements(of: "names of teams") ?? []).compactMap { team($0, pattern, directory) }
        }
        let tenant = section.field("tenant")?.word("a name")
        let attributes = section.section("attributes").named.compactMap { attribute($0, pattern) }
        section.finish()
        let known = teams?.filter(\.captures.isEmpty).map(\.description).filter { directory.tenants[$0] != nil } ?? []
        do throws(PrincipalDirectoryError) {
            let theirs = try directory.tenant(ofTeams: known)
            if let tenant, !known.isEmpty, theirs != tenant {
                field.report("the teams belong to the tenant `\(theirs)`, not to `\(tenant)`")
            }
        } catch {
            field.report("\(error)")
        }
        guard let pattern, let name else { return nil }
        return CertificateRule(
            pattern, kind: user == nil ? .service : .user, name: name, teams: teams, tenant: tenant,
            attributes: attributes)
    }

    private static func pattern(_ section: ConfigurationSection, _ field: ConfigurationField) -> CertificatePattern? {
        var found: [CertificatePattern?] = []
        for kind in CertificatePattern.Kind.allCases {
            guard let name = section.field(kind.rawValue) else { continue }
            let text = text(name)
            let pattern = text.flatMap { CertificatePattern(kind, $0) }
            if text != nil, pattern == nil {
                name.report("expected \(expectation(kind)), found \(name.node.content.words)")
            }
            found.append(pattern)
        }
        if let subject = section.field("subject") {
            let pairs = subject.section.named.map { (type: $0.key, value: text($0)) }
            let pattern = CertificatePattern(subject: pairs.map { ($0.type, $0.value ?? "") })
            if pattern == nil {
                subject.report(
                    "expected attributes of the subject such as `{CN: billing, O: Example}`, each capture once")
            }
            found.append(pattern)
        }
        if found.count != 1 {
            field.report("expected one of `spiffe`, `uri`, `dns`, `email` and `subject`: which certificates are meant")
        }
        return found.first ?? nil
    }

    private static func expectation(_ kind: CertificatePattern.Kind) -> String {
        switch kind {
        case .spiffe: "a SPIFFE ID such as `spiffe://example.org/team/{team}/app/*`, in lowercase up to its path"
        case .uri: "a URI, whole"
        case .dns: "a DNS name such as `{name}.batch.example.org`"
        case .email: "an e-mail address such as `{name}@example.org`"
        }
    }

    /// A text; what YAML takes for a mapping, such as `{name}` without quotes, gets a hint.
    private static func text(_ field: ConfigurationField) -> String? {
        if case .mapping = field.node.content {
            field.report("expected a text: `{` begins a mapping, so put it in quotes")
            return nil
        }
        return field.string("a text")
    }

    private static func template(_ field: ConfigurationField, _ pattern: CertificatePattern?) -> NameTemplate? {
        guard let text = text(field) else { return nil }
        guard let template = NameTemplate(text) else {
            field.report("expected a name with captures such as `app-{name}`, found `\(text)`")
            return nil
        }
        if let pattern {
            for capture in template.captures where !pattern.captures.contains(capture) {
                field.report(unknown("capture", capture, among: pattern.captures))
            }
        }
        if template.captures.isEmpty, !NameRule.allows(text.utf8) {
            field.report("expected a name of letters, digits and `.` `_` `-` `@` `+` `:` `/`, found `\(text)`")
        }
        return template
    }

    private static func team(
        _ field: ConfigurationField, _ pattern: CertificatePattern?, _ directory: PrincipalDirectory
    ) -> NameTemplate? {
        guard let template = template(field, pattern) else { return nil }
        if template.captures.isEmpty, directory.tenants[template.description] == nil {
            field.report(unknown("team", template.description, among: directory.tenants.keys.sorted()))
        }
        return template
    }

    private static func attribute(
        _ field: ConfigurationField, _ pattern: CertificatePattern?
    ) -> (name: String, value: CertificateRule.AttributeValue)? {
        if case .scalar(let text, _) = field.node.content, text.contains("{") {
            guard isAttributeName(field), let template = template(field, pattern) else { return nil }
            return (field.key, .template(template))
        }
        return principalAttribute(field).map { ($0.name, .constant($0.value)) }
    }
}
