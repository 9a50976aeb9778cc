import Access
import Foundation
import Inference
import Testing

/// Principals, candidates and questions that the tests share.
enum Fixture {
    static let requestID = RequestID(high: 7, low: 9)

    static func principal(_ name: String = "alice", _ kind: Principal.Kind = .user, teams: [String] = ["support"])
        -> Principal
    {
        Principal(kind: kind, name: name, teams: teams, tenant: "acme", method: .apiKey, credential: "key_1")
    }

    static func candidate(
        _ trust: String, region: String? = nil, retention: String? = nil, groups: [String] = []
    ) -> Candidate {
        Candidate(
            alias: ModelID("chat-\(trust)"),
            destination: Destination(provider: ProviderID("\(trust)-provider"), model: "model-1"), trust: trust,
            region: region, retention: retention, isInternal: trust == "internal", groups: groups)
    }

    static func data(_ classes: [(DataClass, Int)] = [], unscannable: Int = 0) -> DataSummary {
        DataSummary(
            counts: classes.map { .init(dataClass: $0.0, place: .user, count: $0.1) }, unscannable: unscannable,
            textsScanned: 1)
    }

    static func question(
        _ principal: Principal = principal(), data: DataSummary = data(), operation: Inference.Operation = .chat,
        tools: [String] = [], tokens: Int = 100, purpose: String? = nil, address: String? = nil,
        now: Int64 = 1_800_000_000
    ) -> (AccessPolicy) -> AccessQuestion {
        { policy in
            policy.question(
                requestID: requestID, principal: principal, operation: operation, dialect: .openAI, data: data,
                tools: tools, estimatedTokens: tokens, purpose: purpose, clientAddress: address, now: now)
        }
    }

    static func policy(_ text: String) throws -> AccessPolicy {
        try AccessPolicy(policyText: text, source: "test.cedar")
    }

    /// The policies that come with the gateway, checked against the schema that comes with them.
    static func defaultPolicy() throws -> AccessPolicy {
        let schema = try shipped("access.cedarschema")
        let counts = schema.firstMatch(of: /type Counts = \{([^}]*)\}/)?.1 ?? ""
        let classes = counts.matches(of: /(\w+): Long/).map { DataClass(String($0.1)) }
        return try AccessPolicy(
            policyText: try shipped("access.cedar"), source: "policies/access.cedar", schemaText: schema,
            counted: CountedClasses(classes))
    }

    /// A file of the folder `policies`.
    static func shipped(_ name: String) throws -> String {
        var directory = URL(fileURLWithPath: #filePath)
        for _ in 0..<12 {
            directory.deleteLastPathComponent()
            let file = directory.appendingPathComponent("policies/\(name)")
            if let data = FileManager.default.contents(atPath: file.path) {
                return String(decoding: data, as: UTF8.self)
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }
}

extension AccessPolicy {
    func decide(_ question: (AccessPolicy) -> AccessQuestion, for candidate: Candidate) -> AccessDecision {
        decide(question(self), for: candidate)
    }

    func explain(_ question: (AccessPolicy) -> AccessQuestion, for candidate: Candidate) -> AccessExplanation {
        explain(question(self), for: candidate)
    }

    func mayList(_ principal: Principal, _ candidate: Candidate) -> Bool {
        mayList(principal, candidate, now: 1_800_000_000)
    }
}

extension AccessDecision {
    /// The form of a permit.
    var form: SendingForm? { if case .permit(let permit) = self { permit.form } else { nil } }

    var permit: Permit? { if case .permit(let permit) = self { permit } else { nil } }

    var denial: Denial? { if case .denial(let denial) = self { denial } else { nil } }
}
