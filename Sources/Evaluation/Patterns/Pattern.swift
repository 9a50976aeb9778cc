/// A regular expression whose search takes time linear in the text, however it and the text are made.
///
/// An answer is a stranger's input, and a backtracking engine can be made to run for years on a short one; so the
/// program of a pattern is run for all its alternatives at once (Thompson 1968; Pike's machine, Cox 2009 "Regular
/// Expression Matching: the Virtual Machine Approach"). What such a machine can't do, back references and looking
/// around, is refused.
///
/// The syntax is what Python's `re` and ECMAScript have in common: literals, `.`, classes with ranges, `\d \w \s` and
/// their opposites (Unicode's, as in Python), `\b`, `^`, `$`, `\A`, `\z`, groups (capturing, named, `(?:…)`), `|`, `* +
/// ? {m,n}` greedy or lazy, `(?i)`, `(?s)`, `(?m)`, `\xHH`, `\uHHHH`, `\u{…}`, `\n \r \t \f \v \0`. Of several matches
/// the leftmost counts, and of those the one that a backtracking engine would find first.
public struct Pattern: Sendable {
    /// Why a text is no pattern that is read here.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// Where, in scalars from 1.
        public let column: Int
        /// What is wrong.
        public let message: String

        /// Message and column.
        public var description: String { "\(message) (column \(column) of the pattern)" }
    }

    /// A place in a text and of the first group in it, in scalars.
    public struct Match: Sendable, Hashable {
        /// All of it.
        public let range: Range<Int>
        /// What the first capturing group took; `nil` where there is none or it took no part.
        public let firstGroup: Range<Int>?
    }

    /// What a search says.
    public enum Outcome: Sendable, Hashable {
        /// It is there.
        case match(Match)
        /// It is not there.
        case none
        /// More steps than are taken: a long text and a large pattern.
        case tooCostly
    }

    /// The text as it was written.
    public let source: String
    let program: [PatternInstruction]
    private let start: PatternStart

    /// The most scalars of a pattern.
    static let longest = 4096
    /// The most instructions of a program, counted repetitions written out.
    static let largestProgram = 20_000
    /// The most steps of a search; about a second.
    static let mostSteps = 100_000_000

    /// Reads a pattern.
    public init(_ text: String) throws(Failure) {
        source = text
        var parser = PatternParser(text)
        let expression = try parser.pattern()
        var compiler = PatternCompiler()
        try compiler.compile(expression)
        program = compiler.program
        start = PatternStart(program)
    }

    /// Finds the first match anywhere in a text.
    public func firstMatch(in text: String) -> Outcome { firstMatch(in: PatternText(Array(text.unicodeScalars))) }

    /// Finds the first match anywhere in a text.
    func firstMatch(in text: PatternText, mostSteps: Int = Self.mostSteps) -> Outcome {
        guard start.admits(text) else { return .none }
        var machine = PatternMachine(program: program, start: start, scalars: text.scalars, mostSteps: mostSteps)
        return machine.search()
    }

    /// Whether it is there; `nil`: too costly to tell.
    func matches(_ text: String) -> Bool? {
        switch firstMatch(in: text) {
        case .match: true
        case .none: false
        case .tooCostly: nil
        }
    }
}

/// A step of a pattern's program.
enum PatternInstruction: Sendable {
    case scalar(ScalarSet)
    /// Both ways, the first preferred.
    case split(Int, Int)
    case jump(Int)
    /// Takes down the place: 0 and 1 for all of it, 2 and 3 for the first group.
    case save(Int)
    case assert(PatternAssertion)
    case match
}

/// What holds between two scalars.
enum PatternAssertion: Sendable {
    case textStart
    case textEnd
    /// At the end, or before a line feed there.
    case lastLineEnd
    case lineStart
    case lineEnd
    case wordBorder
    case noWordBorder
}

/// A pattern's parts.
indirect enum PatternExpression: Sendable {
    case empty
    case scalar(ScalarSet)
    case sequence([PatternExpression])
    case alternatives([PatternExpression])
    case repeated(PatternExpression, least: Int, most: Int?, isLazy: Bool)
    case group(PatternExpression, number: Int)
    case assertion(PatternAssertion)
}
