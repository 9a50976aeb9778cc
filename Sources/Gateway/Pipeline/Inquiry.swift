import Inference
import Ledger
import NIOCore
import Routing

/// One request on its way: who asks, in which exchange, under which policies. Confined to the exchange's event loop.
final class Inquiry: @unchecked Sendable {
    let exchange: Exchange
    let admission: GatewayService.Admission
    let principal: Principal
    /// Sends, from the exchange's event loop.
    let forwarder: Forwarder
    /// What the caller says it is for.
    var purpose: Purpose?
    /// Every candidate that policy was asked about, with its answer.
    var considered: [LedgerEntry.Considered] = []
    /// How long the stages took, so far.
    var stages = LedgerEntry.StageTimes()
    /// Whether the ledger has an entry of its own for it, so that a refusal need not be counted.
    var isRecorded = false
    /// What its attempts cost.
    var costs = AttemptCosts()
    /// Room that attempts hold, by their numbers.
    var rooms: [Int: LimitRoom] = [:]
    /// What stages add to the answer's head.
    var headers: [(name: String, value: String)] = []
    /// The alias of the model asked for, once that is known.
    var alias: ResolvedAlias?
    /// The only candidate that may be asked, of a probe; `nil`: each.
    var onlyCandidate: Destination?
    /// Its part in the rollout of its alias.
    var rollout: RolloutPart?
    /// What was found out about it, once it is routed.
    var course: Course?
    /// What it is where no caller made it; `nil`: a caller's.
    var own: OwnRequest?
    /// A hash of its conversation, where that stays with one candidate.
    var conversation: UInt64?
    /// Which candidate is tried, and why.
    var routeHeader = ""
    /// The same for the ledger.
    var choice: LedgerEntry.Choice?
    /// What was found in it.
    var summary: DataSummary?
    /// Which of the questions it is that the gateway asks every day; `nil`: none.
    var canary: Int?
    /// The answer that a request under the same name had; `nil`: it has to be asked.
    var repeated: RepeatedRequests.Answer?
    /// Where its whole answer came from, once it has one.
    var origin: RepeatedRequests.Answer.Origin?
    /// What became of it at the cache.
    var cache = CacheUse.off
    /// Whether others' limits on requests have counted it.
    var isCountedWithOthers = false
    /// Whether its body is handed to `BodyWorkers`.
    let isLarge: Bool
    /// Ends what a thread does for it.
    let watch: InquiryWatch

    init(
        exchange: Exchange, admission: GatewayService.Admission, principal: Principal, forwarder: Forwarder,
        inspectionNanoseconds: Int64, isOwn: Bool = false
    ) {
        self.exchange = exchange
        self.admission = admission
        self.principal = principal
        self.forwarder = forwarder
        // What nobody waits for keeps no loop from those who do.
        isLarge = isOwn || exchange.body.readableBytes >= BodyWorkers.threshold
        watch = InquiryWatch(deadline: Clock.monotone() &+ UInt64(clamping: inspectionNanoseconds))
    }

    /// The request's identifier.
    var id: RequestID { admission.requestID }
    /// The policies, keys and providers that were in force when it came.
    var activeSet: ActiveSet { admission.activeSet }
}
