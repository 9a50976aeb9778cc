/// An expression of a policy's condition, with where it stands.
public struct Expression: Sendable {
    /// What it is.
    public let kind: Kind
    /// Where it begins: bytes from the beginning of the text; `PolicySet.source` turns it into line and column.
    public let offset: Int
    /// Nodes on the longest way down, itself included; the parser bounds it, so that recursion is safe.
    let height: Int

    /// The kinds of expressions.
    public indirect enum Kind: Sendable {
        /// A value written out: boolean, long, string or entity.
        case literal(Value)
        /// `principal`, `action`, `resource` or `context`.
        case variable(Variable)
        /// `!x`.
        case not(Expression)
        /// `-x`.
        case negate(Expression)
        /// `a && b && …`, at least two.
        case and([Expression])
        /// `a || b || …`, at least two.
        case or([Expression])
        /// `if a then b else c`.
        case conditional(Expression, Expression, Expression)
        /// An operator or method of two operands.
        case binary(BinaryOperator, Expression, Expression)
        /// `x.isEmpty()`.
        case isEmpty(Expression)
        /// `x.name` or `x["name"]`.
        case attribute(Expression, String)
        /// `x has name`, or `x has a.b.c`, which asks step by step.
        case has(Expression, [String])
        /// `x like "pattern"`.
        case like(Expression, Pattern)
        /// `x is Type`, and `x is Type in y`.
        case isType(Expression, String, in: Expression?)
        /// `[a, b]`.
        case set([Expression])
        /// `{a: x, b: y}`, each name once.
        case record([(name: String, value: Expression)])
        /// A function or method of an extension type; the number of arguments is checked when it is called.
        case call(ExtensionFunction, [Expression])
    }

    /// What a request brings.
    public enum Variable: String, Sendable, CaseIterable {
        /// Who asks.
        case principal
        /// What shall be done.
        case action
        /// To what.
        case resource
        /// Under which circumstances.
        case context
    }

    /// Operators and methods of two operands.
    public enum BinaryOperator: String, Sendable {
        /// Equality; never an error.
        case equal = "=="
        /// Its opposite.
        case notEqual = "!="
        /// Order of longs, moments and lengths of time.
        case less = "<"
        /// Order of longs, moments and lengths of time.
        case lessOrEqual = "<="
        /// Order of longs, moments and lengths of time.
        case greater = ">"
        /// Order of longs, moments and lengths of time.
        case greaterOrEqual = ">="
        /// Membership in the hierarchy of entities.
        case isIn = "in"
        /// Sum of longs; overflow is an error.
        case add = "+"
        /// Difference of longs; overflow is an error.
        case subtract = "-"
        /// Product of longs; overflow is an error.
        case multiply = "*"
        /// Whether a set has a value.
        case contains
        /// Whether a set has every value of another.
        case containsAll
        /// Whether a set has some value of another.
        case containsAny
        /// An entity's tag.
        case getTag
        /// Whether an entity has a tag.
        case hasTag
    }

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
        var deepest = 0
        Self.forEachChild(of: kind) { deepest = max(deepest, $0.height) }
        height = deepest + 1
    }

    /// Calls back for each direct part of it.
    public func forEachChild(_ body: (Expression) -> Void) { Self.forEachChild(of: kind, body) }

    private static func forEachChild(of kind: Kind, _ body: (Expression) -> Void) {
        switch kind {
        case .literal, .variable: break
        case .not(let child), .negate(let child), .isEmpty(let child), .attribute(let child, _), .has(let child, _),
            .like(let child, _):
            body(child)
        case .and(let children), .or(let children), .set(let children), .call(_, let children):
            children.forEach(body)
        case .conditional(let first, let second, let third):
            body(first)
            body(second)
            body(third)
        case .binary(_, let left, let right):
            body(left)
            body(right)
        case .isType(let child, _, let container):
            body(child)
            if let container { body(container) }
        case .record(let fields): fields.forEach { body($0.value) }
        }
    }
}
