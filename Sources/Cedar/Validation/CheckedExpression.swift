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
    /// What tells shapes apart, their parts by number.
    private struct Key: Hashable {
        let operation: String
        let parts: [Int]
        let value: Value?
        let names: [Value]
    }

    private var numbers: [Key: Int] = [:]

    /// Recursion is bounded by the height that the parser allows.
    mutating func convert(_ expression: Expression) -> CheckedExpression {
        let offset = expression.offset
        switch expression.kind {
        case .literal(let value): return make(.literal(value), "literal", [], at: offset, value: value)
        case .variable(let variable):
            return CheckedExpression(
                kind: .variable(variable), offset: offset,
                shape: number(Key(operation: variable.rawValue, parts: [], value: nil, names: [])),
                uses: CheckedExpression.Uses(variable))
        case .not(let child):
            let child = convert(child)
            return make(.not(child), "!", [child], at: offset)
        case .negate(let child):
            let child = convert(child)
            return make(.negate(child), "-", [child], at: offset)
        case .and(let children):
            let children = children.map { convert($0) }
            return make(.and(children), "&&", children, at: offset)
        case .or(let children):
            let children = children.map { convert($0) }
            return make(.or(children), "||", children, at: offset)
        case .conditional(let condition, let first, let second):
            let parts = [convert(condition), convert(first), convert(second)]
            return make(.conditional(parts[0], parts[1], parts[2]), "if", parts, at: offset)
        case .binary(let operation, let left, let right):
            return binary(operation, convert(left), convert(right), at: offset)
        case .isEmpty(let child):
            let child = convert(child)
            return make(.isEmpty(child), "isEmpty", [child], at: offset)
        case .attribute(let child, let name):
            let child = convert(child)
            return make(
                .attribute(child, name: name, nameShape: shape(of: name)), ".", [child], at: offset,
                value: .string(name))
        case .has(let child, let path): return has(convert(child), path, at: offset)
        case .like(let child, let pattern):
            let child = convert(child)
            return make(
                .like(child), "like", [child], at: offset,
                names: pattern.pieces.map { .string(String(decoding: $0, as: UTF8.self)) })
        case .isType(let child, let type, let container):
            let child = convert(child)
            let container = container.map { convert($0) }
            return make(
                .isType(child, type, in: container), "is", [child] + (container.map { [$0] } ?? []), at: offset,
                value: .string(type))
        case .set(let children):
            let children = children.map { convert($0) }
            return make(.set(children), "[]", children, at: offset)
        case .record(let fields):
            let children = fields.map { (name: $0.name, value: convert($0.value)) }
            return make(
                .record(children), "{}", children.map(\.value), at: offset, names: children.map { .string($0.name) })
        case .call(let function, let arguments):
            let arguments = arguments.map { convert($0) }
            return make(.call(function, arguments), function.rawValue, arguments, at: offset)
        }
    }

    /// The shape of the literal that a name is.
    mutating func shape(of name: String) -> Int {
        number(Key(operation: "literal", parts: [], value: .string(name), names: []))
    }

    private mutating func binary(
        _ operation: Expression.BinaryOperator, _ left: CheckedExpression, _ right: CheckedExpression, at offset: Int
    ) -> CheckedExpression {
        let kind: CheckedExpression.Kind
        switch operation {
        case .equal: kind = .equal(left, right)
        case .notEqual:
            let equal = make(.equal(left, right), "==", [left, right], at: offset)
            return make(.not(equal), "!", [equal], at: offset)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: kind = .compare(left, right)
        case .isIn: kind = .isIn(left, right)
        case .add, .subtract, .multiply: kind = .arithmetic(operation, left, right)
        case .contains: kind = .contains(left, right)
        case .containsAll, .containsAny: kind = .containsMany(left, right)
        case .getTag: kind = .getTag(left, right)
        case .hasTag: kind = .hasTag(left, right)
        }
        return make(kind, operation.rawValue, [left, right], at: offset)
    }

    private mutating func has(_ child: CheckedExpression, _ path: [String], at offset: Int) -> CheckedExpression {
        var steps: [CheckedExpression.Step] = []
        var subject = child.shape
        for name in path {
            steps.append(CheckedExpression.Step(name: name, nameShape: shape(of: name), subject: subject))
            subject = number(Key(operation: ".", parts: [subject], value: .string(name), names: []))
        }
        return make(.has(child, path: steps), "has", [child], at: offset, names: path.map { .string($0) })
    }

    private mutating func make(
        _ kind: CheckedExpression.Kind, _ operation: String, _ parts: [CheckedExpression], at offset: Int,
        value: Value? = nil, names: [Value] = []
    ) -> CheckedExpression {
        let shape = number(Key(operation: operation, parts: parts.map(\.shape), value: value, names: names))
        let uses = parts.reduce(into: CheckedExpression.Uses()) { $0.formUnion($1.uses) }
        return CheckedExpression(kind: kind, offset: offset, shape: shape, uses: uses)
    }

    private mutating func number(_ key: Key) -> Int {
        if let number = numbers[key] { return number }
        let number = numbers.count
        numbers[key] = number
        return number
    }
}
