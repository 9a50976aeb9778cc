import Access
import Inference
import Testing

/// Differences between policies and proofs about them, in the gateway's words.
@Suite struct PolicyAnalysisTests {
    private static let sending: [AccessAction] = [.sendRaw, .sendPseudonymised, .sendRedacted]

    /// What an analysis takes for granted of requests that may be sent.
    private static let facts = [
        #"context.unscannable == context.classes.contains("unscannable")"#,
        #"(context.counts.email > 0) == context.classes.contains("email")"#, "context.counts.card >= 0",
        "context.hour >= 0 && context.hour <= 23", "context.weekday >= 1 && context.weekday <= 7",
        "context.estimated_tokens >= 0", #"["openai", "anthropic", "bedrock", "gemini"].contains(context.dialect)"#,
        #"["chat", "responses", "completions", "embeddings", "messages", "count_tokens", "converse", "generate_content", "#
            + #""count_content_tokens", "embed_content", "batch_embed_contents"].contains(context.operation)"#,
        #"["internal", "external", "demo"].contains(resource.trust)"#,
        #"resource.internal == (resource.trust == "internal")"#,
        #"resource.provider.internal == (resource.provider.trust == "internal")"#,
        #"(resource.trust == "external") == (resource.provider.trust == "external")"#,
    ]

    @Test(arguments: facts)
    func `What an analysis takes for granted holds of what policies are asked`(fact: String) throws {
        let head = Self.sending.map { "Action::\"\($0.rawValue)\"" }.joined(separator: ", ")
        let policy = try Fixture.policy("permit (principal, action in [\(head)], resource) when { \(fact) };")
        let data = [
            Fixture.data(), Fixture.data([(.email, 2)]), Fixture.data([(.card, 1)], unscannable: 3),
            Fixture.data(unscannable: 1),
        ]
        for trust in ["internal", "external", "demo"] {
            for (summary, now) in zip(data, [Int64(0), 1_800_000_000, -1, 253_402_300_799]) {
                for operation in Operation.allCases {
                    let question = Fixture.question(data: summary, operation: operation, tokens: 0, now: now)(policy)
                    guard case .permit = policy.decide(question, for: Fixture.candidate(trust)) else {
                        Issue.record("`\(fact)` does not hold")
                        return
                    }
                }
            }
        }
        // And it is taken for granted, so that nothing is left to prove of requests of which it is false.
        let proof = try policy.prove(never: "!(\(fact))", actions: Self.sending, source: "test")
        #expect(proof.verdict == .vacuous)
    }

    @Test(arguments: [
        #"context.classes.contains("secret") && resource.trust != "internal""#,
        #"context.classes.contains("health") && !resource.internal"#, #"principal in Team::"suspended""#,
    ])
    func `What the shipped policies promise is proved`(never: String) throws {
        let actions = never.contains("secret") ? [AccessAction.sendRaw, .sendPseudonymised] : Self.sending
        let proof = try Fixture.defaultPolicy().prove(never: never, actions: actions, source: "test")
        #expect(proof.verdict == .proved && proof.described > 0)
    }

    @Test func `What is permitted is shown with the policies that permit it`() throws {
        let proof = try Fixture.defaultPolicy().prove(
            never: #"context.classes.contains("secret") && resource.trust == "demo""#, actions: Self.sending,
            source: "test")
        #expect(proof.verdict == .refuted)
        #expect(proof.counterexamples.map(\.action) == [.sendRedacted])
        #expect(proof.counterexamples.first?.requests.principals.sorted() == ["Service", "User"])
        #expect(
            proof.counterexamples.first?.requests.example.contains(.init(path: "resource.trust", text: #""demo""#))
                == true)
    }

    @Test func `A form that shows less is less, and one that shows more is more`() throws {
        let raw = try Fixture.policy(#"permit (principal, action == Action::"send_raw", resource);"#)
        let redacted = try Fixture.policy(#"permit (principal, action == Action::"send_redacted", resource);"#)
        let less = redacted.difference(from: raw)
        let more = raw.difference(from: redacted)
        #expect(less.rows.map(\.direction) == [.less] && more.rows.map(\.direction) == [.more])
        #expect(less.rows.first?.was.word == "raw" && less.rows.first?.becomes.word == "redacted")
        #expect(less.rows.first?.requests.principals.sorted() == ["Service", "User"] && less.coverage.isExhaustive)
    }

    @Test func `A rule in other words is no difference`() throws {
        let one = try Fixture.policy(
            #"permit (principal, action, resource) unless { context.classes.contains("card") || context.hour < 8 };"#)
        let other = try Fixture.policy(
            """
            permit (principal, action, resource);
            forbid (principal, action, resource) when { context.classes.containsAny(["card"]) };
            forbid (principal, action, resource) when { !(context.hour >= 8) };
            """)
        let difference = other.difference(from: one)
        #expect(difference.rows.isEmpty && difference.coverage.isExhaustive)
    }
}
