import Access
import Inference
import Ledger
import Privacy
import Routing

/// What was found out about a request, and which of its candidates are still to be tried. Confined to the event loop of its exchange.
final class Course: @unchecked Sendable {
    let request: InferenceRequest
    let findings: Findings
    let alias: ResolvedAlias
    let permits: [RequestPipeline.Permitted?]
    let route: Route
    /// Steps of the route that were not tried yet, in their order.
    private var untried: [Int]
    /// Steps whose request holds a place at its candidate.
    var hasPlace: Set<Int> = []
    /// Attempts that were recorded so far.
    var attempts = 0
    /// What the caller is told if nothing else comes.
    var failure: Refusal?
    var noRoom: RequestPipeline.NoRoom?
    /// What a candidate's dialect had no words for.
    var unsaid: Refusal?

    init(
        _ request: InferenceRequest, _ findings: Findings, _ alias: ResolvedAlias,
        _ permits: [RequestPipeline.Permitted?], _ route: Route
    ) {
        self.request = request
        self.findings = findings
        self.alias = alias
        self.permits = permits
        self.route = route
        untried = Array(route.steps.indices)
    }

    /// The next step.
    func next() -> Int? { untried.isEmpty ? nil : untried.removeFirst() }

    /// The next step that fits, without those before it.
    func next(where fits: (Route.Step) -> Bool) -> Int? {
        guard let place = untried.firstIndex(where: { fits(route.steps[$0]) }) else { return nil }
        return untried.remove(at: place)
    }

    /// Whether there is another step.
    var hasNext: Bool { !untried.isEmpty }
}

/// A request that is recorded and goes to a candidate next. A class, so that who waits for the answer keeps one pointer to it.
final class Sending: Sendable {
    let permitted: RequestPipeline.Permitted
    let treated: RequestPipeline.Treated
    let receipt: IntentReceipt
    let kept: GatewayVault.Kept?
    let step: Route.Step
    /// The attempt's number within its request.
    let number: Int
    let told: Told

    init(
        permitted: RequestPipeline.Permitted, treated: RequestPipeline.Treated, receipt: IntentReceipt,
        kept: GatewayVault.Kept?, step: Route.Step, number: Int, told: Told
    ) {
        self.permitted = permitted
        self.treated = treated
        self.receipt = receipt
        self.kept = kept
        self.step = step
        self.number = number
        self.told = told
    }
}

/// What an answer's head says beside what its provider does. Taken when an attempt begins: another one beside it learns other things.
struct Told: Sendable {
    /// Which candidate it is and why.
    var route: String
    /// What stages add.
    let fields: [(name: String, value: String)]
    let cache: CacheUse
}
