/// Requests of one shape: the type of who asks, what is asked, and the type of what it is asked of.
///
/// Several actions that share a context make one environment where it matters what is decided of all of them for one and the
/// same request.
public struct RequestEnvironment: Hashable, Sendable {
    /// The type of the principal.
    public let principal: String
    /// The actions, at least one.
    public let actions: [EntityUID]
    /// The type of the resource.
    public let resource: String

    /// Names a shape.
    public init(principal: String, actions: [EntityUID], resource: String) {
        self.principal = principal
        self.actions = actions
        self.resource = resource
    }
}

extension Schema {
    /// The environments of some actions together: each type of principal with each type of resource that all of them take.
    public func environments(_ actions: [EntityUID]) -> [RequestEnvironment] {
        let declared = actions.compactMap { action($0) }
        guard let first = declared.first, declared.count == actions.count else { return [] }
        let principals = first.principals.filter { type in declared.allSatisfy { $0.principals.contains(type) } }
        let resources = first.resources.filter { type in declared.allSatisfy { $0.resources.contains(type) } }
        return principals.flatMap { principal in
            resources.map { RequestEnvironment(principal: principal, actions: actions, resource: $0) }
        }
    }
}
