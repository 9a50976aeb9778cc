internal import Inference
internal import JSONText
internal import Routing

/// When a request would be hedged, and with whom: what `sallyport models explain` says of an alias with `hedge`.
struct HedgeForecast {
    private let first: Destination
    private let second: Destination?
    private let stream: UInt64?
    private let whole: UInt64?
    private let costShare: Int

    /// `nil` where the alias has no hedges, or nobody would be asked at all. The book is a copy: it notes the question.
    init?(_ alias: ResolvedAlias, _ route: Route, _ query: RouteQuery, _ book: inout RoutingBook) {
        guard let hedge = alias.terms.hedge, let step = route.steps.first else { return nil }
        let next = route.steps.dropFirst().first { $0.reason.isReady }
        func patience(isStream: Bool) -> UInt64? {
            book.patience(
                with: step, of: alias, inputTokens: query.inputTokens, isStream: isStream, hasNext: next != nil,
                now: Clock.monotone())
        }
        (first, second, costShare) = (step.destination, next?.destination, hedge.costShare)
        (stream, whole) = (patience(isStream: true), patience(isStream: false))
    }

    /// `hedge`: `beside`, `with?` (nobody is ready), `after_ms?` without a first token and `whole_after_ms?` without an answer that comes whole
    /// (too little is measured), `max_cost_share`.
    func write(to json: inout JSONWriter) {
        json.key("hedge")
        json.beginObject()
        json.key("beside")
        json.string(first.description)
        if let second {
            json.key("with")
            json.string(second.description)
        }
        for (key, time) in [("after_ms", stream), ("whole_after_ms", whole)] {
            guard let time else { continue }
            json.key(key)
            json.int64(Int64(clamping: time / 1_000_000))
        }
        json.key("max_cost_share")
        json.double(Double(costShare) / 1_000_000)
        json.endObject()
    }
}
