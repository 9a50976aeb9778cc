import Rollout

/// Where events of rollouts are put in their one order, and kept. Used by one thread.
protocol RolloutLog: AnyObject {
    /// What was kept before. Asks nobody.
    func begin() throws -> RolloutBeginning
    /// Puts events behind all others, and returns what is new, those of others included. Where it throws, nothing is known of the
    /// events given: the caller may give them again, under the same numbers, and they count once.
    /// `book` is what followed from all that was returned before.
    func add(_ events: [NumberedEvent], at now: Int64, knowing book: RolloutBook) throws -> [RolloutNews]
    /// Keeps what this gateway decided by itself while events could not be put in order.
    func keep(_ verdict: LocalVerdict) throws
    /// Keeps the state that the events so far led to, when that is due or `isLast`.
    func keep(_ book: RolloutBook, isLast: Bool) throws
    /// Notes that all steps so far are in the ledger.
    func recorded() throws
    /// How many gateways put their events here, this one included; `nil` where nobody shares it.
    var gateways: Int? { get }
}

/// An event and what this run of the gateway calls it; numbers grow.
struct NumberedEvent: Sendable {
    let number: UInt64
    let event: RolloutBook.Event
}

/// What is new in a log.
enum RolloutNews {
    /// An event with its time; whether this gateway put it there, and its number where it was this run.
    case event(RolloutBook.Event, at: Int64, isOurs: Bool, number: UInt64?)
    /// What was known is not what counts: this is, and later events follow it.
    case book(RolloutBook)
}

/// A step that may not be in the ledger yet.
struct TakenStep: Sendable {
    let step: RolloutStep
    /// Whether it followed from another gateway's event.
    let follows: Bool
}

/// What a log had kept.
struct RolloutBeginning {
    var book = RolloutBook()
    var unrecorded: [TakenStep] = []
    /// What this gateway decided by itself and nobody else may know.
    var verdicts: [LocalVerdict] = []
}

/// A candidate that this gateway rolled back by itself.
struct LocalVerdict: Hashable, Codable, Sendable {
    var name: String
    var identity: String
    var reason: RolloutState.Reason

    var event: RolloutBook.Event { .verdict(name: name, identity: identity, reason) }
}
