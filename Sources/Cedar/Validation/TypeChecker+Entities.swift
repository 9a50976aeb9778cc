internal import Suggestions

extension TypeChecker {
    // MARK: - Attributes

    mutating func attribute(
        _ child: CheckedExpression, _ name: String, _ nameShape: Int, _ prior: Capabilities,
        _ whole: CheckedExpression
    ) -> Answer {
        let answer = expectEntityOrRecord(child, prior)
        guard let subject = answer.type else { return .unsound(nil) }
        guard let attribute = lookUp(name, in: subject) else {
            reportUnknown(name, in: subject, of: child, at: whole)
            return .unsound(nil)
        }
        let capability = Capabilities.Capability(subject: child.shape, name: nameShape, isTag: false)
        guard attribute.isRequired || prior.contains(capability) else {
            report(
                .unguardedAttribute,
                "the attribute `\(name)` of \(shown(subject, child)) may be absent, ask for it with `has` first",
                at: whole)
            return .unsound(attribute.type)
        }
        return Answer(type: attribute.type).after(answer)
    }

    /// `x has a.b.c` asks for each name in turn; that an entity exists is known only once something was asked of it.
    mutating func has(
        _ child: CheckedExpression, _ path: [CheckedExpression.Step], _ prior: Capabilities,
        _ whole: CheckedExpression
    ) -> Answer {
        let answer = expectEntityOrRecord(child, prior)
        guard var subject = answer.type else { return .unsound(.bool) }
        var result = Answer(type: .true)
        var known = prior
        for (position, step) in path.enumerated() {
            guard subject.isEntityOrRecord else {
                report(
                    .unexpectedType,
                    "expected an entity or a record before `\(step.name)`, found a value of type "
                        + "`\(subject)`", at: whole)
                return .unsound(.bool)
            }
            let capability = Capabilities.Capability(subject: step.subject, name: step.nameShape, isTag: false)
            let attribute = lookUp(step.name, in: subject)
            let asked = Self.has(attribute, in: subject, known.contains(capability), mayHave(step.name, subject))
            if asked == .false { return Answer(type: .false).after(answer) }
            let earned = attribute == nil ? Capabilities.none : Capabilities(capability)
            result = Self.both(result, Answer(type: asked, capabilities: earned))
            known = known.union(earned)
            guard position < path.count - 1 else { break }
            guard let attribute else {
                reportUnknown(step.name, in: subject, of: child, at: whole)
                return .unsound(.bool)
            }
            subject = attribute.type
        }
        return result.after(answer)
    }

    private static func has(
        _ attribute: CheckedRecord.Attribute?, in subject: CheckedType, _ isKnown: Bool, _ mayHave: Bool
    ) -> CheckedType {
        guard let attribute else { return mayHave ? .bool : .false }
        if isKnown { return .true }
        if case .record = subject, attribute.isRequired { return .true }
        return .bool
    }

    private func lookUp(_ name: String, in type: CheckedType) -> CheckedRecord.Attribute? {
        switch type {
        case .record(let record): record[name]
        case .entity(let types): index.attribute(name, of: types)
        default: nil
        }
    }

    private func mayHave(_ name: String, _ type: CheckedType) -> Bool {
        switch type {
        case .never: true
        case .record(let record): record.isOpen || record[name] != nil
        case .entity(let types): index.mayHave(name, types)
        default: false
        }
    }

    private mutating func reportUnknown(
        _ name: String, in subject: CheckedType, of child: CheckedExpression, at whole: CheckedExpression
    ) {
        var known: [String] = []
        switch subject {
        case .record(let record): known = record.attributes.map(\.name)
        case .entity(let types):
            known = types.flatMap { index.entityTypes[$0]?.attributes.attributes.map(\.name) ?? [] }
        default: break
        }
        report(
            .unknownAttribute,
            "unknown attribute `\(name)` of \(shown(subject, child))" + Spelling.question(name, among: known),
            at: whole)
    }

    private func shown(_ subject: CheckedType, _ expression: CheckedExpression) -> String {
        if case .variable(.context) = expression.kind {
            return "the context of `\(environment.action.declaration.uid)`"
        }
        if case .entity(let types) = subject { return "entity type `\(types.joined(separator: "` or `"))`" }
        return "a record"
    }

    // MARK: - Tags

