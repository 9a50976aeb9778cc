internal import Identity
internal import Inference
internal import KeyDiscovery
internal import Upstream

/// The list `identity.tokens` of `sallyport.yaml`: whose signed tokens prove identities here.
extension ConfigurationLoader {
    private enum Kind: String, CaseIterable {
        case user
        case service
    }

    static func tokens(_ section: ConfigurationSection, _ directory: PrincipalDirectory) -> [TokenIssuerSettings] {
        guard let list = section.field("tokens") else { return [] }
        var seen: Set<String> = []
        let fields = list.elements(of: "`{issuer: https://…, audiences: [name]}`") ?? []
        if fields.count > 64 { list.report("expected at most 64 issuers, found \(fields.count)") }
        return fields.prefix(64).compactMap { field in
            guard let settings = issuer(field.section, directory) else { return nil }
            guard seen.insert(settings.issuer.issuer).inserted else {
                field.report("the issuer `\(settings.issuer.issuer)` stands here twice")
                return nil
            }
            return settings
        }
    }

    private static func issuer(
        _ section: ConfigurationSection, _ directory: PrincipalDirectory
    ) -> TokenIssuerSettings? {
        let name = section.required("issuer", "the claim `iss`, such as `https://login.example.com`")
        let audiences = section.required("audiences", "a list of what tokens may be meant for (`aud`)")
        let issuer = name.flatMap(visibleASCII)
        let wanted = audiences.flatMap { field in
            field.elements(of: "names")?.compactMap(visibleASCII)
        }
        if let audiences, wanted?.isEmpty == true {
            audiences.report("expected at least one: a token for any application whatever would do otherwise")
        }
        var read = issuer.flatMap { issuer in wanted.flatMap { TokenIssuer(issuer: issuer, audiences: $0) } }
        if let algorithms = algorithms(section) { read?.algorithms = algorithms }
        if let leeway = section.field("leeway")?.milliseconds(in: 0...600_000) {
            read?.leewaySeconds = Int64(leeway / 1_000)
        }
        if let most = section.field("maximum_lifetime")?.milliseconds(in: 1_000...31_536_000_000) {
            read?.maximumLifetimeSeconds = Int64(most / 1_000)
        }
        read?.claims = claims(section, directory)
        let keys = keys(section, issuer: issuer, named: name)
        section.finish()
        guard let read, let keys else { return nil }
        return TokenIssuerSettings(issuer: read, keys: keys)
    }

    private static func algorithms(_ section: ConfigurationSection) -> Set<TokenAlgorithm>? {
        guard let field = section.field("algorithms"), let elements = field.elements(of: "algorithms") else {
            return nil
        }
        let algorithms = elements.compactMap { $0.choice(TokenAlgorithm.self) }
        if elements.isEmpty { field.report("expected at least one algorithm") }
        return Set(algorithms)
    }

    // MARK: Keys

    private static func keys(
        _ section: ConfigurationSection, issuer: String?, named name: ConfigurationField?
    ) -> TokenIssuerSettings.Keys? {
        let source = section.field("jwks")
        let places = source?.section
        let (file, address) = (places?.field("file"), places?.field("url"))
        places?.finish()
        let plaintext = section.field("plaintext")?.bool() ?? false
        let authorities = section.field("ca_file")?.path()
        let deadline = section.field("timeout")?.milliseconds(in: 10...60_000)
        var schedule = IssuerKeys.Schedule()
        if let interval = section.field("refetch_interval")?.milliseconds(in: 1_000...3_600_000) {
            schedule.refetchSeconds = Int64(interval / 1_000)
        }
        if let file, address == nil { return keyFile(file) }
        if let source, (file == nil) == (address == nil) {
            source.report("expected either `{file: path}` or `{url: https://…}`; without `jwks` the issuer is asked")
            return nil
        }
        var url: String?
        if let address {
            url = visibleASCII(address)
            if url == nil { return nil }
        }
        guard let issuer else { return nil }
        var location = KeyLocation(issuer: issuer, url: url)
        location.allowsPlaintext = plaintext
        location.authorities = authorities
        if let deadline { location.deadlineMilliseconds = deadline }
        // The client itself is the judge of addresses, so that there is one opinion about what is safe.
        do throws(UpstreamEndpointError) {
            try location.check()
        } catch {
            (address ?? name)?.report(error.problem)
        }
        return .network(location, schedule)
    }

    private static func keyFile(_ field: ConfigurationField) -> TokenIssuerSettings.Keys? {
        guard let path = field.path(), let text = field.reading.bytes(path, namedAt: field) else { return nil }
        do throws(JSONWebKeySet.Fault) {
            let set = try JSONWebKeySet(parsing: text)
            for skipped in set.skipped {
                field.reading.note("\(path): key \(skipped.index + 1) \(skipped.reason), and is passed over")
            }
            return .file(path, set)
        } catch {
            var position: YAMLNode.Position?
            if let line = error.line, let column = error.column {
                position = YAMLNode.Position(line: line, column: column)
            }
            field.reading.report(path, position, error.description)
            return nil
        }
    }

