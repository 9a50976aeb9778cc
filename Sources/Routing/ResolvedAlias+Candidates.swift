extension ResolvedAlias {
    /// The same alias with one candidate more, as its last.
    public func adding(_ candidate: RouteCandidate) -> ResolvedAlias {
        ResolvedAlias(
            model: model, alias: alias, strategy: strategy, terms: terms, candidates: candidates + [candidate])
    }
}

extension Route {
    /// The same route with the candidate of that index first, unless it is spared.
    public func preferring(_ index: Int) -> Route {
        guard let place = steps.firstIndex(where: { $0.index == index }), !steps[place].reason.isSpared else {
            return self
        }
        var order = steps
        order.insert(order.remove(at: place), at: 0)
        return Route(strategy: strategy, steps: order, excluded: excluded)
    }
}
