public import Inference

/// Who the holder of a client certificate is.
public struct CertificateRule: Sendable {
    /// The value of an attribute that a rule gives.
    public enum AttributeValue: Sendable {
        /// Always the same.
        case constant(PrincipalAttribute.Value)
        /// A text with captures.
        case template(NameTemplate)
    }

    /// For which certificates.
    public let pattern: CertificatePattern
    /// Person or program.
    public let kind: Principal.Kind
    /// The principal's name.
    public let name: NameTemplate
    /// Its teams; `nil` where the rule has no word on teams.
    public let teams: [NameTemplate]?
    /// Its tenant; `nil`: the one of its teams.
    public let tenant: String?
    /// Its attributes, each name once.
    public let attributes: [(name: String, value: AttributeValue)]

    /// Makes a rule. All captures in it must be captures of the pattern.
    public init(
        _ pattern: CertificatePattern, kind: Principal.Kind, name: NameTemplate, teams: [NameTemplate]?,
        tenant: String?, attributes: [(name: String, value: AttributeValue)] = []
    ) {
        self.pattern = pattern
        self.kind = kind
        self.name = name
        self.teams = teams
        self.tenant = tenant
        self.attributes = attributes
    }

    fileprivate func identity(
        _ captured: [String: String], _ names: CertificateNames
    ) -> Result<ProvenIdentity, IdentityFailure> {
        let name = name.filled(captured)
        let teams = teams?.map { $0.filled(captured) }
        // A certificate's names are its issuer's; ours stand in policies and the ledger.
        guard NameRule.allows(name.utf8), teams?.allSatisfy({ NameRule.allows($0.utf8) }) ?? true else {
            return .failure(.certificateNames)
        }
        var found: [PrincipalAttribute] = []
        for (name, value) in attributes {
            switch value {
            case .constant(let value): found.append(PrincipalAttribute(name, value))
            case .template(let template):
                let text = template.filled(captured)
                guard AttributeText.isText(text) else { return .failure(.certificateNames) }
                found.append(PrincipalAttribute(name, .string(text)))
            }
        }
        return .success(
            ProvenIdentity(
                kind: kind, name: name, teams: teams, tenant: tenant, attributes: found,
                proof: Principal.Proof(.certificate, names.credential)))
    }
}

/// Rules that make principals of certificates; the first that fits decides.
public struct CertificateRules: Sendable {
    /// The rules in their order.
    public let rules: [CertificateRule]

    /// Takes the rules in their order.
    public init(_ rules: [CertificateRule]) { self.rules = rules }

    /// Who the holder of a certificate is that the handshake verified; `nil` where no rule fits, so that the certificate proves nobody.
    ///
    /// - Parameter now: The time in seconds since 1970: a connection may last longer than the certificate that opened it.
    public func identify(_ names: CertificateNames, now: Int64) -> Result<ProvenIdentity, IdentityFailure>? {
        for rule in rules {
            guard let captured = rule.pattern.captured(of: names) else { continue }
            return now <= names.notAfter ? rule.identity(captured, names) : .failure(.expired)
        }
        return nil
    }
}
