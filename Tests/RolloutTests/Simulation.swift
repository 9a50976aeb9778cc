import Inference
import Rollout
import Statistics

/// How an arm answers, in a simulation.
struct Behaviour {
    var errors = 0.01
    var milliseconds = 400.0
    /// The spread of the logarithm of the time.
    var spread = 0.5
    var usd = 0.002
    var refusals = 0.02
    var leaks = 0.005
    var invalid = 0.02
    var judge = 0.75
    var feedback = 0.8
}

/// A rollout of an alias with scripted arms, whose guards are looked at after every value.
struct Simulation {
    var book = RolloutBook()
    var random: SeededGenerator
    var now: Int64 = 1_700_000_000_000
    var steps: [RolloutStep] = []
    /// Requests that the candidate had.
    var tried = 0

    init(seed: UInt64, _ change: (inout RolloutPlan) -> Void = { _ in }) {
        random = SeededGenerator(seed: seed)
        var plan = RolloutPlan(
            name: "try", alias: "small", to: Destination(provider: ProviderID("other"), model: "new"))
        plan.minimumRequests = 200
        plan.minimumMilliseconds = 0
        change(&plan)
        steps += book.apply(.start(plan, isFromFile: false), at: now).steps
    }

    var state: RolloutState? { book.rollout("try") }
    var isOver: Bool { state?.isOver ?? true }

    private mutating func draw() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    private mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + draw() } }

    mutating func values(_ arm: Behaviour) -> [RolloutMetric: Double] {
        var values: [RolloutMetric: Double] = [.error: draw() < arm.errors ? 1 : 0]
        let time = arm.milliseconds * exponential(normal() * arm.spread)
        values[.latency] = time
        values[.cost] = arm.usd * exponential(normal() * 0.6)
        values[.refusal] = draw() < arm.refusals ? 1 : 0
        values[.leak] = draw() < arm.leaks ? 1 : 0
        values[.invalid] = draw() < arm.invalid ? 1 : 0
        if draw() < 0.5 { values[.judge] = min(max(arm.judge + normal() * 0.15, 0), 1) }
        if draw() < 0.3 { values[.feedback] = draw() < arm.feedback ? 1 : 0 }
        return values
    }

    private func exponential(_ x: Double) -> Double {
        // (1 + x/1024)^1024
        var value = 1 + x / 1_024
        for _ in 0..<10 { value *= value }
        return value
    }

    /// One request.
    mutating func request(control: Behaviour, treatment: Behaviour) {
        guard let state, !state.isOver else { return }
        now += 50
        let isTreatment = draw() * 10_000 < Double(state.share)
        tried += isTreatment ? 1 : 0
        let values = values(isTreatment ? treatment : control)
        let observation = RolloutState.Observation(arm: isTreatment ? .treatment : .control, values: values)
        steps += book.apply(.observed(name: "try", identity: state.identity, observation, nil), at: now).steps
    }

    /// Requests until it is over, or so many.
    mutating func run(_ count: Int, control: Behaviour = Behaviour(), treatment: Behaviour = Behaviour()) {
        for _ in 0..<count where !isOver { request(control: control, treatment: treatment) }
    }
}
