import Cryptography
import Foundation
import Inference
import Rollout
import Statistics
import Testing

@Suite struct Guards {
    @Test(
        arguments: RolloutGuard.names.map { name in
            name == "judge_score" || name == "feedback" || name == "format_validity"
                ? "\(name)>=control-0.05" : "\(name)<=control+0.02"
        }) func `each measure can be guarded`(_ text: String) throws
    {
        #expect(try RolloutGuard(text).description == text)
    }

    @Test func `factor and offset are read`() throws {
        let rule = try RolloutGuard(" p95_ms <= 1.5 * control + 100 ")
        #expect(rule.ratio == 1.5 && rule.offset == 100 && rule.quantile == 0.95 && rule.metric == .latency)
        let fixed = try RolloutGuard("usd<=0.01")
        #expect(fixed.ratio == nil && fixed.offset == 0.01)
    }

    @Test(arguments: [
        "", "error_rate", "error_rate<control", "error_rate<=", "errors<=control", "error_rate>=control",
        "feedback<=control",
        "error_rate<=control-0.1", "feedback>=control+0.1", "p95_ms<=0.5*control", "error_rate<=1", "error_rate<=-1",
        "ms<=4",
        "error_rate<=control+1", "usd<=0", "p95_ms<=control*2", "p95_ms<=nan", "p95_ms<=1e9*control",
        "judge_score>=2*control",
        "error_rate<=ccontrol", "error_rate<=control+inf", "error_rate<=0*control",
    ]) func `what is no guard is refused`(_ text: String) {
        #expect(throws: RolloutGuard.Fault.self) { try RolloutGuard(text) }
    }
}

@Suite struct Assignments {
    let key = SymmetricKey([UInt8](repeating: 7, count: 32))

    @Test func `everybody stays, a greater share keeps who was in, and shares are kept`() {
        var inside: [Int: Int] = [:]
        for unit in 0..<20_000 {
            let place = Assignment.place(of: Array("user-\(unit)".utf8), in: "one", key: key)
            #expect((0..<10_000).contains(place))
            #expect(place == Assignment.place(of: Array("user-\(unit)".utf8), in: "one", key: key))
            for share in [100, 500, 2_500] where place < share { inside[share, default: 0] += 1 }
        }
        #expect((140...260).contains(inside[100] ?? 0))
        #expect((880...1_120).contains(inside[500] ?? 0))
        #expect((4_750...5_250).contains(inside[2_500] ?? 0))
    }

    @Test func `another rollout or another key shares out anew`() {
        let other = SymmetricKey([UInt8](repeating: 8, count: 32))
        func places(_ rollout: String, _ key: SymmetricKey) -> [Int] {
            (0..<100).map { Assignment.place(of: Array("user-\($0)".utf8), in: rollout, key: key) }
        }
        #expect(places("one", key) != places("two", key))
        #expect(places("one", key) != places("one", other))
    }
}

@Suite struct States {
    private func answered(_ request: String) -> RolloutBook.Answered {
        RolloutBook.Answered(request: request, tenant: "t", principal: "p")
    }

    @Test func `the same events bring another gateway to the same state, by way of JSON at any moment`() throws {
        var simulation = Simulation(seed: 8)
        for _ in 0..<40 {
            simulation.run(50)
            let json = try JSONEncoder().encode(simulation.book)
            let again = try JSONDecoder().decode(RolloutBook.self, from: json)
            #expect(again == simulation.book)
            simulation.book = again
        }
        var whole = Simulation(seed: 8)
        whole.run(2_000)
        #expect(whole.book == simulation.book)
        #expect(whole.steps == simulation.steps)
    }

    @Test func `feedback counts once, for the arm that answered, and only from who asked`() throws {
        let rule = try RolloutGuard("feedback>=control-0.05")
        var simulation = Simulation(seed: 1) { $0.guards = [rule] }
        let identity = try #require(simulation.state?.identity)
        let observation = RolloutState.Observation(arm: .treatment, values: [.error: 0])
        _ = simulation.book.apply(.observed(name: "try", identity: identity, observation, answered("req_1")), at: 5)
        func say(_ request: String, tenant: String = "t", principal: String = "p", at: Int64 = 6) -> RolloutBook.Answer?
        {
            simulation.book.apply(
                .feedback(request: request, tenant: tenant, principal: principal, score: 1), at: at
            ).answer
        }
        #expect(say("req_2") == .unknown)
        #expect(say("req_1", tenant: "other") == .unknown)
        #expect(say("req_1", principal: "other") == .unknown)
        #expect(say("req_1", at: 86_400_010) == .unknown)
        func idle(_ request: String, principal: String = "p") -> RolloutBook.Answer? {
            simulation.book.answer(
                idleFeedback: .feedback(request: request, tenant: "t", principal: principal, score: 1), at: 6)
        }
        #expect(idle("req_2") == .unknown)
        #expect(idle("req_1", principal: "other") == .unknown)
        #expect(idle("req_1") == nil)
        #expect(say("req_1") == .taken)
        #expect(say("req_1") == .repeated)
        #expect(idle("req_1") == .repeated)
        let evidence = try #require(simulation.state?.evidence.first)
        #expect(evidence.treatmentCount == 1 && evidence.controlCount == 0)
    }

