public import Inference

/// The right to send one request to one destination in one form. Only `AccessPolicy` can make one.
public struct Permit: Sendable, Hashable {
    /// The request.
    public let requestID: RequestID
    /// Where it may go.
    public let destination: Destination
    /// In which form.
    public let form: SendingForm
    /// The policies that permit it, by id, in the order of the policy file; at least one.
    public let policies: [String]

    init(requestID: RequestID, destination: Destination, form: SendingForm, policies: [String]) {
        self.requestID = requestID
        self.destination = destination
        self.form = form
        self.policies = policies
    }
}

/// Why a request may not go to a destination in any form.
public struct Denial: Sendable, Hashable {
    /// Where it may not go.
    public let destination: Destination
    /// The policies that forbid it, by id, or, if `hadErrors`, those that could not be evaluated. Empty where it is simply
    /// that nothing permits it.
    public let policies: [String]
    /// The tool that may not be used there, where the request could go there without it.
    public let tool: String?
    /// Whether a policy could not be evaluated, which denies whatever the others say.
    public let hadErrors: Bool
    /// For the operator's log, where `hadErrors`: policy, line, column and reason, in names and types, no values.
    public let faults: [String]
}

/// What policy says of a request and a destination.
public enum AccessDecision: Sendable, Hashable {
    /// It may go there.
    case permit(Permit)
    /// It may not.
    case denial(Denial)
}

/// What policy says of one action.
public struct ActionDecision: Sendable, Hashable {
    /// The action.
    public let action: AccessAction
    /// The tool, for `use_tool`.
    public let tool: String?
    /// Whether it may be done: something permits it, nothing forbids it, and every policy could be evaluated.
    public let isAllowed: Bool
    /// The policies that decided, by id, in the order of the policy file: the permits, or the forbids; where `faults` is not
    /// empty, those that could not be evaluated. Empty where nothing permits it.
    public let policies: [String]
    /// Policy, line, column and reason of what could not be evaluated, in names and types, no values.
    public let faults: [String]
}
