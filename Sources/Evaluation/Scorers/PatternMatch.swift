/// Whether the text matches a pattern.
public struct PatternMatch: Sendable {
    /// The pattern, looked for anywhere unless it is anchored.
    public let pattern: Pattern

    /// Looks for a pattern.
    public init(_ pattern: Pattern) { self.pattern = pattern }

    func score(_ text: String) -> Score {
        switch pattern.firstMatch(in: text) {
        case .match: Score(1, "the pattern matches")
        case .none: Score(0, "the pattern does not match")
        case .tooCostly: Score(0, "answer and pattern are too large to compare")
        }
    }
}