    // MARK: Claims

    private static func claims(_ section: ConfigurationSection, _ directory: PrincipalDirectory) -> TokenClaims {
        var claims = TokenClaims()
        if let field = section.field("principal") { principal(field, into: &claims) }
        if let field = section.field("teams") { teams(field, directory, into: &claims) }
        if let field = section.field("tenant"), let name = field.word("a name") {
            let known = Set(directory.tenants.values).union([directory.defaultTenant]).sorted()
            if !known.contains(name) { field.report(unknown("tenant", name, among: known)) }
            claims.tenant = name
        }
        for field in section.section("attributes").named {
            guard isAttributeName(field.key) else {
                field.reportKey(
                    "`\(field.key)`: expected a name of letters, digits and `_` for an attribute, and not one that every "
                        + "principal has")
                continue
            }
            if let attribute = attribute(field) { claims.attributes.append(attribute) }
        }
        claims.attributes.sort { $0.name < $1.name }
        return claims
    }

    private static func principal(_ field: ConfigurationField, into claims: inout TokenClaims) {
        guard case .mapping = field.node.content else {
            if let claim = claim(field) { claims.principal = claim }
            return
        }
        let section = field.section
        if let claim = section.field("claim").flatMap(claim) { claims.principal = claim }
        if let prefix = section.field("prefix"), let text = prefix.string("a text") {
            if text.utf8.count > 64 || !text.utf8.allSatisfy(NameRule.allowsLetter) {
                prefix.report("expected at most 64 letters, digits, `.`, `_`, `-`, `@`, `+`, `:` and `/`")
            }
            claims.prefix = text
        }
        if let kind = section.field("kind")?.choice(Kind.self) { claims.kind = kind == .user ? .user : .service }
        if let marker = section.field("service_if")?.section {
            let name = marker.required("claim", "the name of a claim").flatMap(claim)
            let value = marker.required("value", "a text")?.string("a text")
            marker.finish()
            if let name, let value { claims.services = TokenClaims.Marker(claim: name, value: value) }
        }
        section.finish()
    }

    private static func teams(
        _ field: ConfigurationField, _ directory: PrincipalDirectory, into claims: inout TokenClaims
    ) {
        guard case .mapping = field.node.content else {
            claims.teams = claim(field)
            return
        }
        let section = field.section
        claims.teams = section.required("claim", "the name of a claim").flatMap(claim)
        if let prefix = section.field("prefix")?.string("a text") { claims.teamsPrefix = prefix }
        let known = directory.tenants.keys.sorted()
        for entry in section.section("names").named {
            guard let team = entry.word("a team") else { continue }
            if !known.contains(team) { entry.report(unknown("team", team, among: known)) }
            claims.teamNames[entry.key] = team
        }
        section.finish()
    }

    private static func attribute(_ field: ConfigurationField) -> TokenClaims.Attribute? {
        guard case .mapping = field.node.content else {
            return claim(field).map { TokenClaims.Attribute(name: field.key, claim: $0, kind: .string) }
        }
        let section = field.section
        let name = section.required("claim", "the name of a claim").flatMap(claim)
        let kind = section.field("type")?.choice(TokenClaims.Attribute.Kind.self) ?? .string
        section.finish()
        return name.map { TokenClaims.Attribute(name: field.key, claim: $0, kind: kind) }
    }

    /// The name of a claim, or a list of names that lead to it.
    private static func claim(_ field: ConfigurationField) -> ClaimPath? {
        guard case .sequence = field.node.content else {
            return field.string("the name of a claim").map { ClaimPath($0) }
        }
        let names = field.elements(of: "names that lead to a claim")?.compactMap { $0.string("the name of a claim") }
        guard let path = ClaimPath(names ?? []), path.names.count <= 8 else {
            field.report("expected one to eight names that lead to a claim")
            return nil
        }
        return path
    }

    /// An identifier of Cedar that is none of the attributes that each principal has.
    private static func isAttributeName(_ name: String) -> Bool {
        let taken = ["credential", "credentials", "kind", "method", "methods", "models", "name", "teams", "tenant"]
        return ConfigurationField.isWord(name) && !taken.contains(name)
            && name.utf8.allSatisfy { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
            && name.utf8.first.map { !(0x30...0x39).contains($0) } == true
    }

    private static func visibleASCII(_ field: ConfigurationField) -> String? {
        guard let text = field.string("a text") else { return nil }
        guard text.utf8.count <= 512, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            field.report("expected at most 512 visible ASCII characters without spaces")
            return nil
        }
        return text
    }
}
