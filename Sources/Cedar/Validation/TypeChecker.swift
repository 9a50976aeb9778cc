/// Finds the type of expressions in one environment: a principal's type, an action and a resource's type.
///
/// The rules are those of Cedar 4's validator: `true` and `false` have types of their own, so that what can't be reached is
/// not checked; and what `has` and `hasTag` make sure of is carried through `&&`, `||` and `if`.
struct TypeChecker {
    struct Environment {
        let principal: String
        let action: SchemaIndex.Action
        let resource: String
    }

    struct Problem: Hashable {
        let offset: Int
        let kind: ValidationFinding.Kind
        let message: String
    }

    /// What is known of an expression.
    struct Answer {
        /// `nil` after an error that leaves it open.
        var type: CheckedType?
        /// What holds if it is true.
        var capabilities = Capabilities.none
        /// Whether it and all its parts are sound.
        var isSound = true

        static func unsound(_ type: CheckedType?) -> Answer { Answer(type: type, isSound: false) }

        /// The same, but unsound if the other is.
        func after(_ others: Answer...) -> Answer {
            others.allSatisfy(\.isSound) ? self : .unsound(type)
        }
    }

    let index: SchemaIndex
    let mode: Validator.Mode
    let environment: Environment
    private(set) var problems: [Problem] = []

    init(index: SchemaIndex, mode: Validator.Mode, environment: Environment) {
        self.index = index
        self.mode = mode
        self.environment = environment
    }

    mutating func report(_ kind: ValidationFinding.Kind, _ message: String, at expression: CheckedExpression) {
        problems.append(Problem(offset: expression.offset, kind: kind, message: message))
    }

    /// The answer for an expression, given what is made sure of before it.
    mutating func check(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        switch expression.kind {
        case .literal(let value): return literal(value)
        case .variable(.principal): return Answer(type: .entity([environment.principal]))
        case .variable(.action): return Answer(type: .entity([environment.action.declaration.uid.type]))
        case .variable(.resource): return Answer(type: .entity([environment.resource]))
        case .variable(.context): return Answer(type: environment.action.context)
        case .not(let child): return not(child, prior)
        case .negate(let child): return Answer(type: .long).after(expectLong(child, prior, in: expression))
        case .and(let children): return and(children, prior)
        case .or(let children): return or(children, prior)
        case .conditional(let condition, let first, let second):
            return conditional(condition, first, second, prior, expression)
        case .equal(let left, let right): return equal(left, right, prior, expression)
        case .compare(let left, let right): return compare(left, right, prior)
        case .arithmetic(_, let left, let right):
            let left = expectLong(left, prior, in: expression)
            return Answer(type: .long).after(left, expectLong(right, prior, in: expression))
        case .isIn(let left, let right): return isIn(left, expectEntity(left, prior), right, prior)
        case .contains(let set, let member): return contains(set, member, prior, expression)
        case .containsMany(let left, let right):
            let leftAnswer = expectSet(left, prior)
            let rightAnswer = expectSet(right, prior)
            return strictlyCompatible(leftAnswer.type, rightAnswer.type, expression).after(leftAnswer, rightAnswer)
        case .isEmpty(let child): return Answer(type: .bool).after(expectSet(child, prior))
        case .getTag(let entity, let tag): return getTag(entity, tag, prior, expression)
        case .hasTag(let entity, let tag): return hasTag(entity, tag, prior)
        case .attribute(let child, let name, let nameShape):
            return attribute(child, name, nameShape, prior, expression)
        case .has(let child, let path): return has(child, path, prior, expression)
        case .like(let child): return Answer(type: .bool).after(expectString(child, prior))
        case .isType(let child, let type, let container): return isType(child, type, in: container, prior)
        case .set(let children): return set(children, prior, expression)
        case .record(let fields): return record(fields, prior)
        case .call(let function, let arguments): return call(function, arguments, prior, expression)
        }
    }

    private func literal(_ value: Value) -> Answer {
        switch value {
        case .bool(let value): return Answer(type: .literal(value))
        case .long: return Answer(type: .long)
        case .string: return Answer(type: .string)
        case .entity(let uid):
            // What is unknown is reported once for the policy.
            let isKnown =
                SchemaNames.isActionType(uid.type) ? index.action(uid) != nil : index.entityTypes[uid.type] != nil
            return isKnown ? Answer(type: .entity([uid.type])) : .unsound(nil)
        case .decimal: return Answer(type: .extension(.decimal))
        case .ipAddress: return Answer(type: .extension(.ipAddress))
        case .dateTime: return Answer(type: .extension(.dateTime))
        case .duration: return Answer(type: .extension(.duration))
        case .set, .record: return .unsound(nil)
        }
    }

    // MARK: - Logic

    private mutating func not(_ child: CheckedExpression, _ prior: Capabilities) -> Answer {
        let answer = expectBool(child, prior)
        switch answer.type {
        case .true?: return Answer(type: .false).after(answer)
        case .false?: return Answer(type: .true).after(answer)
        case nil: return .unsound(.bool)
        default: return Answer(type: .bool).after(answer)
        }
    }

    private mutating func and(_ children: [CheckedExpression], _ prior: Capabilities) -> Answer {
        guard let first = children.first else { return .unsound(.bool) }
        var result = expectBool(first, prior)
        for child in children.dropFirst() {
            // What stands behind `false` is never reached.
            if result.type == .false { break }
            let right = expectBool(child, prior.union(result.capabilities))
            result = Self.both(result, right)
        }
        return result
    }

