public import Inference

/// Why a score is what it is.
struct Grounds: Sendable, Hashable {
    /// What the words nearby say.
    enum Context: String, Sendable, Hashable {
        case silent, supports, counters
    }

    /// What the check digits say.
    var check = IdentifierFormat.Verdict.neutral
    var context = Context.silent
}

/// A span that some detector considered, and what came of it: the answer of `privacy explain`.
public struct Consideration: Sendable, Hashable {
    /// What came of it.
    public enum Outcome: String, Sendable, Hashable {
        /// It is a finding.
        case taken
        /// Its check digits are wrong, or a rule excludes it.
        case rejected
        /// Its score is below the threshold.
        case belowThreshold = "below_threshold"
        /// Another finding of greater score, specificity or length stands there.
        case outranked
        /// The settings allow the value.
        case allowed
    }

    /// As a detector left it.
    struct Draft: Sendable, Hashable {
        let candidate: Candidate
        let grounds: Grounds
    }

    /// Which class, as policies know it.
    public let dataClass: DataClass
    /// Which detector, or which of the class's forms.
    public let detector: String
    /// Which bytes.
    public let range: Range<Int>
    /// 0…100.
    public let score: Int
    /// What a finding of the class needs.
    public let threshold: Int
    /// `accept`, `reject`, or `neutral` where there is nothing to check.
    public let check: String
    /// `supports`, `counters` or `silent`.
    public let context: String
    /// What came of it.
    public let outcome: Outcome
}
