/// What a kind of key or token looks like: a literal that leads it, and what follows.
struct SecretFormat: Sendable {
    /// Which bytes the part after the literal consists of.
    enum Body: Sendable {
        case alphanumeric
        case lowercaseOrDigit
        case uppercaseOrDigit
        case hexadecimal
        case letters
        /// Letters, digits, `-`, `_`.
        case token
        /// Letters, digits, `-`, `_`, `.`, `=`.
        case dotted
        /// Letters, digits, `_`.
        case word

        var expression: String {
            switch self {
            case .alphanumeric: "[A-Za-z0-9]"
            case .lowercaseOrDigit: "[a-z0-9]"
            case .uppercaseOrDigit: "[A-Z0-9]"
            case .hexadecimal: "[0-9a-fA-F]"
            case .letters: "[A-Za-z]"
            case .token: "[A-Za-z0-9_\\-]"
            case .dotted: "[A-Za-z0-9_\\-.=]"
            case .word: "[A-Za-z0-9_]"
            }
        }

        func contains(_ byte: UInt8) -> Bool {
            let isDigit = byte >= 0x30 && byte <= 0x39
            let isUpper = byte >= 0x41 && byte <= 0x5A
            let isLower = byte >= 0x61 && byte <= 0x7A
            switch self {
            case .alphanumeric: return isDigit || isUpper || isLower
            case .lowercaseOrDigit: return isDigit || isLower
            case .uppercaseOrDigit: return isDigit || isUpper
            case .hexadecimal: return isDigit || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
            case .letters: return isUpper || isLower
            case .token: return isDigit || isUpper || isLower || byte == 0x2D || byte == 0x5F
            case .dotted: return isDigit || isUpper || isLower || [0x2D, 0x5F, 0x2E, 0x3D].contains(byte)
            case .word: return isDigit || isUpper || isLower || byte == 0x5F
            }
        }
    }

    /// How a match is verified.
    enum Shape: Sendable {
        /// A run of body bytes.
        case run
        /// A JSON web token: three runs with dots.
        case webToken
        /// A private key between its marks; the match is the end of the opening mark.
        case privateKey
    }

    /// The provider and the kind, for explanations.
    let name: String
    /// A regular expression for the leading literal, of one length.
    let leader: String
    /// That length, in bytes.
    let leaderLength: Int
    let body: Body
    /// The least bytes of body.
    let minimum: Int
    /// The least entropy of the body in bits a byte.
    let entropy: Double
    /// The least digits in the body.
    let digits: Int
    let shape: Shape

    init(
        _ name: String, _ leader: String, _ leaderLength: Int, _ body: Body, _ minimum: Int, entropy: Double = 3,
        digits: Int = 1, shape: Shape = .run
    ) {
        self.name = name
        self.leader = leader
        self.leaderLength = leaderLength
        self.body = body
        self.minimum = minimum
        self.entropy = entropy
        self.digits = digits
        self.shape = shape
    }

    /// The length of the pattern's match.
    var length: Int { leaderLength + minimum }

    /// The expression for the scanner: it matches this one length, so the end tells the start.
    var expression: String { minimum > 0 ? leader + body.expression + "{\(minimum)}" : leader }

    /// A newcomer adds a line here and its cases to the tests.
    static let all: [SecretFormat] = [
        SecretFormat("OpenAI project key", "sk-proj-", 8, .token, 20),
        SecretFormat("OpenAI service account key", "sk-svcacct-", 11, .token, 20),
        SecretFormat("OpenAI admin key", "sk-admin-", 9, .token, 20),
        SecretFormat("Anthropic key", "sk-ant-", 7, .token, 20),
        SecretFormat("OpenAI key", "sk-", 3, .token, 20, entropy: 3.2, digits: 2),
        SecretFormat("AWS access key", "(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])", 4, .uppercaseOrDigit, 16, digits: 0),
        SecretFormat("GitHub token", "gh[pousr]_", 4, .alphanumeric, 36),
        SecretFormat("GitHub fine-grained token", "github_pat_", 11, .word, 40),
        SecretFormat("GitLab token", "gl(?:pat|ptt|imt|cbt|oas)-", 6, .token, 20),
        SecretFormat("GitLab deploy or runner token", "gl(?:dt|rt|ft)-", 5, .token, 20),
        SecretFormat("GitLab agent token", "glagent-", 8, .token, 20),
        SecretFormat("GitLab SCIM token", "glsoat-", 7, .token, 20),
        SecretFormat("Slack token", "xox[abeoprs]-", 5, .token, 10, entropy: 2, digits: 3),
        SecretFormat("Slack configuration token", "xoxe\\.xox[bp]-", 10, .token, 20, digits: 3),
        SecretFormat("Slack application token", "xapp-[0-9]-", 7, .token, 20, digits: 3),
        SecretFormat("Google key", "AIza", 4, .token, 35),
        SecretFormat("Stripe key", "[sr]k_(?:live|test|prod)_", 8, .alphanumeric, 10, entropy: 2),
        SecretFormat("SendGrid key", "SG\\.", 3, .dotted, 60),
        SecretFormat("Twilio key", "SK", 2, .hexadecimal, 32),
        SecretFormat("Hugging Face token", "hf_", 3, .alphanumeric, 34, digits: 0),
        SecretFormat("Hugging Face organisation token", "api_org_", 8, .letters, 34, digits: 0),
        SecretFormat("npm token", "npm_", 4, .alphanumeric, 36),
        SecretFormat("JSON web token", "ey", 2, .token, 14, shape: .webToken),
        SecretFormat("Sallyport key", "sp_", 3, .alphanumeric, 24),
        SecretFormat("private key", "PRIVATE KEY-----", 16, .token, 0, shape: .privateKey),
        SecretFormat("PGP private key", "PRIVATE KEY BLOCK-----", 22, .token, 0, shape: .privateKey),
    ]
}
