internal import Inference
internal import Rollout
internal import Routing

/// What rollouts' candidates cost: a spend can be bounded only where that is known.
struct RolloutPrices {
    /// All aliases that can be asked.
    let routing: RoutingTable
    /// The list prices.
    let prices: PriceTable
    /// The settings of a provider; `nil` where there is none of that name.
    let provider: (ProviderID) -> ProviderSettings?

    /// What is tried, as a candidate; `nil` where its provider is not there or waits for a key.
    func candidate(at destination: Destination) -> RouteCandidate? {
        guard let settings = provider(destination.provider), settings.isRoutable else { return nil }
        // What another alias says of it, its price say, holds here too.
        for alias in routing.listed {
            if let known = alias.candidates.first(where: { $0.destination == destination }) { return known }
        }
        let listed = PriceTable.family(settings).flatMap { prices.entry($0, destination.model) }
        return RouteCandidate(
            destination: destination, price: listed?.price, contextWindow: listed?.contextWindow,
            maximumOutput: listed?.maximumOutput, capabilities: listed?.capabilities, region: settings.region)
    }

    /// Why what the shadow of a plan may cost can't be kept, in words; `nil`: it can, or there is none.
    func faultOfShadow(_ plan: RolloutPlan) -> String? {
        guard plan.shadow != nil, let candidate = candidate(at: plan.destination), !isPriced(candidate) else {
            return nil
        }
        return "a shadow may cost no more than `max_usd_per_day`, and what `\(plan.destination)` costs is not known: "
            + "give it a price in models.yaml or the price table"
    }

    /// The same of its judge: some candidate of the judge's alias has to have a price.
    func faultOfJudge(_ plan: RolloutPlan) -> String? {
        guard let judging = plan.judging, let alias = routing.resolve(ModelID(judging.alias)),
            !alias.candidates.isEmpty, !alias.candidates.contains(where: isPriced)
        else { return nil }
        return "a judge may cost no more than `max_usd_per_day`, and what `\(judging.alias)` costs is not known: "
            + "give its candidates prices in models.yaml or the price table"
    }

    /// Nobody is paid for what runs on our own machines.
    private func isPriced(_ candidate: RouteCandidate) -> Bool {
        candidate.price != nil || provider(candidate.destination.provider)?.trust == .internal
    }
}

extension GatewayConfiguration {
    /// What rollouts' candidates cost.
    var rolloutPrices: RolloutPrices { RolloutPrices(routing: routing, prices: prices) { provider($0) } }
}
