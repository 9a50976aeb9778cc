public import Inference

/// What to look for, how sure to be, and what to do with it: `policies/privacy.yaml` in types.
public struct PrivacySettings: Sendable, Hashable {
    /// The classes that are looked for; others are passed over.
    public var classes: Set<DataClass>
    /// Findings below this score (0…100) are dropped. 50 keeps what its own form proves, or what its context does.
    public var threshold: Int
    /// Classes with a threshold of their own.
    public var thresholds: [DataClass: Int] = [:]
    /// What the pseudonymised form makes of each class; `surrogate` where none is named.
    public var treatments: [DataClass: Treatment] = [:]
    /// Classes that are taken out of answers where the model added them; what the caller itself sent comes back as it was.
    public var redactedInAnswers: Set<DataClass> = []
    /// Lists of words of one's own.
    public var terms: [TermList] = []
    /// Patterns of one's own.
    public var patterns: [TermPattern] = []
    /// Values that are never findings: exact, or with a `*` at either end. Compared without regard to ASCII case.
    public var allowed: [String] = []
    /// Whether encodings and look-alikes are undone before looking (`ShadowText`).
    public var undoesEvasion = true

    /// Words that are sensitive because you say so: project names, customers.
    public struct TermList: Sendable, Hashable {
        /// The class as policies know it: one of the catalogue's, or a name of your own.
        public var dataClass: DataClass
        /// The words, each found where no letter or digit joins it. UTF-8, one to 200 bytes each.
        public var words: [String]
        /// Whether capitals must agree.
        public var isCaseSensitive = false

        /// Puts a list together.
        public init(dataClass: DataClass, words: [String], isCaseSensitive: Bool = false) {
            self.dataClass = dataClass
            self.words = words
            self.isCaseSensitive = isCaseSensitive
        }
    }

    /// A pattern of one's own, compiled for linear time.
    public struct TermPattern: Sendable, Hashable {
        /// The class as policies know it: one of the catalogue's, or a name of your own.
        public var dataClass: DataClass
        /// A regular expression as Hyperscan takes it (PCRE without look-around and back-references); it matches at least one byte.
        public var expression: String
        /// How sure a match is, 1…100.
        public var score: Int

        /// Puts a pattern together.
        public init(dataClass: DataClass, expression: String, score: Int = 80) {
            self.dataClass = dataClass
            self.expression = expression
            self.score = score
        }
    }

    /// The usual classes at the usual threshold, unless told otherwise.
    public init(classes: Set<DataClass>? = nil, threshold: Int = 50) {
        self.classes = classes ?? Self.usualClasses
        self.threshold = threshold
    }

    /// The classes that are on unless settings say otherwise.
    public static let usualClasses = Set(SensitiveClass.allCases.filter { $0.details.isDefault }.map(\.dataClass))

    /// Every class that may come out: the catalogue's, and one's own.
    public var knownClasses: [DataClass] { SensitiveClass.allCases.map(\.dataClass) + ownClasses }

    var enabled: SensitiveClassSet {
        var set = SensitiveClassSet()
        for sensitiveClass in SensitiveClass.allCases where classes.contains(sensitiveClass.dataClass) {
            set.insert(sensitiveClass)
        }
        return set
    }
}
