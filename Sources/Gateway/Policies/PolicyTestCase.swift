public import Inference

/// What is expected of policies for one request: a case of `policies/tests/*.yaml`.
public struct PolicyTestCase: Sendable {
    /// What is expected for a candidate.
    public struct Expected: Hashable, Sendable, CustomStringConvertible {
        /// What should become of the request.
        public enum Outcome: Hashable, Sendable {
            /// It may be sent in this form.
            case form(SendingForm)
            /// It may be done, where the question is yes or no.
            case permitted
            /// It is denied.
            case denied
        }

        /// What should become of it.
        public let outcome: Outcome
        /// The ids of the policies that should decide, all of them; `nil` where any may.
        public let policies: Set<String>?
        /// The tool that should be refused; `nil` where it does not matter.
        public let tool: String?

        /// Whether an answer is what is expected.
        func holds(of answer: PolicyAnswer) -> Bool {
            let isRight =
                switch outcome {
                case .form(let form): answer.outcome == .form(form)
                case .permitted: answer.outcome == .permitted
                case .denied: answer.outcome.isDenied
                }
            return isRight && (policies.map { $0 == Set(answer.policies) } ?? true)
                && (tool.map { $0 == answer.tool } ?? true)
        }

        /// In words: `denied by secrets-stay`.
        public var description: String {
            var text =
                switch outcome {
                case .form(let form): form.rawValue
                case .permitted: "permitted"
                case .denied: "denied"
                }
            if let policies { text += PolicyAnswer.by(policies.sorted()) }
            if let tool { text += ", tool \(tool)" }
            return text
        }
    }

    /// For which candidates something is expected.
    public enum Expectation: Hashable, Sendable {
        /// The same for every candidate.
        case each(Expected)
        /// For some candidates, by destination.
        case some([Destination: Expected])
    }

    /// The file it stands in.
    public let source: String
    /// Where it stands there.
    public let position: YAMLNode.Position
    /// What it is called; no other case of the file is called so.
    public let name: String
    /// The request.
    public let sketch: RequestSketch
    /// What is expected.
    public let expectation: Expectation
}

extension PolicyAnswer {
    /// ` by a, b`, and for none `` by no policy``.
    static func by(_ policies: [String]) -> String {
        policies.isEmpty ? " by no policy" : " by \(policies.joined(separator: ", "))"
    }

    /// In words: `pseudonymised by others-see-pseudonyms`.
    public var summary: String {
        if outcome == .blocked { return outcome.description }
        if !faults.isEmpty { return "denied: policies failed, \(policies.joined(separator: ", "))" }
        if outcome == .denied, policies.isEmpty, tool == nil { return "denied: no policy permits it" }
        return outcome.description + Self.by(policies) + (tool.map { ", tool \($0)" } ?? "")
    }
}
