import Access
import Gateway
import Inference
import Ledger

/// Why policies answer a request as they do, for people and for scripts.
struct ExplanationReport {
    private let sketch: RequestSketch
    private let question: RequestSketch.Question
    private let explanations: [PolicyExplanation]
    private let workbench: PolicyWorkbench

    init(
        _ sketch: RequestSketch, _ explanations: [PolicyExplanation], _ workbench: PolicyWorkbench,
        question: RequestSketch.Question
    ) {
        self.sketch = sketch
        self.question = question
        self.explanations = explanations
        self.workbench = workbench
    }

    // MARK: - For people

    var text: String {
        let data = sketch.data.byClass.map { "\($0.dataClass)×\($0.count)" }
        let head =
            "\(sketch.principal.policyName) asks \(sketch.model) (\(question.word)), "
            + "\(data.isEmpty ? "no findings" : data.joined(separator: " ")), "
            + "\(LedgerTime(milliseconds: sketch.time * 1_000))"
        return ([head] + explanations.map(section)).joined(separator: "\n\n")
    }

    private func section(_ explanation: PolicyExplanation) -> String {
        var parts = ["\(explanation.answer.destination): \(explanation.answer.summary)"]
        if explanation.answer.outcome == .blocked {
            parts[0] += ", which lets nobody send \(sketch.blocked.map(\.rawValue).joined(separator: ", "))"
        }
        for rule in deciding(explanation) {
            parts.append("  \(rule.id)  \(workbench.place(of: rule))" + (rule.reason.map { "  “\($0)”" } ?? ""))
        }
        parts += explanation.answer.faults.map { "  \($0)" }
        if !explanation.actions.isEmpty { parts += ["", table(explanation)] }
        if !explanation.values.isEmpty {
            var values = TextTable(["VALUE", "IS"])
            for value in explanation.values { values.add([value.path, value.text ?? "absent"]) }
            parts += ["", values.text]
        }
        return parts.joined(separator: "\n")
    }

    private func deciding(_ explanation: PolicyExplanation) -> [AccessRule] {
        workbench.access.rules.filter { explanation.answer.policies.contains($0.id) }
    }

    private func table(_ explanation: PolicyExplanation) -> String {
        var table = TextTable(["ACTION", "ANSWER", "POLICY", "EFFECT", "APPLIES", "IT SAW", "WHERE"])
        for (action, wasAsked) in asked(explanation) {
            let decision = action.decision
            let name = decision.action.rawValue + (decision.tool.map { " \($0)" } ?? "")
            let answer = decision.isAllowed ? "permitted" : "denied"
            // What was not asked would have been answered all the same.
            let words = wasAsked ? answer : "(\(answer))"
            if action.rules.isEmpty { table.add([name, words, "none speaks of it", "", "", "", ""]) }
            for (index, rule) in action.rules.enumerated() {
                table.add([
                    index == 0 ? name : "", index == 0 ? words : "", rule.rule.id, rule.rule.effect.rawValue,
                    rule.outcome.words,
                    rule.values.map { "\($0.path) = \($0.text ?? "absent")" }.joined(separator: "; "),
                    workbench.place(of: rule.rule),
                ])
            }
        }
        return table.text
    }

    /// The actions, with whether the gateway would ask about them: no form after the one that is permitted.
    private func asked(_ explanation: PolicyExplanation) -> [(AccessExplanation.Action, Bool)] {
        var isSettled = false
        return explanation.actions.map { action in
            let wasAsked = action.decision.action == .useTool ? isSettled : !isSettled
            if action.decision.isAllowed, action.decision.action != .useTool { isSettled = true }
            return (action, wasAsked)
        }
    }

    // MARK: - For scripts

    private struct Line: Encodable {
        struct Rule: Encodable {
            let policy, effect, outcome, place: String
            let reason: String?
            let saw: [Value]
        }

        struct Value: Encodable {
            let path: String
            let value: String?
        }

        struct Action: Encodable {
            let action: String
            let tool: String?
            let asked, permitted: Bool
            let policies, faults: [String]
            let rules: [Rule]
        }

        let principal, model, operation, destination, outcome, time: String
        let policies, faults, blocked: [String]
        let tool: String?
        let actions: [Action]
        let values: [Value]
    }

    func json() throws -> String {
        try explanations.map { try JSONLine.text(line($0)) }.joined(separator: "\n")
    }

    private func line(_ explanation: PolicyExplanation) -> Line {
        Line(
            principal: sketch.principal.policyName, model: sketch.model.rawValue, operation: question.word,
            destination: "\(explanation.answer.destination)", outcome: explanation.answer.outcome.word,
            time: LedgerTime(milliseconds: sketch.time * 1_000).description, policies: explanation.answer.policies,
            faults: explanation.answer.faults, blocked: sketch.blocked.map(\.rawValue),
            tool: explanation.answer.tool,
            actions: asked(explanation).map { action, wasAsked in
                Line.Action(
                    action: action.decision.action.rawValue, tool: action.decision.tool, asked: wasAsked,
                    permitted: action.decision.isAllowed, policies: action.decision.policies,
                    faults: action.decision.faults,
                    rules: action.rules.map { rule in
                        Line.Rule(
                            policy: rule.rule.id, effect: rule.rule.effect.rawValue, outcome: rule.outcome.words,
                            place: workbench.place(of: rule.rule), reason: rule.rule.reason,
                            saw: rule.values.map { Line.Value(path: $0.path, value: $0.text) })
                    })
            },
            values: explanation.values.map { Line.Value(path: $0.path, value: $0.text) })
    }
}

extension AccessExplanation.Rule.Outcome {
    /// Whether the policy applies, in a word.
    fileprivate var words: String {
        switch self {
        case .applies: "yes"
        case .doesNotApply: "no"
        case .failed(let reason): "failed: \(reason)"
        }
    }
}
