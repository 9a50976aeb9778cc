extension TypeChecker {
    mutating func expectBool(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        expect("a boolean", expression, prior) { $0.isBool }
    }

    mutating func expectString(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        expect("a string", expression, prior) { $0 == .string || $0 == .never }
    }

    mutating func expectLong(
        _ expression: CheckedExpression, _ prior: Capabilities, in whole: CheckedExpression
    ) -> Answer {
        var hint = ""
        if case .arithmetic(.add, _, _) = whole.kind { hint = ", strings can't be joined" }
        return expect("a long", expression, prior, hint: { $0 == .string ? hint : "" }) {
            $0 == .long || $0 == .never
        }
    }

    mutating func expectSet(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        expect(
            "a set", expression, prior,
            hint: {
                switch $0 {
                case .entity: ", use `in` for entities"
                case .record: ", use `has` for records"
                case .string: ", use `like` for strings"
                default: ""
                }
            }
        ) { $0.isSet }
    }

    mutating func expectEntity(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        expect("an entity", expression, prior) { $0.isEntity }
    }

    mutating func expectEntityOrRecord(_ expression: CheckedExpression, _ prior: Capabilities) -> Answer {
        expect(
            "an entity or a record", expression, prior,
            hint: {
                switch $0 {
                case .set: ", use `contains` for sets"
                case .string: ", use `like` for strings"
                default: ""
                }
            }
        ) { $0.isEntityOrRecord }
    }

    /// The answer for an expression that has to have a certain type; without a type if it has not.
    mutating func expect(
        _ what: String, _ expression: CheckedExpression, _ prior: Capabilities,
        hint: (CheckedType) -> String = { _ in "" }, _ isExpected: (CheckedType) -> Bool
    ) -> Answer {
        let answer = check(expression, prior)
        guard let type = answer.type else { return .unsound(nil) }
        guard isExpected(type) else {
            report(.unexpectedType, "expected \(what), found a value of type `\(type)`\(hint(type))", at: expression)
            return .unsound(nil)
        }
        return answer
    }
}
