import Foundation
import Inference
import NIOCore
import NIOHTTP1
import Rollout

/// What the operators' port answers under `/rollouts`.
struct RolloutsAnswering: Sendable {
    let rollouts: Rollouts
    let limits: GatewayLimits
    let proofs: OperatorProofs
    let activeSet: @Sendable () -> ActiveSet

    /// No order is longer.
    static let mostBytes = 64 << 10

    /// How they stand, as JSON or as a page. May block.
    func answer(_ path: String) -> AdminAnswer {
        let states = rollouts.states
        let report = RolloutsReport(
            states, trouble: rollouts.trouble, gateways: rollouts.gateways, spent: OwnSpend(states, limits))
        if path == "/rollouts.html" { return report.page() }
        var answer = AdminAnswer.text("")
        (answer.type, answer.body) = ("application/json", report.json)
        return answer
    }

    /// Carries an order out; on a thread of its own.
    func answer(_ head: HTTPRequestHead, _ body: [UInt8], on loop: any EventLoop) -> EventLoopFuture<AdminAnswer> {
        guard
            proofs.take(head.headers, head.method.rawValue, head.uri, body, at: Clock.epochMilliseconds())
        else {
            return loop.makeSucceededFuture(
                .text(
                    "only who can read the gateway's master key may change rollouts, and each order counts once, within a minute\n",
                    status: .forbidden))
        }
        guard let order = try? JSONDecoder().decode(RolloutAdministration.Order.self, from: Data(body)) else {
            return loop.makeSucceededFuture(.text("this is no order that is known here\n", status: .badRequest))
        }
        if let plan = order.start {
            if let fault = fault(of: plan) { return loop.makeSucceededFuture(.text(fault + "\n", status: .conflict)) }
            return ask(.start(plan, isFromFile: false), plan.name, on: loop)
        }
        guard let name = order.name, let command = order.command, command != .drop else {
            return loop.makeSucceededFuture(.text("this is no order that is known here\n", status: .badRequest))
        }
        return ask(.command(name: name, command), name, on: loop)
    }

    private func fault(of plan: RolloutPlan) -> String? {
        let configuration = activeSet().configuration
        if let fault = plan.fault { return fault }
        guard plan.guards.allSatisfy({ (try? RolloutGuard($0.description)) == $0 }) else { return "no such guard" }
        let aliases = configuration.aliasNames
        for name in [plan.alias, plan.judging?.alias].compactMap(\.self) where !aliases.contains(name) {
            return ConfigurationLoader.unknown("alias", name, among: aliases)
        }
        let providers = configuration.providers.map(\.id.rawValue)
        guard let settings = configuration.provider(plan.destination.provider) else {
            return ConfigurationLoader.unknown("provider", plan.provider, among: providers)
        }
        guard settings.isRoutable else { return "the provider `\(plan.provider)` waits for its key" }
        let prices = configuration.rolloutPrices
        return prices.faultOfShadow(plan) ?? prices.faultOfJudge(plan)
    }

    private func ask(_ event: RolloutBook.Event, _ name: String, on loop: any EventLoop) -> EventLoopFuture<AdminAnswer>
    {
        let promise = loop.makePromise(of: AdminAnswer.self)
        let before = rollouts.states.first { $0.plan.name == name }
        rollouts.ask(event) { promise.succeed(Self.answer($0, name, before)) }
        return promise.futureResult
    }

    private static func answer(_ answer: RolloutBook.Answer?, _ name: String, _ state: RolloutState?) -> AdminAnswer {
        switch answer {
        case .taken, .repeated: .text("done\n")
        case .unknown: .text("there is no rollout `\(name)`\n", status: .notFound)
        case .impossible:
            .text(
                state.map {
                    $0.isFromFile && !$0.isOver
                        ? "not now: `\(name)` is \($0.phase.rawValue), and policies/rollouts.yaml says it\n"
                        : "not now: `\(name)` is \($0.phase.rawValue)\n"
                } ?? "not now: another rollout has that alias\n", status: .conflict)
        case nil: .text("it can't be kept, so nothing was done\n", status: .serviceUnavailable)
        }
    }
}