    @Test func `an answer is waited for by what the control takes, unless the plan says how long`() throws {
        func state(_ guards: [String], answers: Int, wait: Int64? = nil) throws -> RolloutState {
            let rules = try guards.map { try RolloutGuard($0) }
            var simulation = Simulation(seed: 1) {
                $0.guards = rules
                $0.maximumWaitMilliseconds = wait
            }
            let identity = try #require(simulation.state?.identity)
            for index in 0..<answers {
                let observation = RolloutState.Observation(
                    arm: .control, values: [.error: 0, .latency: Double(index % 20 + 1) * 1_000])
                _ = simulation.book.apply(
                    .observed(name: "try", identity: identity, observation, nil), at: simulation.now)
            }
            return try #require(simulation.state)
        }
        let (timed, untimed) = (["p95_ms<=2*control"], ["error_rate<=control+0.02"])
        #expect(try state(timed, answers: 0).usualWait == nil && state(timed, answers: 19).maximumWait == 30_000)
        let usual = try #require(try state(timed, answers: 200).usualWait)
        #expect((19_000...20_000).contains(usual))
        #expect(try state(timed, answers: 200).maximumWait == 3 * usual)
        #expect(try state(untimed, answers: 200).maximumWait == 3 * usual)
        #expect(try state(timed, answers: 200, wait: 700).maximumWait == 700)
        var quick = Simulation(seed: 1)
        quick.run(400, control: Behaviour(milliseconds: 10), treatment: Behaviour(milliseconds: 10))
        #expect(quick.state?.maximumWait == 5_000)
        let rule = try RolloutGuard("error_rate<=control+0.02")
        var patient = Simulation(seed: 1) { $0.guards = [rule] }
        patient.run(400, control: Behaviour(milliseconds: 10), treatment: Behaviour(milliseconds: 10))
        #expect(patient.state?.maximumWait == 30_000)
    }

    @Test func `who is given up before it answers fails altogether, unless the control is as often`() throws {
        for isControlToo in [false, true] {
            var simulation = Simulation(seed: 3)
            let identity = try #require(simulation.state?.identity)
            for _ in 0..<60 {
                for arm in [Arm.control, .treatment] {
                    let isUnanswered = arm == .treatment || isControlToo
                    let observation = RolloutState.Observation(
                        arm: arm, values: isUnanswered ? [:] : [.error: 0], isUnanswered: isUnanswered)
                    simulation.steps +=
                        simulation.book.apply(
                            .observed(name: "try", identity: identity, observation, nil), at: simulation.now
                        ).steps
                }
            }
            #expect(simulation.state?.phase == (isControlToo ? .running : .rolledBack))
            #expect(isControlToo || simulation.steps.last?.reason == .failing)
            #expect(simulation.state?.treatmentRequests == 0, "what nobody answered is no request that counts")
        }
    }

    @Test func `what is remembered of requests has an end`() throws {
        var simulation = Simulation(seed: 1)
        let identity = try #require(simulation.state?.identity)
        for index in 0..<45_000 {
            let observation = RolloutState.Observation(arm: .control, values: [:])
            _ = simulation.book.apply(
                .observed(name: "try", identity: identity, observation, answered("req_\(index)")), at: 5)
        }
        let size = try JSONEncoder().encode(simulation.book).count
        #expect(size < 12_000_000)
        #expect(
            simulation.book.apply(.feedback(request: "req_1", tenant: "t", principal: "p", score: 1), at: 6).answer
                == .unknown)
        #expect(
            simulation.book.apply(.feedback(request: "req_44999", tenant: "t", principal: "p", score: 1), at: 6).answer
                == .taken)
    }

    @Test func `a plan that a file repeats goes on, and one that changed begins anew`() throws {
        var book = RolloutBook()
        var plan = RolloutPlan(name: "a", alias: "x", to: Destination(provider: ProviderID("p"), model: "m"))
        #expect(book.apply(.start(plan, isFromFile: true), at: 1).answer == .taken)
        #expect(book.apply(.command(name: "a", .rollback), at: 2).steps.map(\.phase) == [.rolledBack])
        #expect(book.apply(.start(plan, isFromFile: true), at: 3).answer == .repeated)
        #expect(book.rollout("a")?.phase == .rolledBack)
        plan.minimumRequests = 7
        #expect(book.apply(.start(plan, isFromFile: true), at: 4).answer == .taken)
        #expect(book.rollout("a")?.phase == .running)
        var second = plan
        second.name = "b"
        #expect(book.apply(.start(second, isFromFile: false), at: 5).answer == .impossible)
    }

    @Test func `commands do what they say and nothing else`() {
        var book = RolloutBook()
        let plan = RolloutPlan(name: "a", alias: "x", to: Destination(provider: ProviderID("p"), model: "m"))
        func say(_ command: RolloutBook.Command) -> RolloutBook.Answer? {
            book.apply(.command(name: "a", command), at: 1).answer
        }
        #expect(say(.hold) == .unknown)
        _ = book.apply(.start(plan, isFromFile: false), at: 1)
        #expect(say(.resume) == .impossible)
        #expect(say(.hold) == .taken)
        #expect(say(.hold) == .impossible)
        #expect(say(.resume) == .taken)
        for share in [500, 2_500, 10_000] {
            #expect(say(.promote) == .taken)
            #expect(book.rollout("a")?.share == share)
        }
        #expect(say(.promote) == .taken)
        #expect(book.rollout("a")?.phase == .promoted)
        #expect(say(.promote) == .impossible)
        #expect(say(.rollback) == .taken)
        #expect(say(.rollback) == .impossible)
        #expect(say(.stop) == .taken)
        #expect(book.rollouts.isEmpty)
    }
}
