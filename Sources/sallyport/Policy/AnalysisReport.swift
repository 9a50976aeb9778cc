import Access
import Gateway

/// Requests that an analysis found, and how far it reached, for people and for scripts.
enum AnalysisReport {
    /// `over all 192 cases`, or how far the search reached and why no further.
    static func reach(_ coverage: AnalysisCoverage) -> String {
        coverage.isExhaustive
            ? "over all \(coverage.cases) cases, which stand for every request"
            : "among \(coverage.cases) cases: sampled, not a proof"
    }

    /// The reasons why cases don't stand for all requests, one a line.
    static func reasons(_ coverage: AnalysisCoverage) -> [String] { coverage.reasons.map { "not a proof: \($0)" } }

    /// Which requests, in the words of policies; lines without the places that don't matter.
    static func lines(_ requests: AnalysedRequests) -> [(word: String, text: String)] {
        let who = ([requests.principals.joined(separator: ", ")] + requests.principal).joined(separator: " && ")
        return [("who", who)]
            + [("model", requests.resource), ("request", requests.context)].filter { !$0.1.isEmpty }
            .map { ($0.0, $0.1.joined(separator: " && ")) }
    }

    /// One of the requests.
    static func example(_ requests: AnalysedRequests) -> String {
        requests.example.map { "\($0.path) = \($0.text ?? "absent")" }.joined(separator: "; ")
    }

    /// Lines with aligned words before them.
    static func block(_ lines: [(word: String, text: String)]) -> String {
        let width = lines.map(\.word.count).max() ?? 0
        return lines.map { word, text in
            "  \(word)\(String(repeating: " ", count: width - word.count + 2))\(text)"
        }.joined(separator: "\n")
    }

    /// Policies with where they stand.
    static func policies(_ ids: [String], _ workbench: PolicyWorkbench) -> String {
        guard !ids.isEmpty else { return "nothing permits it" }
        let placed = workbench.access.rules.filter { ids.contains($0.id) }
        return "by " + placed.map { "\($0.id) (\(workbench.place(of: $0)))" }.joined(separator: ", ")
    }

    struct Requests: Encodable {
        struct Value: Encodable {
            let path: String
            let value: String?
        }

        let principals, principal, resource, context: [String]
        let example: [Value]

        init(_ requests: AnalysedRequests) {
            principals = requests.principals
            principal = requests.principal
            resource = requests.resource
            context = requests.context
            example = requests.example.map { Value(path: $0.path, value: $0.text) }
        }
    }
}
