/// Finds where literal-led patterns end, for many patterns in one pass. `PatternScanner` implements it with Hyperscan.
public protocol CandidateScanner: Sendable {
    /// Appends every place of `text` where one of the patterns ends, in ascending order of ends.
    ///
    /// Called from any thread, by several at once. Throws if the text can't be scanned; then the request fails.
    func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws
}

/// A place where a pattern ends.
public struct CandidateMatch: Sendable, Hashable {
    /// The pattern's `id`.
    public let pattern: Int
    /// The offset after its last byte.
    public let end: Int

    /// Names a place.
    public init(pattern: Int, end: Int) {
        self.pattern = pattern
        self.end = end
    }
}

/// A pattern that a scanner shall look for.
public struct CandidatePattern: Sendable, Hashable {
    /// Its number, which matches give back.
    public let id: Int
    /// A regular expression (PCRE syntax as Hyperscan takes it) that begins with a literal and matches one length only, so that its
    /// end tells its start.
    public let expression: String

    /// Puts a pattern together; patterns of one scanner have different numbers.
    public init(id: Int, expression: String) {
        self.id = id
        self.expression = expression
    }

    /// All that the detectors want scanned.
    public static let all: [CandidatePattern] = SecretFormat.all.indices.map { index in
        CandidatePattern(id: index, expression: SecretFormat.all[index].expression)
    }

    /// The shortest text that any pattern can match, in bytes; shorter texts need no scan.
    static let shortestMatch = SecretFormat.all.map(\.length).min() ?? 0
}
