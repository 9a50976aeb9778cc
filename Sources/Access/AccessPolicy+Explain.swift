internal import Cedar

extension AccessPolicy {
    /// Why the request may or may not go to the candidate. For people: slower than `decide`, and of the same opinion.
    public func explain(_ question: AccessQuestion, for candidate: Candidate) -> AccessExplanation {
        let view = ValueView(question, candidate)
        let actions =
            Vocabulary.forms.map { explain($0.action, tool: nil, question, candidate, view) }
            + question.tools.map { explain(.useTool, tool: $0, question, candidate, view) }
        return AccessExplanation(
            decision: decide(question, for: candidate), actions: actions, values: view.everything)
    }

    private func explain(
        _ action: AccessAction, tool: String?, _ question: AccessQuestion, _ candidate: Candidate, _ view: ValueView
    ) -> AccessExplanation.Action {
        let entities = question.asker.entities.layered(over: candidate.entities)
        var view = view
        view.action = action.uid
        if let tool { view.context = context(of: question, tool: tool) }
        let request = Request(
            principal: question.asker.uid, action: action.uid, resource: candidate.uid, context: view.context)
        let traced = policies.trace(request, entities: entities).map { trace in
            let conditions = policies.policies[trace.index].conditions
            var paths: [ReadPath] = []
            for path in conditions.flatMap(\.body.readPaths) where !paths.contains(path) { paths.append(path) }
            let outcome: AccessExplanation.Rule.Outcome =
                switch trace.outcome {
                case .applies: .applies
                case .doesNotApply: .doesNotApply
                case .failed(let error): .failed("\(error.position): \(error.message)")
                }
            return AccessExplanation.Rule(
                rule: rules[trace.index], outcome: outcome,
                values: paths.map { AccessExplanation.Value(path: $0.text, text: view.text(at: $0)) })
        }
        return AccessExplanation.Action(
            decision: decide(action, tool: tool, question.asker, candidate.uid, entities, view.context), rules: traced)
    }
}

/// The values that policies can see of one question, in words.
private struct ValueView {
    var action = AccessAction.sendRaw.uid
    var context: Record
    private let words: ValueText
    private let asker: Entity
    private let candidate: [Entity]

    init(_ question: AccessQuestion, _ candidate: Candidate) {
        words = ValueText(clientAddress: question.clientAddress)
        asker = question.asker.described
        self.candidate = candidate.described
        context = question.context
    }

    /// The value at a path; `nil` where it is absent.
    func text(at path: ReadPath) -> String? {
        var value: Value =
            switch path.variable {
            case .principal: .entity(asker.uid)
            case .action: .entity(action)
            case .resource: .entity(candidate[0].uid)
            case .context: .record(context)
            }
        for name in path.names {
            let next: Value? =
                switch value {
                case .record(let record): record[name]
                case .entity(let uid): (candidate + [asker]).first { $0.uid == uid }?.attributes[name]
                default: nil
                }
            guard let next else { return nil }
            value = next
        }
        return words.text(value)
    }

    /// Everything there is to see.
    var everything: [AccessExplanation.Value] {
        values("principal", asker) + values("resource", candidate[0])
            + context.fields.flatMap { field -> [AccessExplanation.Value] in
                guard field.name == "counts", case .record(let counts) = field.value else {
                    return [.init(path: "context.\(field.name)", text: words.text(field.value))]
                }
                return counts.fields.filter { $0.value != .long(0) }
                    .map { .init(path: "context.counts.\($0.name)", text: words.text($0.value)) }
            }
    }

    private func values(_ name: String, _ entity: Entity) -> [AccessExplanation.Value] {
        [
            .init(path: name, text: entity.uid.description),
            .init(path: "\(name) in", text: "[\(entity.parents.map(\.description).joined(separator: ", "))]"),
        ] + entity.attributes.fields.map { .init(path: "\(name).\($0.name)", text: words.text($0.value)) }
    }
}
