import Access
import Dialects
import Inference
import Ledger
import Limits
import NIOCore
import NIOHTTP1
import Privacy
import Rollout
import Routing
import Statistics

/// Requests that a rollout makes beside those of callers. They pass the same stages: a permit, a treatment, a reservation, an intent and a
/// result of their own. No caller waits for one, and what goes wrong with one is counted and nobody's trouble.
extension RequestPipeline {
    /// Where the answer to an own request goes.
    typealias OwnListener = Exchange.Transport & Sendable

    /// Makes an own request in a task of its own; `work` gets what the stages need. Its result is told when all is recorded.
    func begin(
        _ own: OwnRequest, bytes: Int, beside caller: Inquiry, as principal: Principal, head: HTTPRequestHead,
        target: RequestTarget, dialect: Dialect, listener: any OwnListener,
        _ work: @escaping @Sendable (Inquiry) async throws -> Void
    ) {
        @Sendable func drop(_ reason: OwnRequest.Drop) { metrics.rolledOut(own, reason.rawValue) }
        guard activeSet.policySet == caller.activeSet.policySet else { return drop(.forbidden) }
        guard let id = self.own.begin(own.kind, bytes: bytes) else { return drop(.full) }
        let exchange = Exchange(
            loop: caller.exchange.loop, head: head, clientAddress: caller.exchange.clientAddress, peerCertificate: nil,
            transport: listener)
        let inquiry = Inquiry(
            exchange: exchange,
            admission: GatewayService.Admission(
                requestID: id, target: target, dialect: dialect, principal: principal,
                activeSet: caller.activeSet, began: Clock.monotone()),
            principal: principal, forwarder: caller.forwarder, inspectionNanoseconds: inspectionNanoseconds,
            isOwn: true)
        inquiry.own = own
        metrics.pipelineEntered()
        // Behind whatever of the caller's answer still waits on this loop.
        exchange.loop.execute {
            Task(executorPreference: EventLoopExecutor(loop: exchange.loop)) {
                do {
                    try await work(inquiry)
                    self.metrics.rolledOut(own, "sent")
                } catch let reason as OwnRequest.Drop {
                    drop(reason)
                } catch {
                    drop(.failed)
                }
                self.giveBackRooms(inquiry)
                withExtendedLifetime(listener) {}
                self.own.end(own.kind, bytes: bytes)
                self.metrics.pipelineLeft()
            }
        }
    }

    /// What policy permits at one candidate; `nil`: nothing.
    func permit(
        _ request: InferenceRequest, _ findings: Findings, at candidate: RouteCandidate, of alias: ResolvedAlias,
        as principal: Principal, purpose: Purpose?, _ inquiry: Inquiry
    ) -> Permitted? {
        let access = inquiry.activeSet.access
        guard let provider = inquiry.activeSet.providers[candidate.destination.provider],
            let operation = provider.operation(for: request.operation)
        else { return nil }
        let question = access.question(
            requestID: inquiry.id, principal: principal, operation: request.operation, dialect: request.dialect,
            data: findings.summary, tools: request.tools, estimatedTokens: request.estimatedInputTokens,
            purpose: purpose?.rawValue, clientAddress: inquiry.exchange.clientAddress, now: Clock.epochSeconds())
        guard case .permit(let permit) = access.decide(question, for: provider.candidate(candidate, of: alias)) else {
            return nil
        }
        return Permitted(
            permit: permit, provider: provider, operation: operation, maximumOutput: candidate.maximumOutput)
    }

    /// 8 to 13 for an own request, at the first candidate that the router names.
    func send(
        _ request: InferenceRequest, _ findings: Findings, _ alias: ResolvedAlias, _ permits: [Permitted?],
        _ inquiry: Inquiry
    ) async throws {
        inquiry.considered = permits.compactMap { permitted in
            permitted.map {
                LedgerEntry.Considered(
                    destination: $0.permit.destination, form: $0.permit.form, policies: $0.permit.policies)
            }
        }
        guard !inquiry.considered.isEmpty else { throw OwnRequest.Drop.forbidden }
        let route: Route
        do {
            route = try self.route(request, alias, permits, inquiry)
        } catch {
            throw OwnRequest.Drop.unfit
        }
        // Where a conversation is served says nothing of where it shall be.
        inquiry.conversation = nil
        let course = Course(request, findings, alias, permits, route)
        guard let index = course.next() else { throw OwnRequest.Drop.unfit }
        let step = route.steps[index]
        if step.reason.isSpared {
            // It fails this one, too.
            count([.error: 1], .treatment, inquiry)
            throw OwnRequest.Drop.unfit
        }
        guard mayBegin(step, after: 0, inquiry, route) else { throw OwnRequest.Drop.unfit }
        course.hasPlace.insert(index)
        defer { leave(index, of: course, wasSent: course.attempts > 0) }
        guard try await attempt(index, course, inquiry) == nil else { return }
        throw course.noRoom == nil ? OwnRequest.Drop.unfit : OwnRequest.Drop.limit
    }

    /// Takes room for an own request: of its rollout's spend of the day, of the provider's limits, and of none of the caller's.
    func takeRoom(
        _ own: OwnRequest, _ request: InferenceRequest, bodyBytes: Int, _ step: Route.Step, attempt: Int,
        _ inquiry: Inquiry
    ) async throws -> NoRoom? {
        let rules = inquiry.activeSet.configuration.attemptLimits
        let provider = step.destination.provider
        var worst = AttemptBounds.worst(request, bodyBytes: bodyBytes, at: step.candidate)
        if step.candidate.price == nil, inquiry.activeSet.providers[provider]?.isInternal == true {
            // Nobody is paid for what runs on our own machines.
            worst = WorstCase(tokens: worst.tokens, cost: Money(nanoUSD: 0), missing: worst.missing)
        }
        guard let cost = worst.cost, cost.nanoUSD < .max,
            var charges = try? rules.charges(for: own.payer, model: ModelID(""), provider: provider, worst: worst)
        else { throw OwnRequest.Drop.unbounded }
        charges.append(LimitCharge(own.scope, .usdPerDay, .amount(own.maximumNanoUSD), cost.nanoUSD))
        return try await take(charges, rules, attempt: attempt, isLast: true, mayWait: false, inquiry)
    }
}

extension HTTPRequestHead {
    /// The head of a request of our own that says what this one said to its provider, and nothing to us.
    var forOwnRequest: HTTPRequestHead {
        var head = self
        head.headers = HTTPHeaders()
        for name in ["anthropic-version", "anthropic-beta", "traceparent"] {
            for value in headers[name] { head.headers.add(name: name, value: value) }
        }
        // It asks what the model says now, not what it said before.
        head.headers.add(name: "cache-control", value: "no-store")
        return head
    }
}
