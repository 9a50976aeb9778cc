internal import Suggestions

extension Parser {
    /// `if … then … else …`, or operands joined by `||`.
    mutating func expression() throws(Abandoned) -> Expression {
        try descend()
        defer { depth -= 1 }
        let start = current.range.lowerBound
        if isKeyword("if"), following.kind != .sign(.pathSeparator) {
            advance()
            let condition = try expression()
            try expectKeyword("then")
            let first = try expression()
            try expectKeyword("else")
            return try node(.conditional(condition, first, try expression()), at: start)
        }
        let first = try conjunction()
        guard current.kind == .sign(.or) else { return first }
        var operands = [first]
        while take(.or) { operands.append(try conjunction()) }
        return try node(.or(operands), at: start)
    }

    private mutating func conjunction() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        let first = try relation()
        guard current.kind == .sign(.and) else { return first }
        var operands = [first]
        while take(.and) { operands.append(try relation()) }
        return try node(.and(operands), at: start)
    }

    private mutating func relation() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        let left = try sum()
        if takeKeyword("has") { return try node(.has(left, try attributePath()), at: start) }
        if takeKeyword("like") { return try node(.like(left, try pattern()), at: start) }
        if takeKeyword("is") {
            let type = try typeName().type
            let container = takeKeyword("in") ? try sum() : nil
            return try node(.isType(left, type, in: container), at: start)
        }
        guard let relation = relationOperator() else { return left }
        advance()
        let result = try node(.binary(relation, left, try sum()), at: start)
        if relationOperator() != nil || isKeyword("has") || isKeyword("like") || isKeyword("is") {
            throw abandon("comparisons in a row need parentheses", at: current.range.lowerBound)
        }
        return result
    }

    private mutating func relationOperator() -> Expression.BinaryOperator? {
        switch current.kind {
        case .sign(.equal): return .equal
        case .sign(.notEqual): return .notEqual
        case .sign(.less): return .less
        case .sign(.lessOrEqual): return .lessOrEqual
        case .sign(.greater): return .greater
        case .sign(.greaterOrEqual): return .greaterOrEqual
        case .sign(.assign):
            report("equality is written `==`", at: current.range.lowerBound)
            return .equal
        case .identifier where current.text == "in": return .isIn
        default: return nil
        }
    }

    private mutating func sum() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        var left = try product()
        while true {
            if take(.plus) {
                left = try node(.binary(.add, left, try product()), at: start)
            } else if take(.minus) {
                left = try node(.binary(.subtract, left, try product()), at: start)
            } else {
                return left
            }
        }
    }

    private mutating func product() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        var left = try unary()
        while true {
            if take(.star) {
                left = try node(.binary(.multiply, left, try unary()), at: start)
            } else if current.kind == .sign(.slash) || current.kind == .sign(.percent) {
                throw abandon("there is no \(current.shown) in the language", at: current.range.lowerBound)
            } else {
                return left
            }
        }
    }

    private mutating func unary() throws(Abandoned) -> Expression {
        var offsets: [Int] = []
        let sign: Token.Sign = current.kind == .sign(.bang) ? .bang : .minus
        while current.kind == .sign(sign) {
            offsets.append(current.range.lowerBound)
            advance()
        }
        if offsets.count > 4 {
            throw abandon("more than four `\(sign.rawValue)` in a row", at: offsets[0])
        }
        var result: Expression
        if sign == .minus, let last = offsets.last, current.kind == .number, !continuesMember(following) {
            // A minus directly before a number is a part of it: only so can the smallest number be written.
            result = try node(.literal(.long(number(negative: true))), at: last)
            offsets.removeLast()
        } else {
            result = try member()
        }
        for offset in offsets.reversed() {
            result = try node(sign == .bang ? .not(result) : .negate(result), at: offset)
        }
        return result
    }

    private func continuesMember(_ token: Token) -> Bool {
        switch token.kind {
        case .sign(.dot), .sign(.leftParenthesis), .sign(.leftBracket): true
        default: false
        }
    }

    private mutating func number(negative: Bool) -> Int64 {
        let token = current
        advance()
        guard let value = Int64(negative ? "-" + token.text : token.text) else {
            report("the number \(token.shown) does not fit into 64 bits", at: token.range.lowerBound)
            return 0
        }
        return value
    }

    private mutating func member() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        var result = try primary()
        while true {
            if take(.dot) {
                let token = current
                let name = try identifier("the name of an attribute or method")
                if current.kind == .sign(.leftParenthesis) {
                    result = try method(name, at: token.range.lowerBound, of: result, from: start)
                } else {
                    checkReserved(name, at: token.range.lowerBound)
                    result = try node(.attribute(result, name), at: start)
                }
            } else if take(.leftBracket) {
                result = try node(.attribute(result, try string("an attribute's name in quotes")), at: start)
                try expect(.rightBracket)
            } else if current.kind == .sign(.leftParenthesis) {
                throw abandon("this can't be called", at: start)
            } else {
                return result
            }
        }
    }

    private static let coreMethods: [String: Expression.BinaryOperator] = [
        "contains": .contains, "containsAll": .containsAll, "containsAny": .containsAny, "getTag": .getTag,
        "hasTag": .hasTag,
    ]

    private mutating func method(
        _ name: String, at offset: Int, of receiver: Expression, from start: Int
    ) throws(Abandoned) -> Expression {
        let arguments = try arguments()
        if name == "isEmpty" || Self.coreMethods[name] != nil {
            let wanted = name == "isEmpty" ? 0 : 1
            guard arguments.count == wanted else {
                report(
                    "`\(name)` takes \(wanted == 0 ? "no argument" : "1 argument"), found \(arguments.count)",
                    at: offset)
                return receiver
            }
            guard let binary = Self.coreMethods[name] else { return try node(.isEmpty(receiver), at: start) }
            return try node(.binary(binary, receiver, arguments[0]), at: start)
        }
        guard let function = ExtensionFunction(rawValue: name), !function.isConstructor else {
            let methods =
                ["isEmpty"] + Self.coreMethods.keys.sorted()
                + ExtensionFunction.allCases.filter { !$0.isConstructor }.map(\.rawValue)
            let isFunction = ExtensionFunction(rawValue: name) != nil
            report(
                isFunction
                    ? "`\(name)` is a function, not a method: write `\(name)(…)`"
                    : "unknown method `\(name)`" + Spelling.question(name, among: methods), at: offset)
            return receiver
        }
        return try node(.call(function, [receiver] + arguments), at: start)
    }

    private mutating func arguments() throws(Abandoned) -> [Expression] {
        try expect(.leftParenthesis)
        return try list(until: .rightParenthesis)
    }

    private mutating func list(until end: Token.Sign) throws(Abandoned) -> [Expression] {
        var result: [Expression] = []
        while current.kind != .sign(end) {
            result.append(try expression())
            guard take(.comma) else { break }
        }
        try expect(end)
        return result
    }

    private mutating func primary() throws(Abandoned) -> Expression {
        let token = current
        let start = token.range.lowerBound
        switch token.kind {
        case .string: return try node(.literal(.string(try string("a string"))), at: start)
        case .number: return try node(.literal(.long(number(negative: false))), at: start)
        case .slot:
            throw abandon(
                "expected an expression, found \(token.shown), slots stand in the heads of templates only", at: start)
        case .identifier: return try name()
        case .sign(.leftParenthesis):
            advance()
            let result = try expression()
            try expect(.rightParenthesis)
            return result
        case .sign(.leftBracket):
            advance()
            return try node(.set(try list(until: .rightBracket)), at: start)
        case .sign(.leftBrace): return try record()
        default: throw abandon("expected an expression, found \(token.shown)", at: start)
        }
    }

    private mutating func name() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        let first = current.text
        if following.kind != .sign(.pathSeparator) {
            if first == "true" || first == "false" {
                advance()
                return try node(.literal(.bool(first == "true")), at: start)
            }
            if Self.reserved.contains(first) {
                throw abandon("expected an expression, found `\(first)`", at: start)
            }
        }
        let path = try path()
        if path.endsInSeparator {
            let id = try string("the entity's identifier in quotes")
            return try node(.literal(.entity(EntityUID(type: path.name, id: id))), at: start)
        }
        if current.kind == .sign(.leftParenthesis) {
            let arguments = try arguments()
            guard let function = ExtensionFunction(rawValue: path.name), function.isConstructor else {
                let functions = ExtensionFunction.allCases.filter(\.isConstructor).map(\.rawValue)
                let isMethod =
                    path.parts == 1
                    && (ExtensionFunction(rawValue: first) != nil
                        || Self.coreMethods[first] != nil || first == "isEmpty")
                report(
                    isMethod
                        ? "`\(first)` is a method, not a function: write `x.\(first)(…)`"
                        : "unknown function `\(path.name)`" + Spelling.question(path.name, among: functions), at: start)
                return try node(.literal(.bool(false)), at: start)
            }
            return try node(.call(function, arguments), at: start)
        }
        guard path.parts == 1, let variable = Expression.Variable(rawValue: first) else {
            report(
                "unknown variable `\(path.name)`"
                    + Spelling.question(path.name, among: Expression.Variable.allCases.map(\.rawValue)), at: start)
            return try node(.literal(.bool(false)), at: start)
        }
        return try node(.variable(variable), at: start)
    }

    private mutating func record() throws(Abandoned) -> Expression {
        let start = current.range.lowerBound
        try expect(.leftBrace)
        var fields: [(name: String, value: Expression)] = []
        var names = Set<ByteKey>()
        while current.kind != .sign(.rightBrace) {
            let offset = current.range.lowerBound
            let isIdentifier = current.kind == .identifier
            let name = isIdentifier ? try identifier("a name") : try string("a name, with or without quotes")
            if isIdentifier { checkReserved(name, at: offset) }
            if !names.insert(ByteKey(name)).inserted {
                report("the name \(CedarString.quoted(name)) stands twice in the record", at: offset)
            }
            try expect(.colon)
            fields.append((name, try expression()))
            guard take(.comma) else { break }
        }
        try expect(.rightBrace)
        return try node(.record(fields), at: start)
    }

    /// What may stand behind `has`: a string, or identifiers with dots between them.
    private mutating func attributePath() throws(Abandoned) -> [String] {
        if current.kind == .string { return [try string("an attribute's name")] }
        var result: [String] = []
        repeat {
            let offset = current.range.lowerBound
            let name = try identifier("an attribute's name")
            checkReserved(name, at: offset)
            result.append(name)
        } while take(.dot)
        return result
    }

    private mutating func checkReserved(_ name: String, at offset: Int) {
        if Self.reserved.contains(name) {
            report("`\(name)` is reserved, write it in quotes", at: offset)
        }
    }

    private mutating func expectKeyword(_ keyword: String) throws(Abandoned) {
        if !takeKeyword(keyword) {
            throw abandon("expected `\(keyword)`, found \(current.shown)", at: current.range.lowerBound)
        }
    }
}
