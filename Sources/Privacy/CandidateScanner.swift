/// Finds where patterns end, for many patterns in one pass. `PatternScanner` implements it with Hyperscan.
public protocol CandidateScanner: Sendable {
    /// Appends every place of `text` where one of the patterns ends, in ascending order of ends for each form of pattern.
    ///
    /// Called from any thread, by several at once. Throws if the text can't be scanned; then the request fails.
    func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws
}

/// A place where a pattern ends, in 16 bytes.
public struct CandidateMatch: Sendable, Hashable {
    private static let unknown = UInt32.max

    private let identifier: UInt32
    private let first: UInt32
    /// The offset after its last byte.
    public let end: Int

    /// Names a place; offsets are below 4 GiB.
    public init(pattern: Int, end: Int, start: Int? = nil) {
        identifier = UInt32(truncatingIfNeeded: pattern)
        first = start.map { UInt32(truncatingIfNeeded: $0) } ?? Self.unknown
        self.end = end
    }

    /// The pattern's `id`.
    public var pattern: Int { Int(identifier) }

    /// The offset of its first byte; `nil` where the scanner does not tell it.
    public var start: Int? { first == Self.unknown ? nil : Int(first) }

    /// Whose pattern it is.
    var kind: CandidatePattern.Kind { CandidatePattern.Kind(id: pattern) }
}

/// A pattern that a scanner shall look for.
public struct CandidatePattern: Sendable, Hashable {
    /// How the expression is to be read.
    public enum Form: Sendable, Hashable {
        /// A regular expression (PCRE syntax as Hyperscan takes it) that begins with a literal; only its end is told.
        case expression
        /// Just these bytes.
        case literal
        /// A regular expression of which start and end are told.
        case spanningExpression
    }

    /// Who wants a pattern.
    enum Kind: Sendable, Hashable {
        /// Index into `SecretLiteral.all`.
        case secret(Int)
        /// Index into `LiteralTrigger.all`.
        case trigger(Int)
        /// Index into the spellings of `TermDictionary`.
        case term(Int)
        /// Index into `PrivacySettings.patterns`.
        case pattern(Int)

        /// The kind lies in two bits above the index: Hyperscan's identifiers have 32 bits.
        private static let shift = 28

        var id: Int {
            switch self {
            case .secret(let index): index
            case .trigger(let index): 1 << Self.shift | index
            case .term(let index): 2 << Self.shift | index
            case .pattern(let index): 3 << Self.shift | index
            }
        }

        init(id: Int) {
            let index = id & (1 << Self.shift - 1)
            switch id >> Self.shift {
            case 0: self = .secret(index)
            case 1: self = .trigger(index)
            case 2: self = .term(index)
            default: self = .pattern(index)
            }
        }
    }

    /// Its number, which matches give back; below 2³².
    public let id: Int
    /// The bytes or the regular expression.
    public let expression: String
    /// How to read it.
    public let form: Form
    /// Whether ASCII letters stand for either case.
    public let isCaseless: Bool

    /// Puts a pattern together; patterns of one scanner have different numbers.
    public init(id: Int, expression: String, form: Form = .expression, isCaseless: Bool = false) {
        self.id = id
        self.expression = expression
        self.form = form
        self.isCaseless = isCaseless
    }

    init(_ kind: Kind, _ expression: String, form: Form = .expression, isCaseless: Bool = false) {
        self.init(id: kind.id, expression: expression, form: form, isCaseless: isCaseless)
    }

    /// All that the detectors want scanned, without what settings add.
    public static let all: [CandidatePattern] =
        SecretLiteral.all.enumerated().map {
            CandidatePattern(.secret($0.offset), $0.element.expression, isCaseless: $0.element.isCaseless)
        }
        + LiteralTrigger.all.enumerated().map {
            CandidatePattern(.trigger($0.offset), $0.element.expression, isCaseless: $0.element.isCaseless)
        }
}
