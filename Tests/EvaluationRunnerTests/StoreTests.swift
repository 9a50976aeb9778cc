import Cryptography
import Evaluation
import EvaluationReport
import EvaluationStore
import GRDB
import Inference
import Testing

struct StoreTests {
    private static func path() -> String { "/tmp/evaluation-store-\(UInt64.random(in: .min ... .max))/runs.sqlite" }

    private let run = StoredRun(
        suite: "s", plan: SHA256.hash("plan"), began: 1_795_467_167, seed: .max, policyHash: "", baseline: 0,
        candidates: [.init(name: "m/zero-shot", model: "m", method: "zero-shot")],
        tests: [.init(id: "a", tags: ["t"], expected: ["x"]), .init(id: "b", tags: [], expected: [])])

    private func key(_ digest: Digest32) -> EvaluationStore.AnswerKey { .init(digest, generation: 0) }

    private func answer(_ text: String, cost: Int64?) -> StoredAnswer {
        var answer = Answer(text)
        answer.toolCalls = [ToolCall(id: "1", name: "look", arguments: "{}")]
        answer.latencyMilliseconds = 1.5
        answer.cost = cost.map { Money(nanoUSD: $0) }
        answer.usage = TokenUsage(input: 3, output: 4)
        return StoredAnswer(answer, destination: "p/m", request: "req_1", prompt: "user: Q")
    }

    @Test func `a run that was killed goes on with what it paid for and what was under way`() async throws {
        let path = Self.path()
        let (first, second) = (SHA256.hash("first"), SHA256.hash("second"))
        let store = try EvaluationStore.open(path: path, writing: true)
        let began = try store.begin(run)
        #expect(!began.isResumed && began.answers == 0)
        let most = Money(nanoUSD: 900)
        for (digest, key) in [(first, "k1"), (second, "k2"), (SHA256.hash("third"), "k3")] {
            let intent = StoredIntent(digest: digest, key: key, most: most)
            try await store.put([.intend(run: began.run, intent)])
        }
        try await store.put([
            .answer(run: began.run, key(first), intent: "k1", answer("yes", cost: 700)),
            .lose(run: began.run, key: "k3"),
        ])
        store.close()

        let again = try EvaluationStore.open(path: path, writing: true)
        let resumed = try again.begin(run)
        #expect(resumed.isResumed && resumed.run == began.run && resumed.answers == 1)
        #expect(resumed.underWay == [second: StoredIntent(digest: second, key: "k2", most: most)])
        #expect(resumed.spent == Money(nanoUSD: 1_600), "what was lost counts at its most")
        let kept = try #require(try again.answer(key(first)))
        #expect(kept.answer.text == "yes" && kept.answer.toolCalls.first?.name == "look")
        #expect(kept.answer.latencyMilliseconds == 1.5 && kept.answer.cost == Money(nanoUSD: 700))
        #expect(try again.answer(.init(first, generation: 7)) == nil, "another generation has answers of its own")
        try await again.put([.end(run: began.run, .finished)])
        #expect(try again.begin(run).run != began.run, "what has finished is not gone on with")
        again.close()
    }

    @Test func `a file of version 1 is taken over, with the answers that were paid for and the texts of its results`()
        async throws
    {
        let path = Self.path()
        try EvaluationStore.open(path: path, writing: true).close()
        let digest = SHA256.hash("first")
        let old = """
            DROP TABLE answer; DROP TABLE result;
            CREATE TABLE answer (digest TEXT NOT NULL, generation INTEGER NOT NULL, run INTEGER NOT NULL, text TEXT NOT NULL,
                calls TEXT NOT NULL, refusal INTEGER NOT NULL, microseconds INTEGER, cost INTEGER, input INTEGER,
                output INTEGER, destination TEXT NOT NULL, request TEXT NOT NULL, prompt TEXT NOT NULL,
                PRIMARY KEY (digest, generation)) WITHOUT ROWID;
            CREATE INDEX answer_run ON answer (run, cost);
            CREATE TABLE result (run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE, candidate INTEGER NOT NULL,
                test INTEGER NOT NULL, record TEXT NOT NULL, digest TEXT, PRIMARY KEY (run, candidate, test)) WITHOUT ROWID;
            PRAGMA user_version = 1;
            INSERT INTO run VALUES (1, 's', '\(run.plan.hex)', 1, 1, '', 0, 'open');
            INSERT INTO candidate VALUES (1, 0, 'm/zero-shot', 'm', 'zero-shot', NULL);
            INSERT INTO test VALUES (1, 0, 'a', '[]', '["x"]'), (1, 1, 'b', '[]', '[]');
            INSERT INTO answer VALUES ('\(digest.hex)', 0, 1, 'shared', '', 0, 1500, 700, 3, 4, 'p/m', 'req_1', 'user: Q'),
                ('\(digest.hex)', 1, 1, 'own', '', 0, 1500, 700, 3, 4, 'p/m', 'req_2', 'user: Q');
            INSERT INTO result VALUES (1, 0, 0, '{"passes":true,"scorers":[]}', '\(digest.hex)'),
                (1, 0, 1, '{"passes":false,"error":true,"scorers":[]}', NULL);
            """
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: old) }
        try queue.close()

        let store = try EvaluationStore.open(path: path, writing: true)
        defer { store.close() }
        let progress = try store.begin(run)
        #expect(progress.run == 1 && progress.isResumed && progress.spent == Money(nanoUSD: 1_400))
        #expect(try store.answer(key(digest))?.answer.text == "shared")
        let record = try #require(try store.record(of: 1))
        #expect(record.texts(0, 0)?.answer == "own", "a run's own answer goes before the shared one")
        #expect(record.contestants[0].results[0]?.passes == true && record.texts(0, 1)?.answer == nil)
    }

    @Test func `two runs can't write at the same time`() throws {
        let path = Self.path()
        let store = try EvaluationStore.open(path: path, writing: true)
        #expect(throws: EvaluationStoreError.self) { try EvaluationStore.open(path: path, writing: true) }
        store.close()
        try EvaluationStore.open(path: path, writing: true).close()
    }

    @Test func `a run is read again as it was kept, with the texts of its cases`() async throws {
        let store = try EvaluationStore.open(path: Self.path(), writing: true)
        let number = try store.begin(run).run
        let digest = SHA256.hash("first")
        var test = EvaluationCase(id: "a")
        test.tags = ["t"]
        let result = CaseResult(
            test, answer: answer("yes", cost: nil).answer, scorers: [Scorer(name: "own", rule: .normalized)],
            scores: [Score(0.25, measure: 3, "so")])
        try await store.put([
            .answer(run: number, key(digest), intent: "k", answer("yes", cost: nil)),
            .result(run: number, candidate: 0, test: 0, record: result.record, answer: key(digest)),
        ])
        let record = try #require(try store.record(of: nil))
        #expect(record.state == .interrupted && record.seed == .max && record.startedAt == "2026-11-23T20:52:47Z")
        let kept = try #require(record.contestants[0].results[0])
        #expect(kept.score == 0.25 && kept.scorers == result.scorers && kept.cost == nil && kept.tags == ["t"])
        #expect(kept.usage == TokenUsage(input: 3, output: 4) && record.contestants[0].results[1] == nil)
        let texts = try #require(record.texts(0, 0))
        #expect(texts.prompt == "user: Q" && texts.expected == ["x"] && texts.answer?.hasPrefix("yes") == true)
        #expect(record.texts(0, 1)?.answer == nil)
        store.close()
    }
}
