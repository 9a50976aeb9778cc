/// An expression as the checker walks it: sugar undone, and a number for its shape, so that two places that say the same
/// are known as such whatever their size.
final class CheckedExpression {
    indirect enum Kind {
        case literal(Value)
        case variable(Expression.Variable)
        case not(CheckedExpression)
        case negate(CheckedExpression)
        case and([CheckedExpression])
        case or([CheckedExpression])
        case conditional(CheckedExpression, CheckedExpression, CheckedExpression)
        case equal(CheckedExpression, CheckedExpression)
        case compare(CheckedExpression, CheckedExpression)
        case arithmetic(Expression.BinaryOperator, CheckedExpression, CheckedExpression)
        case isIn(CheckedExpression, CheckedExpression)
        case contains(CheckedExpression, CheckedExpression)
        /// `containsAll` or `containsAny`.
        case containsMany(CheckedExpression, CheckedExpression)
        case isEmpty(CheckedExpression)
        case getTag(CheckedExpression, CheckedExpression)
        case hasTag(CheckedExpression, CheckedExpression)
        case attribute(CheckedExpression, name: String, nameShape: Int)
        /// Asks step by step; the shapes are those of the expressions that each step asks.
        case has(CheckedExpression, path: [Step])
        case like(CheckedExpression)
        case isType(CheckedExpression, String, in: CheckedExpression?)
        case set([CheckedExpression])
        case record([(name: String, value: CheckedExpression)])
        case call(ExtensionFunction, [CheckedExpression])
    }

    struct Step {
        let name: String
        let nameShape: Int
        /// The shape of what is asked for the name.
        let subject: Int
    }

    let kind: Kind
    let offset: Int
    /// Equal for expressions that say the same.
    let shape: Int
    /// Which variables it has.
    let uses: Uses

    init(kind: Kind, offset: Int, shape: Int, uses: Uses) {
        self.kind = kind
        self.offset = offset
        self.shape = shape
        self.uses = uses
    }

    /// A set of variables.
    struct Uses: OptionSet, Hashable {
        let rawValue: UInt8
        static let principal = Uses(rawValue: 1)
        static let action = Uses(rawValue: 2)
        static let resource = Uses(rawValue: 4)
        static let context = Uses(rawValue: 8)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ variable: Expression.Variable) {
            switch variable {
            case .principal: self = .principal
            case .action: self = .action
            case .resource: self = .resource
            case .context: self = .context
            }
        }
    }
}

/// Turns parsed expressions into checked ones, and numbers their shapes.
struct ShapeTable {
    /// What an expression does, for telling shapes apart.
    private enum Operation: UInt8 {
        case literal, principal, action, resource, context, not, negate, and, or, conditional
        case equal, less, lessOrEqual, greater, greaterOrEqual, isIn, add, subtract, multiply
        case contains, containsAll, containsAny, getTag, hasTag, isEmpty, attribute, has, like, isType, set, record,
            call

        init(_ variable: Expression.Variable) {
            switch variable {
            case .principal: self = .principal
            case .action: self = .action
            case .resource: self = .resource
            case .context: self = .context
            }
        }
    }

    /// What tells shapes apart, their parts by number.
    private struct Key: Hashable {
        let operation: Operation
        var first = -1
        var second = -1
        var others: [Int] = []
        var value: Value?
        var names: [Value] = []
    }

    private var numbers: [Key: Int] = Dictionary(minimumCapacity: 64)

    /// Recursion is bounded by the height that the parser allows.
    mutating func convert(_ expression: Expression) -> CheckedExpression {
        let offset = expression.offset
        switch expression.kind {
        case .literal(let value): return make(.literal(value), .literal, [], at: offset, value: value)
        case .variable(let variable):
            return CheckedExpression(
                kind: .variable(variable), offset: offset,
                shape: number(Key(operation: Operation(variable))),
                uses: CheckedExpression.Uses(variable))
        case .not(let child):
            let child = convert(child)
            return make(.not(child), .not, [child], at: offset)
        case .negate(let child):
            let child = convert(child)
            return make(.negate(child), .negate, [child], at: offset)
        case .and(let children):
            return joined(children, at: offset, operation: .and, { $0 && $1 }, CheckedExpression.Kind.and)
        case .or(let children):
            return joined(children, at: offset, operation: .or, { $0 || $1 }, CheckedExpression.Kind.or)
        case .conditional(let condition, let first, let second):
            let parts = [convert(condition), convert(first), convert(second)]
            return make(.conditional(parts[0], parts[1], parts[2]), .conditional, parts, at: offset)
        case .binary(let operation, let left, let right):
            return binary(operation, convert(left), convert(right), at: offset)
        case .isEmpty(let child):
            let child = convert(child)
            return make(.isEmpty(child), .isEmpty, [child], at: offset)
        case .attribute(let child, let name):
            let child = convert(child)
            return make(
                .attribute(child, name: name, nameShape: shape(of: name)), .attribute, [child], at: offset,
                value: .string(name))
        case .has(let child, let path): return has(convert(child), path, at: offset)
        case .like(let child, let pattern):
            let child = convert(child)
            return make(
                .like(child), .like, [child], at: offset,
                names: pattern.pieces.map { .string(String(decoding: $0, as: UTF8.self)) })
        case .isType(let child, let type, let container):
            let child = convert(child)
            let container = container.map { convert($0) }
            return make(
                .isType(child, type, in: container), .isType, [child] + (container.map { [$0] } ?? []), at: offset,
                value: .string(type))
        case .set(let children):
            let children = children.map { convert($0) }
            return make(.set(children), .set, children, at: offset)
        case .record(let fields):
            let children = fields.map { (name: $0.name, value: convert($0.value)) }
            return make(
                .record(children), .record, children.map(\.value), at: offset, names: children.map { .string($0.name) })
        case .call(let function, let arguments):
            let arguments = arguments.map { convert($0) }
            return make(
                .call(function, arguments), .call, arguments, at: offset, value: .string(function.rawValue))
        }
    }

