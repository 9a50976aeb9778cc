/// One thing wrong in a suite's file: where, what was expected, what was found. Never a prompt's or an answer's text.
public struct SuiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let source: String
    /// The line and column.
    public let position: ValueTree.Position
    /// What is wrong.
    public let message: String

    /// Puts an error together.
    public init(source: String, position: ValueTree.Position, message: String) {
        self.source = source
        self.position = position
        self.message = message
    }

    /// `file:line:column: message`.
    public var description: String { "\(source):\(position.line):\(position.column): \(message)" }
}

/// Everything wrong in a suite's files; at least one error. Whoever gets this runs nothing.
public struct SuiteErrors: Error, Sendable, CustomStringConvertible {
    /// The errors in the order of files and lines; those beyond `mostKept` are only counted.
    public let errors: [SuiteError]
    /// How many there are, `errors` included.
    public let count: Int

    /// How many are shown.
    public static let mostShown = 20
    /// How many are kept.
    static let mostKept = 1000

    /// One error a line, at most 20 of them, and how many more there are.
    public var description: String {
        var lines = errors.prefix(Self.mostShown).map(\.description)
        if count > lines.count { lines.append("and \(count - lines.count) more") }
        return lines.joined(separator: "\n")
    }
}

/// Collects what is wrong in a suite's files, so that all of it is told at once.
public struct SuiteProblems: Sendable {
    private var errors: [SuiteError] = []
    private(set) var count = 0
    private var sources: [String] = []

    /// Nothing is wrong yet.
    public init() {}

    /// Takes down one more.
    public mutating func report(_ source: String, _ position: ValueTree.Position, _ message: String) {
        count += 1
        if !sources.contains(source) { sources.append(source) }
        guard errors.count < SuiteErrors.mostKept else { return }
        errors.append(SuiteError(source: source, position: position, message: message))
    }

    /// Throws what was collected, file by file as they were first named, and by line in each.
    public func finish() throws(SuiteErrors) {
        guard count > 0 else { return }
        let order = Dictionary(uniqueKeysWithValues: sources.enumerated().map { ($1, $0) })
        let sorted = errors.enumerated().sorted {
            let left = (order[$0.element.source] ?? 0, $0.element.position.line, $0.element.position.column, $0.offset)
            let right = (order[$1.element.source] ?? 0, $1.element.position.line, $1.element.position.column, $1.offset)
            return left < right
        }
        throw SuiteErrors(errors: sorted.map(\.element), count: count)
    }
}
