internal import Inference
internal import JSONText

/// Says whom a token's claims prove.
struct TokenIdentity {
    private enum Bounds {
        /// Values that a claim with a list may have.
        static let values = 1_000
        static let valueBytes = 1_024
    }

    let claims: JSONValue
    let issuer: TokenIssuer
    /// The tenant of each team that counts here.
    let tenants: [String: String]

    /// The identity; fails where its name is none or a claim is not what it must be.
    func identity(credential: String) throws(IdentityFailure) -> ProvenIdentity {
        let names = issuer.claims
        guard let name = value(names.principal), name.kind == .string, isVerified(names.principal) else {
            throw .claims
        }
        let full = Array(names.prefix.utf8) + name.decodedUTF8()
        guard NameRule.allows(full) else { throw .claims }
        var attributes: [PrincipalAttribute] = []
        for attribute in names.attributes {
            if let value = try attributeValue(attribute) {
                attributes.append(PrincipalAttribute(attribute.name, value))
            }
        }
        return ProvenIdentity(
            kind: try isService() ? .service : names.kind, name: String(decoding: full, as: UTF8.self),
            teams: try teams(), tenant: names.tenant, attributes: attributes,
            proof: Principal.Proof(.token, credential))
    }

    /// What stands at a path; `nil` where nothing does. `null` counts as nothing.
    private func value(_ path: ClaimPath) -> JSONValue? {
        var value = claims
        for name in path.names {
            guard let next = value[name], !next.isNull else { return nil }
            value = next
        }
        return value
    }

    /// Whether the principal's name may be taken from there. In a claim `email` many issuers let people write what they like, and then
    /// say so beside it (OpenID Connect Core 1.0 §5.1); some write the boolean as a text.
    private func isVerified(_ path: ClaimPath) -> Bool {
        guard path.names.last == "email" else { return true }
        let parent = ClaimPath(path.names.dropLast()).map(value) ?? claims
        guard let word = parent?["email_verified"] else { return true }
        return word.bool == true || word.equals("true")
    }

    private func isService() throws(IdentityFailure) -> Bool {
        guard let marker = issuer.claims.services, let value = value(marker.claim) else { return false }
        guard value.kind == .string else { throw .claims }
        return value.equals(marker.value)
    }

    /// The teams that are listed, in the claim's order, each once; `nil` where the issuer has no word on teams.
    private func teams() throws(IdentityFailure) -> [String]? {
        guard let path = issuer.claims.teams else { return nil }
        var teams: [String] = []
        for name in try value(path).map(texts) ?? [] {
            guard let team = ours(name), NameRule.allows(team.utf8), let tenant = tenants[team], !teams.contains(team)
            else { continue }
            // An issuer with a tenant of its own puts nobody into a team of another.
            if let own = issuer.claims.tenant, own != tenant { continue }
            teams.append(team)
        }
        return teams
    }

    /// Our name for the issuer's team.
    private func ours(_ name: String) -> String? {
        let names = issuer.claims
        guard name.utf8.starts(with: names.teamsPrefix.utf8) else { return nil }
        let rest = String(decoding: name.utf8.dropFirst(names.teamsPrefix.utf8.count), as: UTF8.self)
        // Bytes: a dictionary takes canonically equivalent texts for the same, which may be two groups of the issuer's.
        guard let known = names.teamNames.index(forKey: rest) else { return rest }
        let entry = names.teamNames[known]
        return entry.key.utf8.elementsEqual(rest.utf8) ? entry.value : rest
    }

    private func attributeValue(_ attribute: TokenClaims.Attribute) throws(IdentityFailure) -> PrincipalAttribute.Value?
    {
        guard let value = value(attribute.claim) else { return nil }
        switch attribute.kind {
        case .string:
            guard value.kind == .string, let text = value.string, text.utf8.count <= Bounds.valueBytes else {
                throw .claims
            }
            return .string(text)
        case .long:
            guard let number = value.int else { throw .claims }
            return .long(Int64(number))
        case .bool:
            guard let flag = value.bool else { throw .claims }
            return .bool(flag)
        case .strings: return .strings(try texts(value))
        }
    }

    /// A text, or a list of texts.
    private func texts(_ value: JSONValue) throws(IdentityFailure) -> [String] {
        let elements = value.kind == .string ? [value] : value.kind == .array ? Array(value.elements) : nil
        guard let elements, elements.count <= Bounds.values else { throw .claims }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string, text.utf8.count <= Bounds.valueBytes else { throw .claims }
            texts.append(text)
        }
        return texts
    }
}