    /// The shape of the literal that a name is.
    mutating func shape(of name: String) -> Int {
        number(Key(operation: .literal, value: .string(name)))
    }

    /// Like the reference, literals in front are reckoned with before anything is checked: `(true || false) == true` is a
    /// comparison of literals.
    private mutating func joined(
        _ children: [Expression], at offset: Int, operation: Operation, _ reckon: (Bool, Bool) -> Bool,
        _ kind: ([CheckedExpression]) -> CheckedExpression.Kind
    ) -> CheckedExpression {
        var parts = children.map { convert($0) }
        var known: Bool?
        var count = 0
        while count < parts.count, case .literal(.bool(let value)) = parts[count].kind {
            known = known.map { reckon($0, value) } ?? value
            count += 1
        }
        if let known, count > 1 {
            let value = Value.bool(known)
            parts.replaceSubrange(..<count, with: [make(.literal(value), .literal, [], at: offset, value: value)])
        }
        return parts.count == 1 ? parts[0] : make(kind(parts), operation, parts, at: offset)
    }

    private mutating func binary(
        _ operation: Expression.BinaryOperator, _ left: CheckedExpression, _ right: CheckedExpression, at offset: Int
    ) -> CheckedExpression {
        switch operation {
        case .equal: return make(.equal(left, right), .equal, [left, right], at: offset)
        case .notEqual:
            let equal = make(.equal(left, right), .equal, [left, right], at: offset)
            return make(.not(equal), .not, [equal], at: offset)
        case .less: return make(.compare(left, right), .less, [left, right], at: offset)
        case .lessOrEqual: return make(.compare(left, right), .lessOrEqual, [left, right], at: offset)
        case .greater: return make(.compare(left, right), .greater, [left, right], at: offset)
        case .greaterOrEqual: return make(.compare(left, right), .greaterOrEqual, [left, right], at: offset)
        case .isIn: return make(.isIn(left, right), .isIn, [left, right], at: offset)
        case .add: return make(.arithmetic(.add, left, right), .add, [left, right], at: offset)
        case .subtract: return make(.arithmetic(.subtract, left, right), .subtract, [left, right], at: offset)
        case .multiply: return make(.arithmetic(.multiply, left, right), .multiply, [left, right], at: offset)
        case .contains: return make(.contains(left, right), .contains, [left, right], at: offset)
        case .containsAll: return make(.containsMany(left, right), .containsAll, [left, right], at: offset)
        case .containsAny: return make(.containsMany(left, right), .containsAny, [left, right], at: offset)
        case .getTag: return make(.getTag(left, right), .getTag, [left, right], at: offset)
        case .hasTag: return make(.hasTag(left, right), .hasTag, [left, right], at: offset)
        }
    }

    private mutating func has(_ child: CheckedExpression, _ path: [String], at offset: Int) -> CheckedExpression {
        var steps: [CheckedExpression.Step] = []
        var subject = child.shape
        for name in path {
            steps.append(CheckedExpression.Step(name: name, nameShape: shape(of: name), subject: subject))
            subject = number(Key(operation: .attribute, first: subject, value: .string(name)))
        }
        return make(.has(child, path: steps), .has, [child], at: offset, names: path.map { .string($0) })
    }

    private mutating func make(
        _ kind: CheckedExpression.Kind, _ operation: Operation, _ parts: [CheckedExpression], at offset: Int,
        value: Value? = nil, names: [Value] = []
    ) -> CheckedExpression {
        var key = Key(operation: operation, value: value, names: names)
        var uses = CheckedExpression.Uses()
        for (position, part) in parts.enumerated() {
            switch position {
            case 0: key.first = part.shape
            case 1: key.second = part.shape
            default: key.others.append(part.shape)
            }
            uses.formUnion(part.uses)
        }
        let shape = number(key)
        return CheckedExpression(kind: kind, offset: offset, shape: shape, uses: uses)
    }

    private mutating func number(_ key: Key) -> Int {
        if let number = numbers[key] { return number }
        let number = numbers.count
        numbers[key] = number
        return number
    }
}
