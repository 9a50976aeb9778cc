/// Why a request may or may not go to a candidate: each action with the policies that speak of it and the values they saw.
public struct AccessExplanation: Sendable, Hashable {
    /// One action.
    public struct Action: Sendable, Hashable {
        /// What was decided, and by which policies.
        public let decision: ActionDecision
        /// Every policy whose head speaks of the question, in the order of the policy file.
        public let rules: [Rule]
    }

    /// What one policy says.
    public struct Rule: Sendable, Hashable {
        /// What became of it.
        public enum Outcome: Sendable, Hashable {
            /// Its conditions hold.
            case applies
            /// A condition does not hold.
            case doesNotApply
            /// A condition could not be evaluated, which denies: why.
            case failed(String)
        }

        /// The policy.
        public let rule: AccessRule
        /// What became of it.
        public let outcome: Outcome
        /// The values that its conditions look at, in the order of the text.
        public let values: [Value]
    }

    /// A value that a policy can see.
    public struct Value: Sendable, Hashable {
        /// How policies call it, such as `context.counts.email`.
        public let path: String
        /// What it is, as policies would write it; `nil` where it is absent.
        public let text: String?

        /// Names a value.
        public init(path: String, text: String?) {
            self.path = path
            self.text = text
        }
    }

    /// What is decided in the end.
    public let decision: AccessDecision
    /// The three forms in their order, then `use_tool` for each tool of the request.
    public let actions: [Action]
    /// All that policies can see of the request and the candidate: the principal, what it is in, its attributes; the same of
    /// the resource; the context. Of `context.counts` those above zero.
    public let values: [Value]
}
