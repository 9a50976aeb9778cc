internal import Identity
internal import Inference

/// `principals.yaml`.
extension ConfigurationLoader {
    private enum Unknown: String, CaseIterable {
        case allow
        case refuse
    }

    static func principals(_ root: ConfigurationSection) -> PrincipalDirectory {
        let tenant = root.field("default_tenant")?.word("a name") ?? "default"
        let refusesUnknown = root.field("unknown_principals")?.choice(Unknown.self) == .refuse
        var tenants: [String: String] = [:]
        var teamAttributes: [String: [PrincipalAttribute]] = [:]
        for field in root.section("teams").named {
            let section = field.section
            let own = section.field("tenant")?.word("a name")
            let attributes = attributes(section)
            section.finish()
            if !ConfigurationField.isWord(field.key) {
                field.reportKey("`\(field.key)`: expected a name of letters, digits, `_`, `-` and `.` for a team")
            }
            tenants[field.key] = own ?? tenant
            if !attributes.isEmpty { teamAttributes[field.key] = attributes }
        }
        let teams = PrincipalDirectory(defaultTenant: tenant, tenants: tenants, teamAttributes: teamAttributes)
        let users = root.section("users").named.map { ($0.key, member($0, teams)) }
        let services = root.section("services").named.map { ($0.key, member($0, teams)) }
        root.finish()
        return PrincipalDirectory(
            defaultTenant: tenant, tenants: tenants, teamAttributes: teamAttributes,
            users: Dictionary(users) { first, _ in first }, services: Dictionary(services) { first, _ in first },
            refusesUnknown: refusesUnknown)
    }

    private static func member(_ field: ConfigurationField, _ directory: PrincipalDirectory)
        -> PrincipalDirectory.Member
    {
        let section = field.section
        let list = section.field("teams")
        let attributes = attributes(section)
        section.finish()
        if !NameRule.allows(field.key.utf8) {
            field.reportKey(
                "`\(field.key)`: expected a name of 1 to 128 letters, digits and `.` `_` `-` `@` `+` `:` `/`")
        }
        var teams: [String] = []
        for element in list?.elements(of: "names of teams") ?? [] {
            guard let team = element.string("the name of a team") else { continue }
            if directory.tenants[team] == nil {
                element.report(unknown("team", team, among: directory.tenants.keys.sorted()))
            } else if teams.contains(team) {
                element.report("`\(team)` stands here twice")
            } else {
                teams.append(team)
            }
        }
        do throws(PrincipalDirectoryError) {
            _ = try directory.tenant(ofTeams: teams)
        } catch {
            (list ?? field).report("\(error)")
        }
        if let contested = directory.contestedAttribute(ofTeams: teams, besides: attributes) {
            (list ?? field).report(
                "its teams disagree about the attribute `\(contested)`: give it the one that counts under `attributes`")
        }
        return PrincipalDirectory.Member(teams: teams, attributes: attributes)
    }

    // MARK: Attributes

    static func attributes(_ section: ConfigurationSection) -> [PrincipalAttribute] {
        section.section("attributes").named.compactMap(principalAttribute)
    }

    /// A name with a text, a whole number, `true` or `false`, or a list of texts.
    static func principalAttribute(_ field: ConfigurationField) -> PrincipalAttribute? {
        guard isAttributeName(field) else { return nil }
        switch field.node.content {
        case .scalar(let text, isQuoted: true) where AttributeText.isText(text):
            return PrincipalAttribute(field.key, .string(text))
        case .scalar(let text, isQuoted: false) where !text.hasPrefix("["):
            if let value = AttributeText.value(text) { return PrincipalAttribute(field.key, value) }
        case .sequence:
            let texts = (field.elements(of: "texts") ?? []).compactMap { $0.string("a text") }
            return PrincipalAttribute(field.key, .strings(texts))
        default: break
        }
        field.report(
            "expected a text, a whole number, `true`, `false` or a list of texts, found \(field.node.content.words)")
        return nil
    }

    static func isAttributeName(_ field: ConfigurationField) -> Bool {
        guard !AttributeText.isName(field.key) else { return true }
        field.reportKey(
            AttributeText.reserved.contains(field.key)
                ? "`\(field.key)`: an attribute of this name has every principal already"
                : "`\(field.key)`: expected a name of letters, digits and `_` for an attribute")
        return false
    }
}
