/// A place of a request that policies look at: a variable, and the attributes on the way from it.
struct CasePath: Hashable, Sendable {
    let variable: Expression.Variable
    let names: [String]

    /// The place that an expression reads, if it reads one.
    init?(_ expression: Expression) {
        switch expression.kind {
        case .variable(let variable): self.init(variable, [])
        case .attribute(let target, let name):
            guard let path = CasePath(target) else { return nil }
            self.init(path.variable, path.names + [name])
        default: return nil
        }
    }

    init(_ variable: Expression.Variable, _ names: [String]) {
        self.variable = variable
        self.names = names
    }

    /// One step further.
    func appending(_ name: String) -> CasePath { CasePath(variable, names + [name]) }

    /// Where the last step begins; `nil` at a variable.
    var parent: CasePath? { names.isEmpty ? nil : CasePath(variable, Array(names.dropLast())) }

    /// The places on the way, the variable first, itself last.
    var steps: [CasePath] { (0...names.count).map { CasePath(variable, Array(names.prefix($0))) } }

    /// Whether it lies below another place.
    func isBelow(_ other: CasePath) -> Bool {
        variable == other.variable && names.count > other.names.count && names.starts(with: other.names)
    }

    /// As a policy writes it.
    var expression: Expression {
        names.reduce(Expression(.variable(variable), at: 0)) { Expression(.attribute($0, $1), at: 0) }
    }
}

/// The types of places in one environment.
struct CaseTyping: Sendable {
    let schema: Schema
    let environment: RequestEnvironment
    private let context: Schema.RecordType

    init(_ schema: Schema, _ environment: RequestEnvironment) {
        self.schema = schema
        self.environment = environment
        context = environment.actions.first.flatMap { schema.action($0)?.context } ?? .empty
    }

    /// Whether all actions bring the same context.
    var hasOneContext: Bool { environment.actions.allSatisfy { schema.action($0)?.context == context } }

    /// The type of what stands there; `nil` where nothing can.
    func type(of path: CasePath) -> Schema.ValueType? {
        var type: Schema.ValueType =
            switch path.variable {
            case .principal: .entity(environment.principal)
            case .resource: .entity(environment.resource)
            case .action: .entity(environment.actions.first?.type ?? "")
            case .context: .record(context)
            }
        for name in path.names {
            guard let attribute = attributes(of: type)?[name] else { return nil }
            type = attribute.type
        }
        return type
    }

    /// Whether something need not stand there, though what holds it does.
    func isOptional(_ path: CasePath) -> Bool {
        guard let parent = path.parent, let name = path.names.last, let type = type(of: parent) else { return false }
        return attributes(of: type)?[name]?.isRequired == false
    }

    func attributes(of type: Schema.ValueType) -> Schema.RecordType? {
        switch type {
        case .record(let record): record
        case .entity(let name): schema.entityType(name)?.attributes
        default: nil
        }
    }
}
