internal import Cedar
public import Inference

/// For which requests policies answer otherwise than others did.
public struct PolicyDifference: Sendable {
    /// What policies answer.
    public struct Answer: Sendable, Hashable {
        /// The form in which a request may be sent; `nil` for other questions, and where it is denied.
        public let form: SendingForm?
        /// Whether what is asked may be done, in some form.
        public let isPermitted: Bool
        /// The policies that decide, by id.
        public let policies: [String]

        /// A word: `raw`, `permitted`, `denied` …
        public var word: String { form?.rawValue ?? (isPermitted ? "permitted" : "denied") }
    }

    /// Who gets what.
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// More is permitted, or more of the text is shown.
        case more
        /// Less.
        case less
    }

    /// Requests that are answered otherwise, all in the same way.
    public struct Row: Sendable, Hashable {
        /// What is asked: `send`, `use_tool`, `list_models` or `administer`.
        public let inquiry: String
        /// Which requests.
        public internal(set) var requests: AnalysedRequests
        /// What the other policies answer; the policies named are those that decide the example.
        public let was: Answer
        /// What these answer.
        public let becomes: Answer

        /// Whether they get more.
        public var direction: Direction {
            func rank(_ answer: Answer) -> Int {
                guard answer.isPermitted else { return SendingForm.allCases.count }
                return answer.form.flatMap { SendingForm.allCases.firstIndex(of: $0) } ?? 0
            }
            return rank(becomes) < rank(was) ? .more : .less
        }
    }

    /// The differences.
    public fileprivate(set) var rows: [Row] = []
    /// How far the comparison reaches.
    public fileprivate(set) var coverage = AnalysisCoverage()
    /// Cases with a difference that are in no row, since there were too many rows.
    public fileprivate(set) var unlisted = 0
}

extension AccessPolicy {
    private struct Change: Hashable {
        let was: String
        let becomes: String
    }

    /// Compares with other policies: all requests that conform to the schema and that the gateway can ask about, sorted into
    /// cases.
    public func difference(from other: AccessPolicy) -> PolicyDifference {
        var result = PolicyDifference()
        if schema != other.schema {
            result.coverage.reasons.append("the schemas differ: what only the first one declares stays as it is")
        }
        for inquiry in AccessInquiry.allCases {
            for environment in schema.environments(inquiry.actions) {
                compare(other, inquiry, environment, into: &result)
            }
        }
        result.rows.sort { ($0.direction.rawValue, $0.inquiry) < ($1.direction.rawValue, $1.inquiry) }
        return result
    }

    private func compare(
        _ other: AccessPolicy, _ inquiry: AccessInquiry, _ environment: RequestEnvironment,
        into result: inout PolicyDifference
    ) {
        let facts = SuppliedFacts(inquiry, reading: policies.readPaths + other.policies.readPaths)
        let split = CaseSplit(
            schema, environment, policies: [policies, other.policies], assuming: facts.expressions)
        let found = split.classify { requestCase -> Change? in
            let was = other.answer(inquiry, requestCase).word
            let becomes = answer(inquiry, requestCase).word
            return was == becomes ? nil : Change(was: was, becomes: becomes)
        }
        result.coverage.add(split, cases: found.cases)
        result.unlisted += found.uncovered
        for one in found.classes {
            let row = PolicyDifference.Row(
                inquiry: inquiry.rawValue, requests: AnalysedRequests(one, environment),
                was: other.answer(inquiry, one.witness), becomes: answer(inquiry, one.witness))
            let same = result.rows.firstIndex {
                $0.inquiry == row.inquiry && $0.was == row.was && $0.becomes == row.becomes
                    && $0.requests.isLike(row.requests)
            }
            if let same {
                result.rows[same].requests.principals.append(environment.principal)
            } else {
                result.rows.append(row)
            }
        }
    }

    /// What `decide` would answer: the first form that is permitted, and nothing once a policy can't be evaluated.
    private func answer(_ inquiry: AccessInquiry, _ requestCase: RequestCase) -> PolicyDifference.Answer {
        var request = requestCase.request
        var forbidding: [String] = []
        for (position, action) in inquiry.actions.enumerated() {
            request.action = action
            let response = policies.isAuthorized(request, entities: requestCase.entities)
            guard response.errors.isEmpty else {
                return .init(form: nil, isPermitted: false, policies: response.errors.map(\.policy))
            }
            if response.decision == .allow {
                return .init(
                    form: inquiry == .send ? Vocabulary.forms[position].form : nil, isPermitted: true,
                    policies: response.determining)
            }
            for id in response.determining where !forbidding.contains(id) { forbidding.append(id) }
        }
        return .init(form: nil, isPermitted: false, policies: forbidding)
    }
}
