public import Access
internal import Inference

/// What came of policy tests.
public struct PolicyTestRun: Sendable {
    /// What came of one case for one candidate.
    public struct Check: Sendable {
        /// What policies said.
        public let answer: PolicyAnswer
        /// What was expected; `nil` where nothing was.
        public let expected: PolicyTestCase.Expected?

        /// Whether it is as expected.
        public var passes: Bool { expected.map { $0.holds(of: answer) } ?? true }
    }

    /// What came of one case.
    public struct Verdict: Sendable {
        /// The case.
        public let test: PolicyTestCase
        /// Candidate by candidate, in the order of the alias.
        public let checks: [Check]

        /// Whether everything is as expected.
        public var passes: Bool { checks.allSatisfy(\.passes) }
    }

    /// Case by case, in their order.
    public let verdicts: [Verdict]
    /// Policies that decided some action of some case, by id.
    public let covered: Set<String>

    /// Asks policies about each case. The cases were read for the same policies, so that every model in them is known.
    public init(_ cases: [PolicyTestCase], _ workbench: PolicyWorkbench) throws(PolicyWorkbench.Failure) {
        var verdicts: [Verdict] = []
        var covered: Set<String> = []
        for test in cases {
            let answers = try workbench.answers(to: test.sketch)
            covered.formUnion(try workbench.determining(test.sketch))
            verdicts.append(
                Verdict(
                    test: test,
                    checks: answers.map { answer in
                        switch test.expectation {
                        case .each(let expected): Check(answer: answer, expected: expected)
                        case .some(let some): Check(answer: answer, expected: some[answer.destination])
                        }
                    }))
        }
        self.verdicts = verdicts
        self.covered = covered
    }

    /// How many cases are not as expected.
    public var failures: Int { verdicts.count { !$0.passes } }

    /// The policies that no case needed, in the order of the policy file.
    public func uncovered(of access: AccessPolicy) -> [AccessRule] { access.rules.filter { !covered.contains($0.id) } }
}
