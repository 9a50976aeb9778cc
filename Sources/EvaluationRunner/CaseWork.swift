internal import Cryptography
internal import Evaluation
internal import EvaluationStore
internal import Inference
private import Synchronization

/// Takes one candidate through one case: asks, has the votes counted, and scores.
struct CaseWork: Sendable {
    let settings: RunSettings
    let plan: RunPlan
    let asker: Asker
    let programs: ProgramRunner
    let baselines: BaselineAnswers
    let note: @Sendable ((inout RunProgress) -> Void) -> Void

    /// A result, and which answer counts.
    struct Verdict: Sendable {
        let result: CaseResult
        let digest: Digest32?
    }

    private struct Total {
        var cost: Money? = Money(nanoUSD: 0)
        var usage: TokenUsage?
        var milliseconds: Double?

        mutating func add(_ answer: Answer, countsTime: Bool = true) {
            if let sum = cost, let more = answer.cost {
                cost = Money(nanoUSD: sum.nanoUSD.addingReportingOverflow(more.nanoUSD).partialValue)
            } else {
                cost = nil
            }
            if let more = answer.usage {
                let sum = usage ?? TokenUsage(input: 0, output: 0)
                usage = TokenUsage(
                    input: sum.input.addingReportingOverflow(more.input).partialValue,
                    output: sum.output.addingReportingOverflow(more.output).partialValue)
            }
            guard countsTime, let time = answer.latencyMilliseconds else { return }
            milliseconds = max(milliseconds ?? 0, time)
        }
    }

    /// Does all of it. `number`: the step's.
    func run(_ number: Int) async throws(RunFault) -> Verdict {
        let (place, candidate) = number.quotientAndRemainder(dividingBy: settings.candidates.count)
        let test = settings.suite.cases[place]
        var total = Total()
        guard let solved = try await solve(number, test, &total) else {
            if candidate == settings.baseline { await baselines.tell(place, nil) }
            note { $0.errors += 1 }
            return Verdict(result: CaseResult(failed: test, cost: total.cost), digest: nil)
        }
        if candidate == settings.baseline { await baselines.tell(place, solved.answer) }
        let scorers = settings.suite.scorers + test.scorers
        var scores: [Score] = []
        for scorer in scorers {
            scores.append(
                try await score(
                    solved.answer, scorer, test, place, solved.messages, isBaseline: candidate == settings.baseline,
                    &total))
        }
        let result = CaseResult(
            test, answer: solved.answer.with(total.cost), scorers: scorers, scores: scores, cost: total.cost,
            usage: total.usage, latencyMilliseconds: total.milliseconds)
        return Verdict(result: result, digest: solved.digest)
    }

    private struct Solved {
        var answer: Answer
        let digest: Digest32
        let messages: [PromptMessage]
    }

    private func solve(
        _ number: Int, _ test: EvaluationCase, _ total: inout Total
    ) async throws(RunFault) -> Solved? {
        let candidate = settings.candidates[number % settings.candidates.count]
        let step: RunPlan.Step
        do {
            var passages: [Passage] = []
            if let retrieval = candidate.method.retrieval {
                passages = try settings.passages?(retrieval, try plan.query(number)) ?? []
            }
            step = try plan.step(number, passages: passages)
        } catch {
            fail("the request can't be made")
            return nil
        }
        var answers: [(Answer, Digest32)] = []
        for (request, digest) in zip(step.requests, step.digests) {
            switch try await asker.answer(request, digest) {
            case .answered(let stored):
                total.add(stored.answer)
                answers.append((stored.answer, digest))
            case .failed(let reason): fail(reason)
            }
        }
        guard let request = step.requests.first, let winner = winner(of: answers.map(\.0.text), test) else {
            return nil
        }
        var (answer, digest) = answers[winner]
        // What can't be looked through is not known to be clean.
        if let findings = settings.findings {
            let calls = answer.toolCalls.flatMap { [$0.name, $0.arguments] }
            answer.findings = try? ([answer.text] + calls).reduce(into: [:]) { sum, text in
                sum.merge(try findings(text), uniquingKeysWith: +)
            }
        }
        return Solved(answer: answer, digest: digest, messages: request.messages)
    }

    private func winner(of answers: [String], _ test: EvaluationCase) -> Int? {
        // One alone needs no vote.
        if answers.count == 1 { return 0 }
        return VoteTally.winner(answers, by: VoteTally.comparison(for: test), choices: test.choices)?.index
    }

    private func fail(_ reason: String) { note { $0.reasons[reason, default: 0] += 1 } }

    // MARK: - Scoring

    private func score(
        _ answer: Answer, _ scorer: Scorer, _ test: EvaluationCase, _ place: Int, _ messages: [PromptMessage],
        isBaseline: Bool, _ total: inout Total
    ) async throws(RunFault) -> Score {
        if let score = scorer.score(answer, to: test) { return score }
        let score: Score
        switch scorer.rule {
        case .judge(let judge):
            score = try await judged(answer, by: judge, test, place, messages, isBaseline: isBaseline, &total)
        case .program(let program): score = await programs.score(answer, by: program, test)
        default: return Score(nil, "nobody scores it")
        }
        guard scorer.isNegated, let value = score.value else { return score }
        return Score(1 - value, measure: score.measure, "not wanted: \(score.reason)")
    }

    private func judged(
        _ answer: Answer, by judge: Judge, _ test: EvaluationCase, _ place: Int, _ messages: [PromptMessage],
        isBaseline: Bool, _ total: inout Total
    ) async throws(RunFault) -> Score {
        var other: Answer?
        if case .pairwise = judge.manner {
            if isBaseline { return Score(0.5, "it is what the others are compared with") }
            other = await baselines.answer(place)
            if other == nil { return Score(nil, "the baseline has no answer to compare with") }
        }
        var replies: [String?] = []
        for question in judge.questions(about: answer, asked: messages, test: test, other: other) {
            let request = judge.request(question)
            switch try await asker.answer(request, plan.digest(request, caseID: test.id)) {
            case .answered(let stored):
                total.add(stored.answer, countsTime: false)
                replies.append(stored.answer.text)
            case .failed(let reason):
                fail("judge: \(reason)")
                replies.append(nil)
            }
        }
        return judge.score(replies)
    }
}

extension Answer {
    /// The same answer at another cost: that of all its votes.
    fileprivate func with(_ cost: Money?) -> Answer {
        var answer = self
        answer.cost = cost
        return answer
    }
}

/// The baseline's answers, which pairwise judges compare others with: those that come first wait.
actor BaselineAnswers {
    private var answers: [Int: Answer?] = [:]
    private var waiting: [Int: [CheckedContinuation<Answer?, Never>]] = [:]
    private var isOver = false
    private let isNeeded: Bool

    init(isNeeded: Bool) { self.isNeeded = isNeeded }

    func tell(_ place: Int, _ answer: Answer?) {
        guard isNeeded else { return }
        answers[place] = .some(answer)
        for continuation in waiting.removeValue(forKey: place) ?? [] { continuation.resume(returning: answer) }
    }

    func answer(_ place: Int) async -> Answer? {
        if let answer = answers[place] { return answer }
        if isOver { return nil }
        return await withCheckedContinuation { waiting[place, default: []].append($0) }
    }

    /// Nothing more comes: whoever waits goes without.
    func end() {
        isOver = true
        for continuation in waiting.values.flatMap({ $0 }) { continuation.resume(returning: nil) }
        waiting = [:]
    }
}
