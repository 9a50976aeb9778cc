private import Cryptography
internal import Evaluation
public import EvaluationStore
internal import Inference
private import Statistics
private import Synchronization

/// Runs a suite: every candidate through every case, many at once, within one budget; what is done is on disk, so that a run that was
/// killed goes on where it was.
public final class EvaluationRun: Sendable {
    /// How a run ended.
    public struct Ending: Sendable {
        /// The run's number in the store.
        public let run: Int64
        /// How it stands.
        public let state: StoredRun.State
        /// Why it stopped early; `nil`: it did not.
        public let fault: RunFault?
    }

    private struct State {
        var progress = RunProgress()
        var fault: RunFault?
        var results: [Int: CaseResult] = [:]
    }

    private let settings: RunSettings
    private let store: EvaluationStore
    private let connection: GatewayConnection
    private let folder: String
    private let plan: RunPlan
    private let state = Mutex(State())
    private let budgetBox = Mutex<SpendingBudget?>(nil)

    /// Prepares a run. `folder`: where paths of scoring programs are seen from.
    public init(_ settings: RunSettings, store: EvaluationStore, connection: GatewayConnection, folder: String) {
        self.settings = settings
        self.store = store
        self.connection = connection
        self.folder = folder
        plan = RunPlan(
            settings.suite, candidates: settings.candidates, seed: settings.seed, gateway: settings.gateway,
            aliases: settings.bounds.mapValues(\.name))
    }

    /// How far it is. May be asked at any time.
    public var progress: RunProgress {
        var progress = state.withLock(\.progress)
        if let budget = budgetBox.withLock({ $0 }) {
            progress.spent = budget.spent
            progress.hasUnknownCosts = budget.hasUnknownCosts
        }
        return progress
    }

    /// Lets what is under way come to its end, and begins nothing more.
    public func stop() { end(.stopped) }

    private func end(_ fault: RunFault) {
        state.withLock { state in if state.fault == nil { state.fault = fault } }
    }

    /// Runs it. `now`: seconds since 1970.
    public func run(now: Int64) async throws(EvaluationStoreError) -> Ending {
        let progress = try store.begin(
            storedRun(now), anew: settings.anew, usesOldAnswers: settings.usesOldAnswers)
        let budget = SpendingBudget(
            limit: settings.limit, spent: progress.spent, hasUnknownCosts: progress.hasUnknownCosts)
        budgetBox.withLock { $0 = budget }
        let kept = try store.results(of: progress.run)
        state.withLock { state in
            state.progress.run = progress.run
            state.progress.isResumed = progress.isResumed
            state.progress.underWayBefore = progress.underWay.count
            state.progress.total = plan.stepCount
            state.progress.began = .now
            take(kept, &state)
        }
        let note: @Sendable ((inout RunProgress) -> Void) -> Void = { change in
            self.state.withLock { change(&$0.progress) }
        }
        let baselines = BaselineAnswers(isNeeded: settings.isPairwise)
        let work = CaseWork(
            settings: settings, plan: plan,
            asker: Asker(settings, store, connection, budget, progress, note: note),
            programs: ProgramRunner(folder: folder), baselines: baselines, note: note)
        if let rules = settings.race, settings.candidates.count > 1 {
            try await race(rules, work, progress.run)
        } else {
            await round(Array(settings.suite.cases.indices), Array(settings.candidates.indices), work, progress.run)
        }
        let fault = state.withLock(\.fault)
        let ended: StoredRun.State =
            switch fault {
            case nil: .finished
            case .budgetSpent: .spent
            default: .interrupted
            }
        try await store.put([.end(run: progress.run, ended)])
        return Ending(run: progress.run, state: ended, fault: fault)
    }

    private func take(_ kept: [Int: [Int: [UInt8]]], _ state: inout State) {
        for (candidate, records) in kept {
            for (place, record) in records where settings.suite.cases.indices.contains(place) {
                let test = settings.suite.cases[place]
                // Errors are asked for again, and the baseline's answers are needed once more.
                guard let result = CaseResult(record: record, caseID: test.id, tags: test.tags), !result.isError,
                    !(settings.isPairwise && candidate == settings.baseline)
                else { continue }
                state.results[place * settings.candidates.count + candidate] = result
                state.progress.done += 1
            }
        }
    }

