/// What a kind of key or token looks like, and what leads to it.
///
/// The providers' keys are in `TokenFormats.swift` (a literal of their own leads them) and `KeywordFormats.swift` (the provider's name
/// stands before an assignment). A newcomer adds a line there; the tests make values of it by themselves.
struct SecretFormat: Sendable {
    /// How the scanner's literal and the value belong together.
    enum Lead: Sendable {
        /// The literal is the value's beginning: a regular expression of one length.
        case literal(String, isCaseless: Bool)
        /// The literal stands inside: bytes of a set come before it, so many.
        case inner(String, before: ByteSet, ClosedRange<Int>)
        /// One of these words stands in the name that the value is given to.
        case keywords([String])
    }

    /// The provider and the kind, for explanations.
    let name: String
    let lead: Lead
    /// The value; where a literal leads it, what follows that.
    let shape: ValueShape
    /// As written, for tests that make values of it.
    let notation: String
    /// The least entropy in bits a byte.
    let entropy: Double
    /// The least digits in the part after the literal.
    let digits: Int
    /// Whether it is a web address of which host and scheme belong to the finding.
    let isAddress: Bool

    /// A token that begins with a literal.
    static func token(
        _ name: String, _ leader: String, _ body: String, entropy: Double = 3, digits: Int = 1, isCaseless: Bool = false
    ) -> SecretFormat {
        SecretFormat(
            name: name, lead: .literal(leader, isCaseless: isCaseless),
            shape: ValueShape(body, isCaseless: isCaseless), notation: body, entropy: entropy, digits: digits)
    }

    /// A web address that is a secret by itself: host or its end, then the path.
    static func webhook(_ name: String, _ host: String, _ path: String) -> SecretFormat {
        SecretFormat(
            name: name, lead: .literal(host, isCaseless: false), shape: ValueShape(path), notation: path, entropy: 2.5,
            digits: 0, isAddress: true)
    }

    /// A token with a literal inside.
    static func token(
        _ name: String, before: String, _ count: ClosedRange<Int>, _ inner: String, _ body: String, entropy: Double = 3
    ) -> SecretFormat {
        SecretFormat(
            name: name, lead: .inner(inner, before: ByteSet(before), count), shape: ValueShape(body), notation: body,
            entropy: entropy, digits: 0)
    }

    /// A value that is given to a name with a provider's word in it; letters in either case.
    static func value(
        _ name: String, near keywords: String, _ shape: String, entropy: Double = 2
    ) -> SecretFormat {
        SecretFormat(
            name: name, lead: .keywords(keywords.split(separator: "|").map(String.init)),
            shape: ValueShape(shape, isCaseless: true), notation: shape, entropy: entropy, digits: 0)
    }

    private init(
        name: String, lead: Lead, shape: ValueShape, notation: String, entropy: Double, digits: Int,
        isAddress: Bool = false
    ) {
        self.name = name
        self.lead = lead
        self.shape = shape
        self.notation = notation
        self.entropy = entropy
        self.digits = digits
        self.isAddress = isAddress
    }

    /// All that are tables' lines; a format's index is the variant of its findings, less one.
    static let all: [SecretFormat] = tokens + keywordFormats

    /// The kinds that are more than a line, after those.
    enum Special: Int, Sendable, CaseIterable {
        case webToken, wrappedWebToken, privateKey, urlCredentials, authorizationHeader, commandLineCredentials
        case kubernetesSecret, packageSourcePassword, loginRecord, genericKey, genericPassword

        /// The variant of its findings.
        var variant: Int { SecretFormat.all.count + 1 + rawValue }

        var name: String {
            switch self {
            case .webToken: "JSON web token"
            case .wrappedWebToken: "JSON web token in base64"
            case .privateKey: "private key"
            case .urlCredentials: "credentials in a URL"
            case .authorizationHeader: "authorization header"
            case .commandLineCredentials: "credentials on a command line"
            case .kubernetesSecret: "Kubernetes secret"
            case .packageSourcePassword: "password of a package source"
            case .loginRecord: "password in .netrc"
            case .genericKey: "key or token by its name and entropy"
            case .genericPassword: "password by its name"
            }
        }
    }

    /// What the variant of a secret's finding stands for; `nil` if nothing does.
    static func name(of variant: Int) -> String? {
        if variant >= 1, variant <= all.count { return all[variant - 1].name }
        return Special(rawValue: variant - all.count - 1)?.name
    }
}
