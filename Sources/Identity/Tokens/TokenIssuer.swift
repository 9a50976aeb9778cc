public import Inference

/// Someone whose signed tokens (RFC 7519) prove identities here, and what their claims mean.
public struct TokenIssuer: Hashable, Sendable {
    /// The claim `iss`, compared byte by byte.
    public let issuer: String
    /// What tokens must be meant for: the claim `aud` has one of these, compared byte by byte. Never empty.
    public let audiences: [String]
    /// By which algorithms tokens may be signed.
    public var algorithms: Set<TokenAlgorithm> = Set(TokenAlgorithm.allCases)
    /// By how much clocks may differ, in seconds.
    public var leewaySeconds: Int64 = 60
    /// How long tokens may be good for in all, from `iat` to `exp`, in seconds; `nil`: as long as the issuer says.
    public var maximumLifetimeSeconds: Int64?
    /// Who a token's principal is.
    public var claims = TokenClaims()

    /// Trusts an issuer; `nil` without audiences, since any token of the issuer, for whatever application, would do then.
    public init?(issuer: String, audiences: [String]) {
        guard !issuer.isEmpty, !audiences.isEmpty, audiences.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.issuer = issuer
        self.audiences = audiences
    }

    /// The issuer's host (or all of its name, where that is no address), for the public name of credentials.
    public var label: String {
        var rest = issuer[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        return String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.prefix(64))
    }
}

/// Where a claim stands: its name, or names that lead to it through objects, such as `realm_access`, `roles`.
public struct ClaimPath: Hashable, Sendable {
    /// The names, at least one.
    public let names: [String]

    /// Takes the names; `nil` for none.
    public init?(_ names: [String]) {
        guard !names.isEmpty else { return nil }
        self.names = names
    }

    /// A claim at the top.
    public init(_ name: String) { names = [name] }
}

/// What an issuer's claims say of a principal.
public struct TokenClaims: Hashable, Sendable {
    /// A claim that a principal's attribute is made of.
    public struct Attribute: Hashable, Sendable {
        /// What the claim's value must be; another one refuses the token, so that no policy misses an attribute that is there.
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            /// A text.
            case string
            /// A whole number.
            case long
            /// True or false.
            case bool
            /// A list of texts.
            case strings
        }

        /// The attribute's name.
        public let name: String
        /// The claim.
        public let claim: ClaimPath
        /// What its value is.
        public let kind: Kind

        /// Names an attribute.
        public init(name: String, claim: ClaimPath, kind: Kind) {
            self.name = name
            self.claim = claim
            self.kind = kind
        }
    }

    /// A claim by whose value programs are told from people.
    public struct Marker: Hashable, Sendable {
        /// The claim.
        public let claim: ClaimPath
        /// Its value in tokens of programs.
        public let value: String

        /// Names claim and value.
        public init(claim: ClaimPath, value: String) {
            self.claim = claim
            self.value = value
        }
    }

    /// The claim with the principal's name.
    public var principal = ClaimPath("sub")
    /// What is put before the name, so that one issuer's names are never another's; empty for nothing.
    public var prefix = ""
    /// Person or program, where `services` does not say.
    public var kind = Principal.Kind.user
    /// How tokens of programs are marked; `nil`: not at all.
    public var services: Marker?
    /// The claim with the principal's teams, a text or a list of texts; `nil`: the issuer has no word on teams.
    public var teams: ClaimPath?
    /// What names of teams begin with; it is taken away, and names that begin otherwise are passed over. Empty for nothing.
    public var teamsPrefix = ""
    /// Our names for the issuer's teams, which may be identifiers that nobody can read. Names that are not here stay as they are.
    public var teamNames: [String: String] = [:]
    /// The tenant of all of the issuer's principals, whose teams of other tenants are passed over; `nil`: that of their teams.
    public var tenant: String?
    /// What else policies can speak of, in the order of the names, each once.
    public var attributes: [Attribute] = []

    /// The claim `sub` is a person's name, without teams and attributes.
    public init() {}
}
