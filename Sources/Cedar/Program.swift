/// Policies in the form that decisions run through: one flat array of nodes, with tables for what does not fit into a
/// node, and the policies in an index of what their heads ask for.
final class Program: Sendable {
    /// What a node does with its operands `a`, `b` and `c`: other nodes, or places in a table.
    enum Operation: UInt8, Sendable {
        /// The constant `a`.
        case constant
        case principal, action, resource, context
        case not, negate
        /// The `b` nodes of `operands` from `a` on.
        case and, or
        case conditional
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case isIn
        /// Node `a` in the entities `b` of `uidSets`.
        case isInConstant
        case add, subtract, multiply
        case contains, containsAll, containsAny
        /// Whether the set `a` contains the text constant `b`.
        case containsText
        case isEmpty, getTag, hasTag
        /// The attribute of node `a` with name `b`.
        case attribute
        case has
        /// Node `a` like pattern `b`.
        case like
        /// Node `a` is of the type with name `b`, and in node `c` unless that is negative.
        case isType
        /// A set of `b` operands from `a` on.
        case set
        /// A record of `b` operands from `a` on, their names in `names` from `c` on.
        case record
        /// The function `c` of `b` operands from `a` on.
        case call
    }

    struct Node: Sendable {
        let operation: Operation
        let a: Int32
        let b: Int32
        let c: Int32
        /// Where it stands in the text.
        let offset: Int32
    }

    /// A policy's head and conditions. A class, so that picking one up costs one reference count.
    final class Rule: Sendable {
        let id: String
        let isForbid: Bool
        let principal: Policy.EntityScope
        let action: Policy.ActionScope
        let resource: Policy.EntityScope
        /// The node of the condition, negative for none.
        let condition: Int32

        init(_ policy: Policy, condition: Int32) {
            id = policy.id
            isForbid = policy.effect == .forbid
            principal = policy.principal
            action = policy.action
            resource = policy.resource
            self.condition = condition
        }
    }

    let nodes: [Node]
    let operands: [Int32]
    let constants: [Value]
    let names: [String]
    let patterns: [Pattern]
    let uidSets: [UIDSet]
    let rules: [Rule]
    let index: RuleIndex

    convenience init(_ policies: [Policy]) {
        var compiler = Compiler()
        let rules = policies.map { Rule($0, condition: compiler.condition(of: $0)) }
        self.init(compiler, rules: rules, index: RuleIndex(policies))
    }

    /// A program of one expression, and its node.
    static func alone(_ expression: Expression) -> (program: Program, root: Int32) {
        var compiler = Compiler()
        let root = compiler.compile(expression)
        return (Program(compiler, rules: [], index: RuleIndex([])), root)
    }

    private init(_ compiler: Compiler, rules: [Rule], index: RuleIndex) {
        self.rules = rules
        self.index = index
        nodes = compiler.nodes
        operands = compiler.operands
        constants = compiler.constants
        names = compiler.names
        patterns = compiler.patterns
        uidSets = compiler.uidSets
    }
}

/// Flattens expressions.
private struct Compiler {
    var nodes: [Program.Node] = []
    var operands: [Int32] = []
    var constants: [Value] = []
    var names: [String] = []
    var patterns: [Pattern] = []
    var uidSets: [UIDSet] = []
    private var nameIndex: [ByteKey: Int32] = [:]
    /// The conditions of templates, which all policies that links make of them share.
    private var templates: [ByteKey: Int32] = [:]

    /// All conditions joined by `and`; negative for a policy without conditions.
    mutating func condition(of policy: Policy) -> Int32 {
        guard let link = policy.link else { return compileConditions(of: policy) }
        if let shared = templates[ByteKey(link.template)] { return shared }
        let condition = compileConditions(of: policy)
        templates[ByteKey(link.template)] = condition
        return condition
    }

    private mutating func compileConditions(of policy: Policy) -> Int32 {
        var parts: [Int32] = []
        for condition in policy.conditions {
            let body = compile(condition.body)
            parts.append(condition.isUnless ? emit(.not, a: body, at: condition.body.offset) : body)
        }
        guard let first = parts.first else { return -1 }
        if parts.count == 1 { return first }
        let (start, count) = list(parts)
        return emit(.and, a: start, b: count, at: policy.offset)
    }

