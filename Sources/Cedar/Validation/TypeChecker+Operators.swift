extension TypeChecker {
    // MARK: - Comparison

    mutating func equal(
        _ left: CheckedExpression, _ right: CheckedExpression, _ prior: Capabilities, _ whole: CheckedExpression
    ) -> Answer {
        let leftAnswer = check(left, prior)
        let rightAnswer = check(right, prior)
        let known: Bool?
        if let leftType = leftAnswer.type, let rightType = rightAnswer.type, leftType.isDisjoint(with: rightType) {
            known = false
        } else if let leftValue = constant(left), let rightValue = constant(right) {
            known = leftValue == rightValue
        } else {
            known = nil
        }
        if let known { return Answer(type: .literal(known)).after(leftAnswer, rightAnswer) }
        return strictlyCompatible(leftAnswer.type, rightAnswer.type, whole).after(leftAnswer, rightAnswer)
    }

    /// What a literal is, and the action, which is known.
    private func constant(_ expression: CheckedExpression) -> Value? {
        switch expression.kind {
        case .literal(let value): value
        case .variable(.action): .entity(environment.action.declaration.uid)
        default: nil
        }
    }

    mutating func compare(_ left: CheckedExpression, _ right: CheckedExpression, _ prior: Capabilities) -> Answer {
        let leftAnswer = check(left, prior)
        let rightAnswer = check(right, prior)
        guard let leftType = leftAnswer.type, let rightType = rightAnswer.type else { return .unsound(.bool) }
        if leftType.isOrdered, rightType.isOrdered || rightType == .never {
            if leftType == rightType || rightType == .never {
                return Answer(type: .bool).after(leftAnswer, rightAnswer)
            }
        } else if leftType == .never, rightType.isOrdered {
            return Answer(type: .bool).after(leftAnswer, rightAnswer)
        }
        if leftType.isOrdered {
            report(.unexpectedType, "expected a value of type `\(leftType)`, found one of `\(rightType)`", at: right)
        } else if rightType.isOrdered {
            report(.unexpectedType, "expected a value of type `\(rightType)`, found one of `\(leftType)`", at: left)
        } else {
            for (type, place) in [(leftType, left), (rightType, right)] {
                report(
                    .unexpectedType, "expected a long, a datetime or a duration, found a value of type `\(type)`",
                    at: place)
            }
        }
        return .unsound(.bool)
    }

    // MARK: - Extensions

    mutating func call(
        _ function: ExtensionFunction, _ arguments: [CheckedExpression], _ prior: Capabilities,
        _ whole: CheckedExpression
    ) -> Answer {
        let signature = function.signature
        var isSound = true
        if arguments.count != signature.parameters.count {
            report(
                .argumentCount,
                "`\(function.rawValue)` takes \(Self.counted(function)), found \(arguments.count)", at: whole)
            isSound = false
        }
        if function.isConstructor {
            if case .literal(.string(let text))? = arguments.first?.kind,
                (try? function.call([.string(text)])) == nil
            {
                report(
                    .malformedLiteral,
                    "`\(function.rawValue)` can't read the text \(CedarString.quoted(String(text.prefix(64))))",
                    at: whole)
                isSound = false
            }
            if mode == .strict, !arguments.allSatisfy({ if case .literal = $0.kind { true } else { false } }) {
                report(
                    .computedLiteral, "`\(function.rawValue)` has to be given a literal, so that it can't fail",
                    at: whole)
                isSound = false
            }
        }
        guard isSound else {
            for argument in arguments { _ = check(argument, prior) }
            return .unsound(signature.result)
        }
        for (argument, parameter) in zip(arguments, signature.parameters) {
            let answer = expect("a value of type `\(parameter)`", argument, prior) {
                $0 == parameter || $0 == .never
            }
            isSound = isSound && answer.isSound
        }
        return isSound ? Answer(type: signature.result) : .unsound(signature.result)
    }

    private static func counted(_ function: ExtensionFunction) -> String {
        // The receiver of a method is no argument to who reads it.
        let count = function.arity
        return function.isConstructor
            ? "one argument" : count == 1 ? "no argument beside its receiver" : "one argument beside its receiver"
    }
}

extension ExtensionFunction {
    /// What it takes, the receiver of a method first, and what it gives.
    var signature: (parameters: [CheckedType], result: CheckedType) {
        let ipAddress = CheckedType.extension(.ipAddress)
        let decimal = CheckedType.extension(.decimal)
        let dateTime = CheckedType.extension(.dateTime)
        let duration = CheckedType.extension(.duration)
        switch self {
        case .decimal: return ([.string], decimal)
        case .ip: return ([.string], ipAddress)
        case .datetime: return ([.string], dateTime)
        case .duration: return ([.string], duration)
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual: return ([decimal, decimal], .bool)
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast: return ([ipAddress], .bool)
        case .isInRange: return ([ipAddress, ipAddress], .bool)
        case .offset: return ([dateTime, duration], dateTime)
        case .durationSince: return ([dateTime, dateTime], duration)
        case .toDate: return ([dateTime], dateTime)
        case .toTime: return ([dateTime], duration)
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: return ([duration], .long)
        }
    }
}
