import Inference
import Limits
import Rollout
import Synchronization

/// What a request is that a rollout makes beside a caller's: a shadow, or a question to a judge.
struct OwnRequest: Sendable {
    /// What it is for, as the ledger's purpose says it.
    enum Kind: String, Sendable, CaseIterable {
        /// The tried candidate is asked the same as a caller asked, and nobody has its answer.
        case shadow
        /// A model is asked how good an answer is.
        case judge
    }

    /// Why it was not sent.
    enum Drop: String, Error {
        /// Too many are under way.
        case full
        /// The policies are others by now, or leave no candidate for it.
        case forbidden
        /// A limit has no room, its own spend of the day say.
        case limit
        /// Nobody knows what it may cost.
        case unbounded
        /// Its candidate is spared, can't serve it, or has no room.
        case unfit
        /// A judge's answer is no verdict, or there was none.
        case unread
        /// Anything else.
        case failed
    }

    let kind: Kind
    let rollout: Rollouts.Active
    /// The request that it is about.
    let origin: RequestID
    /// What all of its kind may cost a day (UTC) in this rollout, in nano-USD.
    let maximumNanoUSD: Int64

    /// Who takes from limits: nobody's room is less for it but the provider's.
    let payer: Principal

    /// Whose it is.
    var rolloutName: String { rollout.plan.name }

    /// Where its spend is counted.
    var scope: LimitScope { Self.scope(rollout.plan.name, kind) }

    static func scope(_ rollout: String, _ kind: Kind) -> LimitScope { .rollout("\(rollout).\(kind.rawValue)") }

    /// What the ledger says behind the reason of its route.
    var mark: String { "\(rollout.plan.name); arm=\(kind.rawValue); of=\(origin)" }

    /// The gateway itself.
    static func payer(_ kind: Kind, tenant: String) -> Principal {
        Principal(
            kind: .service, name: "sallyport", teams: [], tenant: tenant, method: .gateway, credential: kind.rawValue)
    }
}

/// How many requests of its own a gateway has under way, and how they are called.
final class OwnRequests: Sendable {
    private struct State {
        var underWay: [OwnRequest.Kind: Int] = [:]
        var bytes = 0
        var identifiers: RequestIdentifiers
    }

    private let state: Mutex<State>

    /// So many of a kind at a time, and so many bytes that they hold together: what comes beyond is dropped.
    static let mostUnderWay = 32
    static let mostBytes = 64 << 20

    init() {
        var random = SystemRandomNumberGenerator()
        state = Mutex(State(identifiers: RequestIdentifiers(high: random.next(), low: random.next())))
    }

    /// Takes a place; `nil` where there is none.
    func begin(_ kind: OwnRequest.Kind, bytes: Int) -> RequestID? {
        state.withLock { state in
            guard state.underWay[kind, default: 0] < Self.mostUnderWay, state.bytes + bytes <= Self.mostBytes else {
                return nil
            }
            state.underWay[kind, default: 0] += 1
            state.bytes += bytes
            return state.identifiers.next()
        }
    }

    /// Gives it back.
    func end(_ kind: OwnRequest.Kind, bytes: Int) {
        state.withLock { state in
            state.underWay[kind, default: 0] -= 1
            state.bytes -= bytes
        }
    }
}
