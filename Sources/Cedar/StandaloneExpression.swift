/// Why an expression has no value.
public struct ExpressionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in its text it failed.
    public let position: SourcePosition
    /// Why, in names and types; no values.
    public let message: String

    /// The place and the reason.
    public var description: String { "\(position): \(message)" }
}

/// An expression that stands alone, with the text that it came from.
public struct StandaloneExpression: Sendable {
    /// The expression.
    public let expression: Expression
    /// Its text.
    public let source: SourceText
    private let program: Program
    private let root: Int32

    /// Parses one expression; `source` is the name of the text in messages. Throws everything that is wrong with the text.
    public init(
        parsing text: String, source name: String, limits: PolicySet.Limits = PolicySet.Limits()
    ) throws(PolicyErrors) {
        let source = SourceText(name: name, text: text)
        var parser = Parser(source: source, limits: limits)
        guard let expression = parser.parseExpression() else {
            throw PolicyErrors(parser.errors.sorted { $0.offset < $1.offset }.map(\.error))
        }
        self.expression = expression
        self.source = source
        (program, root) = Program.alone(expression)
    }

    /// Its value. Without a request it may speak of no variable.
    public func evaluate(_ request: Request?, entities: Entities) throws(ExpressionFailure) -> Value {
        if request == nil, let (variable, offset) = Self.variable(in: expression) {
            throw ExpressionFailure(
                position: source.position(at: offset), message: "`\(variable.rawValue)` has no value without a request")
        }
        let nobody = EntityUID(type: "", id: "")
        let evaluator = Evaluator(
            program: program, request: request ?? Request(principal: nobody, action: nobody, resource: nobody),
            entities: entities)
        do throws(Evaluator.Failure) {
            return try evaluator.value(root)
        } catch {
            throw ExpressionFailure(position: source.position(at: Int(error.offset)), message: error.message)
        }
    }

    private static func variable(in expression: Expression) -> (Expression.Variable, offset: Int)? {
        if case .variable(let variable) = expression.kind { return (variable, expression.offset) }
        var found: (Expression.Variable, offset: Int)?
        expression.forEachChild { found = found ?? variable(in: $0) }
        return found
    }
}