    /// The answer for `left && right`.
    static func both(_ left: Answer, _ right: Answer) -> Answer {
        guard let leftType = left.type, let rightType = right.type else { return .unsound(.bool) }
        if rightType == .false { return Answer(type: .false).after(left, right) }
        let type: CheckedType = rightType == .true ? leftType : leftType == .true ? rightType : .bool
        return Answer(type: type, capabilities: left.capabilities.union(right.capabilities)).after(left, right)
    }

    private mutating func or(_ children: [CheckedExpression], _ prior: Capabilities) -> Answer {
        guard let first = children.first else { return .unsound(.bool) }
        var result = expectBool(first, prior)
        for child in children.dropFirst() {
            // What stands behind `true` is never reached.
            if result.type == .true { break }
            result = Self.either(result, expectBool(child, prior))
        }
        return result
    }

    /// The answer for `left || right`.
    private static func either(_ left: Answer, _ right: Answer) -> Answer {
        guard let leftType = left.type, let rightType = right.type else { return .unsound(.bool) }
        let result: Answer
        if rightType == .true {
            result = Answer(type: .true, capabilities: right.capabilities)
        } else if rightType == .false {
            result = Answer(type: leftType, capabilities: left.capabilities)
        } else if leftType == .false {
            result = Answer(type: rightType, capabilities: right.capabilities)
        } else {
            result = Answer(type: .bool, capabilities: left.capabilities.intersection(right.capabilities))
        }
        return result.after(left, right)
    }

    private mutating func conditional(
        _ condition: CheckedExpression, _ first: CheckedExpression, _ second: CheckedExpression,
        _ prior: Capabilities, _ whole: CheckedExpression
    ) -> Answer {
        let test = expectBool(condition, prior)
        if test.type == .true {
            var answer = check(first, prior.union(test.capabilities))
            answer.capabilities = answer.capabilities.union(test.capabilities)
            return answer.after(test, answer)
        }
        if test.type == .false {
            let answer = check(second, prior)
            return answer.after(test)
        }
        var yes = check(first, prior.union(test.capabilities))
        if yes.isSound { yes.capabilities = yes.capabilities.union(test.capabilities) }
        let no = check(second, prior)
        guard let yesType = yes.type, let noType = no.type else { return .unsound(nil) }
        guard let bound = yesType.leastUpperBound(noType, mode) else {
            report(
                .incompatibleTypes,
                "the branches of `if` have the types `\(yesType)` and `\(noType)`"
                    + strictHint(yesType, noType), at: whole)
            return .unsound(nil)
        }
        return Answer(type: bound, capabilities: yes.capabilities.intersection(no.capabilities)).after(test, yes, no)
    }

    // MARK: - Collections

    private mutating func set(
        _ children: [CheckedExpression], _ prior: Capabilities, _ whole: CheckedExpression
    ) -> Answer {
        let answers = children.map { check($0, prior) }
        if children.isEmpty, mode == .strict {
            report(.emptySet, "the members of `[]` have no type", at: whole)
            return .unsound(nil)
        }
        var bound = CheckedType.never
        for answer in answers {
            guard let type = answer.type else { return .unsound(nil) }
            guard let next = bound.leastUpperBound(type, mode) else {
                report(
                    .incompatibleTypes,
                    "the members of a set have the types `\(bound)` and `\(type)`"
                        + strictHint(bound, type), at: whole)
                return .unsound(nil)
            }
            bound = next
        }
        return answers.allSatisfy(\.isSound) ? Answer(type: .set(bound)) : .unsound(.set(bound))
    }

    private mutating func record(
        _ fields: [(name: String, value: CheckedExpression)], _ prior: Capabilities
    ) -> Answer {
        var attributes: [CheckedRecord.Attribute] = []
        var isSound = true
        for field in fields {
            let answer = check(field.value, prior)
            isSound = isSound && answer.isSound
            guard let type = answer.type else { continue }
            attributes.append(CheckedRecord.Attribute(name: field.name, type: type, isRequired: true))
        }
        guard attributes.count == fields.count else { return .unsound(nil) }
        let type = CheckedType.record(CheckedRecord(attributes))
        return isSound ? Answer(type: type) : .unsound(type)
    }

    private mutating func contains(
        _ set: CheckedExpression, _ member: CheckedExpression, _ prior: Capabilities, _ whole: CheckedExpression
    ) -> Answer {
        let setAnswer = expectSet(set, prior)
        let memberAnswer = check(member, prior)
        var element: CheckedType?
        if case .set(let type)? = setAnswer.type { element = type }
        return strictlyCompatible(element, memberAnswer.type, whole).after(setAnswer, memberAnswer)
    }

    /// A boolean; strict checking wants the two to have one type.
    mutating func strictlyCompatible(
        _ left: CheckedType?, _ right: CheckedType?, _ whole: CheckedExpression
    ) -> Answer {
        guard mode == .strict, let left, let right, left.leastUpperBound(right, .strict) == nil else {
            return Answer(type: .bool)
        }
        report(
            .incompatibleTypes, "the types `\(left)` and `\(right)` can't be compared" + strictHint(left, right),
            at: whole)
        return .unsound(.bool)
    }

    /// Why strict checking finds no common type where permissive checking does.
    private func strictHint(_ left: CheckedType, _ right: CheckedType) -> String {
        mode == .strict && left.leastUpperBound(right, .permissive) != nil
            ? ", which strict checking takes for a mistake" : ""
    }
}
