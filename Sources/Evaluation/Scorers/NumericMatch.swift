/// Whether the answer's number is the expected one, within a tolerance.
public struct NumericMatch: Sendable, Hashable {
    /// Which of the answer's numbers counts.
    public enum Which: String, Sendable, Hashable, CaseIterable {
        /// The marked one (`#### 42` as in GSM8K, `\boxed{42}` as in MATH), the last mark; without a mark the last
        /// number.
        case marked
        /// The last one.
        case last
        /// The first one.
        case first
        /// The answer is nothing but a number.
        case only
    }

    /// Which of the answer's numbers counts.
    public var which = Which.marked
    /// How far it may be from the expected.
    public var absoluteTolerance: Double
    /// How far it may be from the expected, as a part of that.
    public var relativeTolerance: Double

    /// Puts it together; a millionth of a millionth, for what is not written out, is always within the tolerance.
    public init(_ which: Which = .marked, absoluteTolerance: Double = 0, relativeTolerance: Double = 0) {
        self.which = which
        self.absoluteTolerance = absoluteTolerance
        self.relativeTolerance = relativeTolerance
    }

    func score(_ text: String, _ expected: [String]) -> Score {
        guard let number = NumberFinder.number(in: text, which) else { return Score(0, "no number in the answer") }
        let isRight = expected.contains { text in
            guard let expected = NumberFinder.expected(text) else { return false }
            return isNear(number, expected)
        }
        return .verdict(isRight, "the number is right", "the number is another")
    }

    private func isNear(_ number: Double, _ expected: Double) -> Bool {
        let distance = abs(number - expected)
        return distance <= max(absoluteTolerance, max(relativeTolerance, 1e-12) * abs(expected))
    }
}
