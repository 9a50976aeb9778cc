import Access
import ArgumentParser
import Gateway

struct PolicyProve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that policies never permit something, or show a request that they permit.",
        discussion: """
            --never is an expression of the policy language over principal, action, resource and context, checked against the schema \
            as policies are. Requests are sorted into finitely many cases that policies and expression can't tell further apart; where \
            none of which the expression is true is permitted, that is a proof for every request that conforms to the schema. Where \
            a policy compares two values of a request, or there are too many cases, only a sample is tried: that can refute, but not \
            prove. No solver is used. Attributes are taken to be independent of each other and of names, so that a counterexample \
            may be a request that never comes. Exits with 0 if it is proved, with 4 and counterexamples if it is not so, with 3 if it \
            can't be told (also where no request is what the expression describes), with 2 if something is broken.

              sallyport policy prove --never 'context.classes.contains("card") && resource.trust == "external"'
            """)

    @OptionGroup var policies: PolicyOption

    @Option(help: ArgumentHelp("What must never be permitted.", valueName: "expression"))
    var never: String

    @Option(
        help: ArgumentHelp("An action that it is about; may repeat; all that send unless given.", valueName: "name"))
    var action: [String] = []

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let actions = try self.actions()
        let workbench = try policies.workbench()
        let proof = try refusing { try workbench.access.prove(never: never, actions: actions, source: "--never") }
        if json {
            print(try JSONLine.text(Report(proof, never, actions, workbench)))
        } else {
            show(proof, actions, workbench)
        }
        switch proof.verdict {
        case .proved: return
        case .refuted: throw ExitCode.changes
        case .unknown, .vacuous: throw ExitCode.unknown
        }
    }

    private func actions() throws -> [AccessAction] {
        guard !action.isEmpty else { return [.sendRaw, .sendPseudonymised, .sendRedacted] }
        return try action.map { word in
            guard let action = AccessAction(rawValue: word) else {
                throw ValidationError(
                    "--action: expected one of \(AccessAction.allCases.map(\.rawValue).joined(separator: ", ")), "
                        + "found `\(word)`")
            }
            return action
        }
    }

    private func show(_ proof: PolicyProof, _ actions: [AccessAction], _ workbench: PolicyWorkbench) {
        let what = actions.map(\.rawValue).joined(separator: ", ")
        let reach = AnalysisReport.reach(proof.coverage)
        switch proof.verdict {
        case .proved: print("proved: no \(what) is permitted where\n  \(never)\n\(reach); \(proof.described) are such")
        case .refuted: print("not so: there are requests that are permitted though\n  \(never)")
        case .unknown: print("unknown: no \(what) was found that is permitted where\n  \(never)\n\(reach)")
        case .vacuous: print("nothing to prove: there is no request, \(reach), where\n  \(never)")
        }
        if proof.verdict != .refuted {
            for reason in AnalysisReport.reasons(proof.coverage) { print(reason) }
        }
        for example in proof.counterexamples {
            print("\n\(example.action.rawValue) \(AnalysisReport.policies(example.policies, workbench))")
            print(AnalysisReport.block(AnalysisReport.lines(example.requests)))
            var values = TextTable(["  VALUE", "IS"])
            for value in example.requests.example { values.add(["  \(value.path)", value.text ?? "absent"]) }
            print("\n\(values.text)")
        }
    }

    private struct Report: Encodable {
        struct Counterexample: Encodable {
            let action: String
            let policies: [String]
            let requests: AnalysisReport.Requests
        }

        let verdict, never, policySet: String
        let exhaustive: Bool
        let cases, described: Int
        let actions, reasons: [String]
        let counterexamples: [Counterexample]

        init(_ proof: PolicyProof, _ never: String, _ actions: [AccessAction], _ workbench: PolicyWorkbench) {
            verdict = proof.verdict.rawValue
            self.never = never
            policySet = workbench.configuration.policySet.hash
            exhaustive = proof.coverage.isExhaustive
            cases = proof.coverage.cases
            described = proof.described
            self.actions = actions.map(\.rawValue)
            reasons = proof.coverage.reasons
            counterexamples = proof.counterexamples.map {
                Counterexample(action: $0.action.rawValue, policies: $0.policies, requests: .init($0.requests))
            }
        }
    }
}
