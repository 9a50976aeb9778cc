/// Policies, parsed and made ready to decide.
public struct PolicySet: Sendable {
    /// Bounds that keep a hostile or broken text from costing more than it is worth.
    public struct Limits: Sendable {
        /// Bytes of text.
        public var maximumBytes = 8 << 20
        /// How deep expressions may nest, and how many operands a chain of `+`, `-`, `*` or `.` may have. At 128, parsing
        /// and evaluating need at most 256 KiB of stack in a release build and 2 MiB in a debug build (measured).
        public var maximumDepth = 128
        /// Errors reported before the parser gives up.
        public var maximumErrors = 50

        /// The default bounds.
        public init() {}
    }

    /// The policies that decide, in the order of the text; those that links made of templates stand last.
    public let policies: [Policy]
    /// The templates in the order of the text. They decide nothing themselves; `linking(_:)` makes policies of them.
    public let templates: [Policy]
    /// The text that they came from.
    public let source: SourceText

    let program: Program

    /// Parses policies and templates; `source` is the name of the text in messages, a path usually.
    ///
    /// Throws everything that is wrong with the text at once. An empty text is a set that allows nothing.
    public init(parsing text: String, source name: String, limits: Limits = Limits()) throws(PolicyErrors) {
        let source = SourceText(name: name, text: text)
        var parser = Parser(source: source, limits: limits)
        let policies = parser.parsePolicies()
        if !parser.errors.isEmpty {
            throw PolicyErrors(parser.errors.sorted { $0.offset < $1.offset }.map(\.error))
        }
        self.init(
            policies: policies.filter { !$0.isTemplate }, templates: policies.filter(\.isTemplate), source: source)
    }

    /// Makes them ready to decide; the caller vouches for names that stand once.
    init(policies: [Policy], templates: [Policy], source: SourceText) {
        self.policies = policies
        self.templates = templates
        self.source = source
        program = Program(policies)
    }
}