    mutating func hasTag(_ entity: CheckedExpression, _ tag: CheckedExpression, _ prior: Capabilities) -> Answer {
        let entityAnswer = expectEntity(entity, prior)
        let tagAnswer = expectString(tag, prior)
        guard let type = entityAnswer.type else { return .unsound(nil) }
        let capability = Capabilities.Capability(subject: entity.shape, name: tag.shape, isTag: true)
        let result: CheckedType =
            tagTypes(of: type).isEmpty ? .false : prior.contains(capability) ? .true : .bool
        return Answer(type: result, capabilities: Capabilities(capability)).after(entityAnswer, tagAnswer)
    }

    mutating func getTag(
        _ entity: CheckedExpression, _ tag: CheckedExpression, _ prior: Capabilities, _ whole: CheckedExpression
    ) -> Answer {
        let entityAnswer = expectEntity(entity, prior)
        let tagAnswer = expectString(tag, prior)
        guard let type = entityAnswer.type else { return .unsound(nil) }
        let capability = Capabilities.Capability(subject: entity.shape, name: tag.shape, isTag: true)
        guard prior.contains(capability) else {
            report(
                .unguardedTag,
                "this tag of \(shown(type, entity)) may be absent, ask for it with `hasTag` first", at: whole)
            return .unsound(nil)
        }
        let types = tagTypes(of: type)
        guard !types.isEmpty else {
            report(.noTags, "\(shown(type, entity)) has no tags", at: whole)
            return .unsound(nil)
        }
        var bound = CheckedType.never
        for type in types {
            guard let next = bound.leastUpperBound(type, mode) else {
                report(.incompatibleTypes, "this tag has the types `\(bound)` and `\(type)`", at: whole)
                return .unsound(nil)
            }
            bound = next
        }
        return Answer(type: bound).after(entityAnswer, tagAnswer)
    }

    private func tagTypes(of type: CheckedType) -> [CheckedType] {
        guard case .entity(let names) = type else { return [] }
        return names.compactMap { index.entityTypes[$0]?.tags }
    }

    // MARK: - Hierarchy

    /// `child is Type`, and `child is Type in container`.
    mutating func isType(
        _ child: CheckedExpression, _ type: String, in container: CheckedExpression?, _ prior: Capabilities
    ) -> Answer {
        let answer = expectEntity(child, prior)
        guard case .entity(let types)? = answer.type else { return .unsound(.bool) }
        let result: CheckedType = !types.contains(type) ? .false : types.count == 1 ? .true : .bool
        let isType = Answer(type: result).after(answer)
        guard let container, result != .false else { return isType }
        return Self.both(isType, isIn(child, answer, container, prior))
    }

    /// `left in right`; what is left was checked already, so that no part is checked twice.
    mutating func isIn(
        _ left: CheckedExpression, _ leftAnswer: Answer, _ right: CheckedExpression, _ prior: Capabilities
    ) -> Answer {
        let rightAnswer = expect("an entity or a set of entities", right, prior) {
            if case .set(let element) = $0 { return element.isEntity }
            return $0.isEntity
        }
        guard leftAnswer.isSound, rightAnswer.isSound else { return .unsound(.bool) }
        if let action = entity(left), SchemaNames.isActionType(action.type), let containers = entities(right) {
            return isAction(action, in: containers)
        }
        guard case .entity(let types)? = leftAnswer.type, let containerTypes = entityTypes(rightAnswer.type) else {
            return Answer(type: .bool)
        }
        let canBe = types.contains { type in containerTypes.contains { index.canBe(type, in: $0) } }
        return Answer(type: canBe ? .bool : .false)
    }

    /// The hierarchy of actions is the schema's, so that the answer is known.
    private func isAction(_ action: EntityUID, in containers: [EntityUID]) -> Answer {
        let actions = containers.filter { SchemaNames.isActionType($0.type) }
        // An unknown action is reported once for the policy.
        guard actions.allSatisfy({ index.action($0) != nil }) else { return .unsound(.bool) }
        let ancestors = index.action(action)?.declaration.ancestors ?? []
        return Answer(type: .literal(actions.contains { $0 == action || ancestors.contains($0) }))
    }

    private func entityTypes(_ type: CheckedType?) -> [String]? {
        switch type {
        case .entity(let types)?: types
        case .set(.entity(let types))?: types
        default: nil
        }
    }

    /// The entity that an expression names, literally or as the action.
    private func entity(_ expression: CheckedExpression) -> EntityUID? {
        switch expression.kind {
        case .literal(.entity(let uid)): uid
        case .variable(.action): environment.action.declaration.uid
        default: nil
        }
    }

    private func entities(_ expression: CheckedExpression) -> [EntityUID]? {
        if let uid = entity(expression) { return [uid] }
        guard case .set(let children) = expression.kind else { return nil }
        let uids = children.compactMap(entity)
        return uids.count == children.count ? uids : nil
    }
}