    mutating func compile(_ expression: Expression) -> Int32 {
        let offset = expression.offset
        if let constant = constant(expression) {
            constants.append(constant)
            return emit(.constant, a: Int32(constants.count - 1), at: offset)
        }
        switch expression.kind {
        case .literal: return -1  // Every literal is a constant.
        case .variable(let variable):
            switch variable {
            case .principal: return emit(.principal, at: offset)
            case .action: return emit(.action, at: offset)
            case .resource: return emit(.resource, at: offset)
            case .context: return emit(.context, at: offset)
            }
        case .not(let child): return emit(.not, a: compile(child), at: offset)
        case .negate(let child): return emit(.negate, a: compile(child), at: offset)
        case .and(let children): return emitList(.and, children, at: offset)
        case .or(let children): return emitList(.or, children, at: offset)
        case .conditional(let condition, let first, let second):
            return emit(
                .conditional, a: compile(condition), b: compile(first), c: compile(second), at: offset)
        case .binary(let operation, let left, let right): return binary(operation, left, right, at: offset)
        case .isEmpty(let child): return emit(.isEmpty, a: compile(child), at: offset)
        case .attribute(let child, let name): return emit(.attribute, a: compile(child), b: intern(name), at: offset)
        case .has(let child, let path):
            var parts: [Int32] = []
            var current = compile(child)
            for (index, name) in path.enumerated() {
                let name = intern(name)
                parts.append(emit(.has, a: current, b: name, at: offset))
                if index < path.count - 1 { current = emit(.attribute, a: current, b: name, at: offset) }
            }
            if parts.count == 1 { return parts[0] }
            let (start, count) = list(parts)
            return emit(.and, a: start, b: count, at: offset)
        case .like(let child, let pattern):
            patterns.append(pattern)
            return emit(.like, a: compile(child), b: Int32(patterns.count - 1), at: offset)
        case .isType(let child, let type, let container):
            return emit(
                .isType, a: compile(child), b: intern(type), c: container.map { compile($0) } ?? -1, at: offset)
        case .set(let children): return emitList(.set, children, at: offset)
        case .record(let fields):
            let children = fields.map { compile($0.value) }
            let first = Int32(names.count)
            names.append(contentsOf: fields.map(\.name))
            let (start, count) = list(children)
            return emit(.record, a: start, b: count, c: first, at: offset)
        case .call(let function, let arguments):
            let (start, count) = list(arguments.map { compile($0) })
            let number = Int32(ExtensionFunction.allCases.firstIndex(of: function) ?? 0)
            return emit(.call, a: start, b: count, c: number, at: offset)
        }
    }

    private mutating func binary(
        _ operation: Expression.BinaryOperator, _ left: Expression, _ right: Expression, at offset: Int
    ) -> Int32 {
        let constant = constant(right)
        if operation == .isIn, let uids = entities(constant) {
            uidSets.append(UIDSet(uids))
            return emit(.isInConstant, a: compile(left), b: Int32(uidSets.count - 1), at: offset)
        }
        if operation == .contains, case .string(let text)? = constant {
            return emit(.containsText, a: compile(left), b: intern(text), at: offset)
        }
        let kind: Program.Operation =
            switch operation {
            case .equal: .equal
            case .notEqual: .notEqual
            case .less: .less
            case .lessOrEqual: .lessOrEqual
            case .greater: .greater
            case .greaterOrEqual: .greaterOrEqual
            case .isIn: .isIn
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .contains: .contains
            case .containsAll: .containsAll
            case .containsAny: .containsAny
            case .getTag: .getTag
            case .hasTag: .hasTag
            }
        return emit(kind, a: compile(left), b: compile(right), at: offset)
    }

    /// What an expression always is, where that can be said now: literals, sets and records of them, and well-formed
    /// values of extension types. What would fail stays to fail when it is asked for.
    private func constant(_ expression: Expression) -> Value? {
        switch expression.kind {
        case .literal(let value): return value
        case .set(let children):
            let values = children.compactMap(constant)
            return values.count == children.count ? .set(ValueSet(values)) : nil
        case .record(let fields):
            let values = fields.compactMap { field in constant(field.value).map { Record.Field(field.name, $0) } }
            return values.count == fields.count ? .record(Record(values)) : nil
        case .call(let function, let arguments) where function.isConstructor:
            let values = arguments.compactMap(constant)
            return values.count == arguments.count ? try? function.call(values) : nil
        default: return nil
        }
    }

    private func entities(_ constant: Value?) -> [EntityUID]? {
        switch constant {
        case .entity(let uid)?: return [uid]
        case .set(let set)?:
            let uids = set.elements.compactMap { value -> EntityUID? in
                if case .entity(let uid) = value { uid } else { nil }
            }
            return uids.count == set.elements.count ? uids : nil
        default: return nil
        }
    }

    private mutating func emit(
        _ operation: Program.Operation, a: Int32 = -1, b: Int32 = -1, c: Int32 = -1, at offset: Int
    ) -> Int32 {
        nodes.append(Program.Node(operation: operation, a: a, b: b, c: c, offset: Int32(clamping: offset)))
        return Int32(nodes.count - 1)
    }

    private mutating func emitList(_ operation: Program.Operation, _ children: [Expression], at offset: Int) -> Int32 {
        let (start, count) = list(children.map { compile($0) })
        return emit(operation, a: start, b: count, at: offset)
    }

    private mutating func list(_ indices: [Int32]) -> (start: Int32, count: Int32) {
        let start = Int32(operands.count)
        operands.append(contentsOf: indices)
        return (start, Int32(indices.count))
    }

    private mutating func intern(_ name: String) -> Int32 {
        let key = ByteKey(name)
        if let index = nameIndex[key] { return index }
        names.append(name)
        nameIndex[key] = Int32(names.count - 1)
        return Int32(names.count - 1)
    }
}
