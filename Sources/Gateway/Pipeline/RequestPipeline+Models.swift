import Access
import Dialects
import Inference
import NIOHTTP1
import Routing

extension RequestPipeline {
    /// Answers `GET /v1/models` and `GET /v1/models/NAME`: only what this principal may use.
    func listModels(_ exchange: Exchange, _ admission: GatewayService.Admission, _ principal: Principal) {
        let set = admission.activeSet
        func mayUse(_ alias: ResolvedAlias) -> Bool {
            guard principal.models?.allows(alias.model) ?? true else { return false }
            return alias.candidates.contains { candidate in
                guard let provider = set.providers[candidate.destination.provider] else { return false }
                return set.access.mayList(
                    principal, provider.candidate(candidate, of: alias), now: Clock.epochSeconds())
            }
        }
        func listed(_ alias: ResolvedAlias) -> ListedModel {
            ListedModel(
                id: alias.model, owner: alias.candidates.first?.destination.provider.rawValue ?? "sallyport",
                maximumInputTokens: alias.candidates.compactMap(\.contextWindow).max(),
                maximumOutputTokens: alias.candidates.compactMap(\.maximumOutput).max())
        }
        let headers = Answering.headers(admission.requestID, admission.dialect)
        guard case .model(let name) = admission.target else {
            let models = set.routing.listed.filter(mayUse).map(listed)
            return Answering.json(exchange, status: 200, headers, ModelList.list(models, in: admission.dialect))
        }
        guard let alias = set.routing.resolve(name), mayUse(alias) else {
            let refusal = Self.unknownModel(name)
            metrics.refused(refusal.error.kind.rawValue)
            ledger.refused(reason: refusal.error.kind.rawValue, principal)
            return Answering.refuse(exchange, refusal.error, dialect: admission.dialect, admission.requestID, headers)
        }
        Answering.json(exchange, status: 200, headers, ModelList.model(listed(alias), in: admission.dialect))
    }
}
