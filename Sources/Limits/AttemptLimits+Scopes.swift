extension AttemptLimits {
    /// What the rules name: each in no tenant, and in each of these where tenants count apart.
    func scopes(tenants: [String]) -> Set<LimitScope> {
        var scopes: Set<LimitScope> = []
        let all: [String?] = [nil] + tenants
        scopes.formUnion(keys.keys.map { .key($0) })
        scopes.formUnion(rollouts.keys.map { .rollout($0) })
        for tenant in all {
            scopes.formUnion(principals.keys.map { .principal($0, tenant: tenant) })
            scopes.formUnion(teams.keys.map { .team($0, tenant: tenant) })
        }
        func add(_ rules: [String: AttemptRule], _ scope: (String, String?) -> LimitScope) {
            for (name, rule) in rules { scopes.formUnion((rule.isPerTenant ? all : [nil]).map { scope(name, $0) }) }
        }
        add(models) { .model($0, tenant: $1) }
        add(providers) { .provider($0, tenant: $1) }
        return scopes
    }
}

extension [LimitStanding] {
    /// Without what stands in no tenant where some tenant has the same: rules that nobody has used yet are told so, and once only.
    public func withoutSharedNames() -> [LimitStanding] {
        let used = Set(
            filter { $0.scope.tenant != nil }.map { LimitAccount(scope: $0.scope.withoutTenant, measure: $0.measure) })
        return filter {
            $0.scope.tenant != nil || !used.contains(LimitAccount(scope: $0.scope, measure: $0.measure))
        }
    }
}
