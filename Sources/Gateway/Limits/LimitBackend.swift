import Inference
import Limits

/// Where it is counted what attempts take from `policies/limits.yaml`.
protocol LimitBackend: Sendable {
    /// Takes the most that an attempt may take, from all limits or from none.
    func reserve(_ charges: [LimitCharge], _ attempt: AttemptName) async -> LimitAnswer
    /// Whether it is kept that the room is taken, so that it stays taken if this process ends: nothing may leave before that.
    func isKept(_ room: LimitRoom) async -> Bool
    /// Gives back what the attempt did not take. Once for each room.
    func settle(_ room: LimitRoom, _ use: AttemptUse)
    /// How all limits stand, in these tenants at least; blocks where others have to be asked.
    func standing(_ limits: AttemptLimits, tenants: [String]) -> [LimitStanding]
    /// Why attempts under limits are refused; `nil` while all is well.
    var trouble: String? { get }
    /// Whether others take from the same limits, so that room may come without our seeing it.
    var isShared: Bool { get }
    /// Keeps what is to be kept and ends. Blocks.
    func close()
}

/// Which attempt of which request.
struct AttemptName: Hashable, Sendable {
    let request: RequestID
    /// From 1.
    let attempt: Int
}

/// The answer to an attempt that asks for room.
enum LimitAnswer: Sendable {
    /// There was room, and it is taken.
    case reserved(LimitRoom)
    /// A limit has no room.
    case exceeded(LimitExceeded)
    /// It can't be counted, so nothing may leave.
    case unavailable(String)
}

/// Room that an attempt holds.
struct LimitRoom: Sendable {
    let held: HeldRoom
    /// Its number at the backend.
    let id: Int64
    /// What of it has to be kept; `nil` where nothing has.
    var ticket: UInt64?
    /// Whether it was taken from a share of our own, because the others could not be asked.
    var isOwnShare = false
}
