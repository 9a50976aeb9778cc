/// A literal that the scanner looks for, and what its end calls. Many formats share one.
struct SecretLiteral: Sendable {
    /// What is to be examined where the literal ends.
    enum Role: Sendable, Hashable {
        /// Tokens that begin with it: indices into `SecretFormat.all`.
        case tokens([Int])
        /// Tokens with it inside.
        case inner([Int])
        /// Names with it: the providers' formats, and whether its name alone lets a value count.
        case name(formats: [Int], isTelling: Bool)
        case special(SecretFormat.Special)
    }

    /// A regular expression of one length.
    let expression: String
    let isCaseless: Bool
    /// In bytes.
    let length: Int
    let role: Role

    /// Words of names whose values count by their own look.
    private static let tellingNames = [
        "key", "token", "secret", "auth", "credential", "creds", "access", "passw", "passphrase", "passcode", "pwd",
        "_pass",
    ]

    private static let specials: [(String, Bool, SecretFormat.Special)] = [
        ("eyJ", false, .webToken), ("ewog", false, .webToken), ("ZXlK", false, .wrappedWebToken),
        ("PRIVATE KEY-----", false, .privateKey), ("PRIVATE KEY BLOCK-----", false, .privateKey),
        ("://", false, .urlCredentials), ("authorization", true, .authorizationHeader),
        ("bearer ", true, .authorizationHeader), ("curl", true, .commandLineCredentials),
        (" -u", false, .commandLineCredentials), ("--user", false, .commandLineCredentials),
        ("mysql", false, .commandLineCredentials), ("mariadb", false, .commandLineCredentials),
        ("sshpass", false, .commandLineCredentials), (" -p", false, .commandLineCredentials),
        ("kind:", true, .kubernetesSecret), ("\"kind\"", true, .kubernetesSecret),
        ("password\" ", true, .packageSourcePassword),
        ("machine ", true, .loginRecord),
    ]

    /// All literals, each once; the index is what `CandidatePattern.Kind.secret` holds.
    static let all: [SecretLiteral] = {
        var literals: [SecretLiteral] = []
        var tokens: [[String]: [Int]] = [:]
        var order: [[String]] = []
        var inner: [String: [Int]] = [:]
        var names: [String: [Int]] = [:]
        for (index, format) in SecretFormat.all.enumerated() {
            switch format.lead {
            case .literal(let expression, let isCaseless):
                let key = [expression, isCaseless ? "i" : ""]
                if tokens[key] == nil { order.append(key) }
                tokens[key, default: []].append(index)
            case .inner(let expression, _, _): inner[expression, default: []].append(index)
            case .keywords(let words): for word in words { names[word, default: []].append(index) }
            }
        }
        for key in order {
            literals.append(SecretLiteral(key[0], isCaseless: key[1] == "i", .tokens(tokens[key] ?? [])))
        }
        for (expression, formats) in inner.sorted(by: { $0.key < $1.key }) {
            literals.append(SecretLiteral(expression, isCaseless: false, .inner(formats)))
        }
        for word in tellingNames {
            let role = Role.name(formats: names.removeValue(forKey: word) ?? [], isTelling: true)
            literals.append(SecretLiteral(word, isCaseless: true, role))
        }
        for (word, formats) in names.sorted(by: { $0.key < $1.key }) {
            literals.append(SecretLiteral(word, isCaseless: true, .name(formats: formats, isTelling: false)))
        }
        for (literal, isCaseless, special) in specials {
            literals.append(SecretLiteral(literal, isCaseless: isCaseless, .special(special)))
        }
        return literals
    }()

    private init(_ expression: String, isCaseless: Bool, _ role: Role) {
        self.expression = expression
        self.isCaseless = isCaseless
        self.role = role
        length = ValueShape(expression).onlyLength
    }
}

extension ValueShape {
    /// The one length of what fits.
    var onlyLength: Int {
        parts.reduce(0) { sum, part in
            switch part {
            case .run(_, let least, let most):
                precondition(least == most, "a literal has one length")
                return sum + least
            case .alternatives(let texts, let isOptional):
                let lengths = Set(texts.map(\.count))
                precondition(lengths.count == 1 && !isOptional, "a literal has one length")
                return sum + (lengths.first ?? 0)
            }
        }
    }
}
