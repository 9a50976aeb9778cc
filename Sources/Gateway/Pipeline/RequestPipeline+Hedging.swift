import Inference
import Limits
import Routing
import Synchronization

/// A second attempt beside a first one that is slow: where the alias wants that (`hedge`), and where the first one is a try of the gateway's
/// own whether its candidate is well again.
extension RequestPipeline {
    /// How long the first attempt of a request has before a second one may go beside it, in nanoseconds; `nil`: there is none.
    func patience(_ course: Course, _ step: Route.Step) -> UInt64? {
        routing.withLock { book in
            book.patience(
                with: step, of: course.alias, inputTokens: course.request.estimatedInputTokens,
                isStream: course.request.isStreaming, hasNext: course.hasNext, now: Clock.monotone())
        }
    }

    /// Sends the first attempt and, should that show nothing for so long, a second one.
    func race(_ first: Sending, patience: UInt64, _ course: Course, _ inquiry: Inquiry) async -> Forwarded? {
        let race = Race(exchange: inquiry.exchange)
        return await withTaskGroup(of: Forwarded?.self) { group in
            group.addTask {
                let ended = await self.forward(course.request, first, inquiry, in: race)
                // Others may have its place while the second one goes on.
                self.leave(first.number - 1, of: course, wasSent: true)
                race.firstEnded(isFinal: ended.isFinal)
                return ended
            }
            group.addTask {
                guard await race.outlasts(patience) else { return nil }
                return await self.hedge(first.step, course, inquiry, in: race)
            }
            var ended: [Forwarded] = []
            for await one in group {
                if let one { ended.append(one) }
            }
            if race.isHedged {
                metrics.hedged(
                    course.alias.alias, outcome: race.hasHedgeWon ? "won" : race.hasWinner ? "lost" : "failed")
            }
            let failures = ended.filter { if case .failed = $0 { true } else { false } }
            // Who was given up is over, too: the caller has an answer only where somebody gave one.
            if race.hasWinner || inquiry.exchange.isOver, failures.count < ended.count { return .over }
            return failures.first(where: \.isFinal) ?? failures.first ?? ended.first
        }
    }

    /// Sends the second attempt to the next candidate that may have it. What goes wrong before it is sent is nobody's trouble: the first
    /// one is still under way.
    private func hedge(
        _ first: Route.Step, _ course: Course, _ inquiry: Inquiry, in race: Race
    ) async -> Forwarded? {
        let next = course.next { course.permits[$0.index] != nil && mayHedge($0, beside: first, course, inquiry) }
        guard let index = next else { return nil }
        let step = course.route.steps[index]
        let before = course.attempts
        defer {
            leave(step, wasSent: course.attempts > before)
            // What it was to cost others may cost instead.
            if !race.isHedged {
                routing.withLock { $0.forgoSecond(step, beside: first, of: course.alias, now: Clock.monotone()) }
            }
            // Where it was not sent after all.
            if let room = inquiry.rooms.removeValue(forKey: index + 1) { limits.settle(room, .nothing) }
            race.watch()
        }
        return try? await attempt(index, course, inquiry, in: race)
    }

    /// Whether a step may be hedged with: it is well and has room, and it is paid for. If so, `leave` has to follow.
    private func mayHedge(
        _ step: Route.Step, beside first: Route.Step, _ course: Course, _ inquiry: Inquiry
    ) -> Bool {
        let begins = routing.withLock {
            $0.beginSecond(step, beside: first, of: course.alias, now: Clock.monotone())
        }
        if begins { explain(step, number: course.attempts + 1, course.route, inquiry) }
        return begins
    }
}

extension RequestPipeline.Forwarded {
    /// Whether nobody else is to be asked.
    var isFinal: Bool {
        switch self {
        case .over: true
        case .failed(_, let mayTryNext): !mayTryNext
        }
    }
}
