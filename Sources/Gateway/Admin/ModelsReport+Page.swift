internal import Inference
internal import Ledger
internal import LedgerReport
internal import NIOHTTP1
internal import PlainText
internal import Routing

/// The models as a page for people, at `/models.html` of the operators' port.
extension ModelsReport {
    static func page(_ configuration: GatewayConfiguration, _ book: RoutingBook) -> AdminAnswer {
        let (day, now) = (Int(Clock.epochSeconds() / 86_400), Clock.monotone())
        var counted: Set<Destination> = []
        let candidates = configuration.routing.listed.flatMap { alias in
            alias.candidates.map { candidate in
                let isFirst = counted.insert(candidate.destination).inserted
                let known = book.statistics(of: candidate.destination, day: day, now: now)
                return ModelsPage.Candidate(
                    alias: alias.alias.rawValue, strategy: alias.strategy.rawValue,
                    destination: candidate.destination.description, price: price(candidate),
                    firstToken: known.firstToken.map {
                        (Int64(clamping: $0.median / 1_000), Int64(clamping: $0.tail / 1_000))
                    }, tokensPerSecond: known.tokensPerSecond, errorRate: known.errorRate, underWay: known.underWay,
                    state: state(known.condition), spent: isFirst ? known.spentToday.nanoUSD : nil,
                    lastHour: known.lastHour.map { minute in
                        ModelsPage.Minute(
                            requests: minute.requests, failures: minute.failures,
                            firstToken: minute.firstToken.map { Int64(clamping: $0 / 1_000) })
                    })
            }
        }
        let made = LedgerTime(milliseconds: Clock.epochMilliseconds()).description
        let html = ModelsPage(candidates, pricesAsOf: configuration.prices.date).page(made: made)
        return AdminAnswer(
            type: "text/html; charset=utf-8", headers: ExposureHeaders.all, body: Array(html.utf8))
    }

    /// `0.25 / 2`, in US dollars; empty where it is unknown.
    private static func price(_ candidate: RouteCandidate) -> String {
        guard let rates = candidate.price?.rates else { return "" }
        func text(_ rate: Int64) -> String {
            MoneyText.dollars(rate.multipliedReportingOverflow(by: 1_000).partialValue)
        }
        return "\(text(rates.input)) / \(text(rates.output))"
    }

    private static func state(_ condition: CandidateStatistics.Condition) -> String {
        func seconds(_ nanoseconds: UInt64) -> UInt64 { nanoseconds / 1_000_000_000 + 1 }
        return switch condition {
        case .ready: "ready"
        case .trial: "being tried"
        case .ejected(let nanoseconds): "spared for \(seconds(nanoseconds)) s"
        case .resting(let nanoseconds): "asks for \(seconds(nanoseconds)) s of rest"
        }
    }
}
