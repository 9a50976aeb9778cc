/// Whether the text is one of the expected, scalar by scalar.
public struct ExactMatch: Sendable, Hashable {
    /// Whether blanks at both ends don't count.
    public var isTrimmed = true
    /// Whether upper and lower case are the same.
    public var ignoresCase = false

    /// Trimmed, with case.
    public init() {}

    func score(_ text: String, _ expected: [String]) -> Score {
        let text = form(text)
        let isRight = expected.contains { form($0).isIdentical(to: text) }
        return .verdict(isRight, "equal", "differs from every expected answer")
    }

    private func form(_ text: String) -> String {
        let trimmed = isTrimmed ? text.trimmingBlanks : text
        return ignoresCase ? LowerCase.of(trimmed) : trimmed
    }
}
