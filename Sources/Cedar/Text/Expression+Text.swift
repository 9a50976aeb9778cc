extension Expression: CustomStringConvertible {
    /// As a policy writes it, on one line, with parentheses where they are needed.
    public var description: String { text(at: .conditional) }

    /// How tightly operators bind, the loosest first.
    private enum Binding: Int {
        case conditional, or, and, relation, sum, product, unary, member

        static func <= (left: Binding, right: Binding) -> Bool { left.rawValue <= right.rawValue }
    }

    private func text(at wanted: Binding) -> String {
        let text = bare
        return wanted <= binding ? text : "(\(text))"
    }

    private var binding: Binding {
        switch kind {
        case .literal(.long(let number)): number < 0 ? .unary : .member
        case .literal, .variable, .set, .record, .call, .isEmpty, .attribute: .member
        case .not, .negate: .unary
        case .and: .and
        case .or: .or
        case .conditional: .conditional
        case .has, .like, .isType: .relation
        case .binary(let operation, _, _): Self.binding(of: operation)
        }
    }

    private static func binding(of operation: BinaryOperator) -> Binding {
        switch operation {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: .relation
        case .add, .subtract: .sum
        case .multiply: .product
        case .contains, .containsAll, .containsAny, .getTag, .hasTag: .member
        }
    }

    /// Without parentheses around it.
    private var bare: String {
        switch kind {
        case .literal(let value): return value.description
        case .variable(let variable): return variable.rawValue
        case .not(let operand): return "!" + operand.text(at: .member)
        case .negate(let operand):
            // A minus directly before a number would become a part of it.
            if case .literal(.long) = operand.kind { return "-(\(operand.bare))" }
            return "-" + operand.text(at: .member)
        case .and(let operands): return operands.map { $0.text(at: .relation) }.joined(separator: " && ")
        case .or(let operands): return operands.map { $0.text(at: .and) }.joined(separator: " || ")
        case .conditional(let condition, let first, let second):
            return "if \(condition) then \(first) else \(second)"
        case .binary(let operation, let left, let right): return Self.text(operation, left, right)
        case .isEmpty(let operand): return operand.text(at: .member) + ".isEmpty()"
        case .attribute(let target, let name):
            return target.text(at: .member)
                + (Identifier.isPlain(name) ? ".\(name)" : "[\(CedarString.quoted(name))]")
        case .has(let target, let path):
            let names = path.count == 1 ? Identifier.quotedIfNeeded(path[0]) : path.joined(separator: ".")
            return "\(target.text(at: .sum)) has \(names)"
        case .like(let target, let pattern): return "\(target.text(at: .sum)) like \(pattern)"
        case .isType(let target, let type, let container):
            return "\(target.text(at: .sum)) is \(type)" + (container.map { " in \($0.text(at: .sum))" } ?? "")
        case .set(let elements): return "[" + elements.map(\.description).joined(separator: ", ") + "]"
        case .record(let fields):
            let texts = fields.map { "\(Identifier.quotedIfNeeded($0.name)): \($0.value)" }
            return texts.isEmpty ? "{}" : "{ " + texts.joined(separator: ", ") + " }"
        case .call(let function, let arguments): return Self.text(function, arguments)
        }
    }

    private static func text(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> String {
        switch binding(of: operation) {
        case .member: "\(left.text(at: .member)).\(operation.rawValue)(\(right))"
        case .sum: "\(left.text(at: .sum)) \(operation.rawValue) \(right.text(at: .product))"
        case .product: "\(left.text(at: .product)) \(operation.rawValue) \(right.text(at: .unary))"
        default: "\(left.text(at: .sum)) \(operation.rawValue) \(right.text(at: .sum))"
        }
    }

    private static func text(_ function: ExtensionFunction, _ arguments: [Expression]) -> String {
        guard !function.isConstructor, let receiver = arguments.first else {
            return "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
        }
        let others = arguments.dropFirst().map(\.description).joined(separator: ", ")
        return "\(receiver.text(at: .member)).\(function.rawValue)(\(others))"
    }
}

extension Pattern: CustomStringConvertible {
    /// As a policy writes it, in quotes: stars that mean themselves behind a backslash.
    public var description: String {
        let texts = pieces.map { CedarString.escaped(String(decoding: $0, as: UTF8.self), isPattern: true) }
        return "\"" + texts.joined(separator: "*") + "\""
    }
}