    private func storedRun(_ now: Int64) -> StoredRun {
        StoredRun(
            suite: settings.suite.name, plan: planDigest, began: now, seed: settings.seed,
            policyHash: settings.policyHash, baseline: settings.baseline,
            candidates: settings.candidates.map {
                StoredRun.Entrant(name: $0.name, model: $0.model, method: $0.method.name)
            },
            tests: settings.suite.cases.map { test in
                let calls = test.expectedCalls.map {
                    [$0.map { "\($0.name)(\($0.arguments))" }.joined(separator: "\n")]
                }
                let choices = test.correctChoices.compactMap {
                    test.choices.indices.contains($0) ? test.choices[$0] : nil
                }
                return StoredRun.Test(
                    id: test.id, tags: test.tags,
                    expected: test.expected + (test.expectedValue.map { [$0.json] } ?? []) + (calls ?? []) + choices)
            })
    }

    /// The digest of everything that what is asked and how it is scored follow from; passages, which are part of each answer's
    /// own digest, left out.
    private var planDigest: Digest32 {
        let race = settings.race.map { "\($0.alpha) \($0.indifference)" } ?? ""
        let aliases = settings.bounds.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.name)" }
        let facts =
            [
                "sallyport-run-2", settings.suite.name, settings.suiteDigest, "\(settings.seed)",
                "\(settings.baseline)", race, "\(settings.usesOldAnswers)", settings.gateway,
            ] + aliases + [""] + settings.candidates.map(\.name)
        return SHA256.hash(facts.joined(separator: "\n"))
    }

    // MARK: - Rounds

    private func round(_ tests: [Int], _ candidates: [Int], _ work: CaseWork, _ run: Int64) async {
        // The baseline first: others' judges wait for it.
        let order = candidates.filter { $0 == settings.baseline } + candidates.filter { $0 != settings.baseline }
        let counter = StepCounter()
        let count = tests.count * order.count
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(count, settings.concurrency) {
                group.addTask {
                    while true {
                        let index = counter.next()
                        guard index < count, !self.isStopping else { break }
                        let (test, candidate) = index.quotientAndRemainder(dividingBy: order.count)
                        await self.step(tests[test], order[candidate], work, run)
                    }
                }
            }
        }
        if isStopping { await work.baselines.end() }
    }

    private var isStopping: Bool { state.withLock { $0.fault != nil } }

    private func step(_ test: Int, _ candidate: Int, _ work: CaseWork, _ run: Int64) async {
        let number = test * settings.candidates.count + candidate
        if state.withLock({ $0.results[number] != nil }) { return }
        do throws(RunFault) {
            let verdict = try await work.run(number)
            do throws(EvaluationStoreError) {
                try await store.put([
                    .result(
                        run: run, candidate: candidate, test: test, record: verdict.result.record,
                        answer: verdict.digest.map(work.asker.key))
                ])
            } catch {
                throw .store("\(error)")
            }
            state.withLock { state in
                state.results[number] = verdict.result
                state.progress.done += 1
            }
        } catch {
            end(error)
            // Nobody waits for what does not come any more.
            await work.baselines.end()
        }
    }

    private func race(
        _ rules: RunSettings.RaceRules, _ work: CaseWork, _ run: Int64
    ) async throws(EvaluationStoreError) {
        let count = settings.candidates.count
        guard var race = Race(candidates: count, alpha: rules.alpha, indifference: rules.indifference) else { return }
        // In random order, so that the first cases stand for all.
        var order = Array(settings.suite.cases.indices)
        var generator = SeededGenerator(seed: settings.seed)
        order.shuffle(using: &generator)
        var begin = 0
        for end in RacePlan(cases: order.count).roundEnds {
            let tests = Array(order[begin..<end])
            await round(tests, race.remaining, work, run)
            if isStopping { return }
            for test in tests {
                race.add(
                    (0..<count).map { candidate in
                        state.withLock { $0.results[test * count + candidate]?.score }
                    })
            }
            begin = end
            for drop in race.drop() {
                try await store.put([.drop(run: run, candidate: drop.candidate, cases: drop.cases)])
                let name = "\(settings.candidates[drop.candidate].name) after \(drop.cases) cases"
                state.withLock { $0.progress.dropped.append(name) }
            }
            state.withLock { state in
                state.progress.total = state.progress.done + (order.count - end) * race.remaining.count
            }
            if race.isSettled { break }
        }
        state.withLock { $0.progress.total = $0.progress.done }
    }
}

/// Gives out numbers, each once.
private final class StepCounter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
