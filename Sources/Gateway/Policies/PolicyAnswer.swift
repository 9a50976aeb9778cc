public import Inference

/// What policies say of a request and one candidate.
public struct PolicyAnswer: Sendable, Hashable {
    /// What becomes of it.
    public enum Outcome: Hashable, Sendable, CustomStringConvertible {
        /// It may be sent, in this form.
        case form(SendingForm)
        /// What is asked may be done: the model shows in the list, or the function may be used.
        case permitted
        /// Policies deny it.
        case denied
        /// A class of data in it may not be sent at all, by `privacy.yaml`.
        case blocked

        /// A word for people: `raw`, `permitted`, `denied` …
        public var description: String {
            switch self {
            case .form(let form): form.rawValue
            case .permitted: "permitted"
            case .denied: "denied"
            case .blocked: "denied by privacy.yaml"
            }
        }

        /// Whether it is denied, by whomever.
        public var isDenied: Bool { self == .denied || self == .blocked }
    }

    /// Where it was to go; for functions of the gateway itself `gateway/sallyport`.
    public let destination: Destination
    /// What becomes of it.
    public let outcome: Outcome
    /// The policies that decided, by id, in the order of the policy file; empty where nothing permits it.
    public let policies: [String]
    /// The tool that may not be used there, where only that denies it.
    public let tool: String?
    /// Policies that could not be evaluated, which denies.
    public let faults: [String]
}
