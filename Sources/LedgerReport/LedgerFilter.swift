public import Ledger

/// Which part of the ledger a question is about: attempts to send and denials that have all of what is named here.
public struct LedgerFilter: Hashable, Sendable {
    /// Whether something left.
    public enum Decision: String, Hashable, Sendable, CaseIterable {
        /// An intent was recorded.
        case permitted
        /// It was refused, and nothing left.
        case denied
    }

    /// From this moment on.
    public var since: LedgerTime?
    /// Before this moment.
    public var until: LedgerTime?
    /// Whether something left.
    public var decision: Decision?
    /// What the texts of the entries have to be; the keys are `Field`s.
    public var values: [Field: String]

    /// What can be asked for by its exact text.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        /// The principal's name.
        case principal
        /// One of the principal's teams.
        case team
        /// The principal's tenant.
        case tenant
        /// The model asked for, or the provider's name of the one it went to.
        case model
        /// The provider it went to.
        case provider
        /// A class of data in it.
        case dataClass = "class"
        /// The form of sending: `raw`, `pseudonymised`, `redacted`.
        case form
        /// How values of a class left: `raw`, `surrogate`, `mask` …; with `dataClass` both are true of the same values.
        case treatment
        /// How it ended: `completed`, `refused` …; of denials their reason: `policy`, `blocked` …
        case outcome
        /// A policy that decided.
        case policy
        /// The request's identifier.
        case request
    }

    /// Everything, unless more is said.
    public init(
        since: LedgerTime? = nil, until: LedgerTime? = nil, decision: Decision? = nil, values: [Field: String] = [:]
    ) {
        self.since = since
        self.until = until
        self.decision = decision
        self.values = values
    }

    /// The text that a field has to have.
    public subscript(_ field: Field) -> String? {
        get { values[field] }
        set { values[field] = newValue }
    }

    /// Whether it asks for more than a span of time.
    public var isNarrow: Bool { decision != nil || !values.isEmpty }

    /// What it says, as pairs of a name and a text, in one fixed order: `since`, `until`, `decision`, then the fields.
    public var parts: [(name: String, text: String)] {
        var parts: [(String, String)] = []
        if let since { parts.append(("since", since.description)) }
        if let until { parts.append(("until", until.description)) }
        if let decision { parts.append(("decision", decision.rawValue)) }
        for field in Field.allCases {
            if let text = values[field] { parts.append((field.rawValue, text)) }
        }
        return parts
    }
}
