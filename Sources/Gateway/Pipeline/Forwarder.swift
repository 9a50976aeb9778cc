import Access
import Cryptography
import Dialects
import Inference
import Ledger
import NIOCore
import Privacy
import Upstream

/// Sends treated requests to their provider, from one event loop: over libcurl, or to the demonstration model.
/// It takes nothing without the three proofs: permit, treated request, receipt.
final class Forwarder: Sendable {
    /// Between two events of the demonstration model's streams, so that one sees them come.
    private static let demonstrationPace = TimeAmount.milliseconds(8)

    private let engine: UpstreamEngine
    private let mailbox: EventLoopMailbox
    private let workers: BodyWorkers

    init(engine: UpstreamEngine, loop: any EventLoop, workers: BodyWorkers) {
        self.engine = engine
        self.workers = workers
        mailbox = EventLoopMailbox(loop: loop)
    }

    /// Sends; the answer comes to `attempt`, which always gets an end. On the loop only.
    func forward(
        _ request: InferenceRequest, _ permit: Permit, _ treated: TreatedRequest, _ digest: Digest32?,
        _ receipt: IntentReceipt, to permitted: RequestPipeline.Permitted, _ inquiry: Inquiry, _ attempt: Attempt
    ) {
        do {
            switch permitted.provider.kind {
            case .demo:
                try demonstrate(
                    permitted.operation, request.isStreaming, permit, treated, receipt, inquiry, attempt)
            case .openAI, .anthropic, .azure, .bedrock, .gemini:
                let (endpoint, headers) = try permitted.provider.call(
                    permitted.operation, of: permit.destination.model, request, inquiry.exchange.head,
                    digest: digest)
                let token = mailbox.nextToken()
                let call = try UpstreamCall(
                    permit: permit, treated: treated, receipt: receipt, endpoint: endpoint, headers: headers,
                    token: token, mailbox: mailbox)
                mailbox.add(attempt, under: token)
                attempt.carry(engine.send(call))
            }
        } catch {
            attempt.fail(error)
        }
    }

    private func demonstrate(
        _ operation: Operation, _ isStreaming: Bool, _ permit: Permit, _ treated: TreatedRequest,
        _ receipt: IntentReceipt, _ inquiry: Inquiry, _ attempt: Attempt
    ) throws(UpstreamFailure) {
        guard permit.requestID == treated.requestID, permit.requestID == receipt.requestID,
            permit.destination == treated.destination, permit.destination == receipt.destination,
            permit.form == treated.form, permit.form == receipt.form
        else {
            throw UpstreamFailure(
                kind: .unproven, message: "permit, treated request and receipt do not belong together")
        }
        attempt.watchCaller()
        let (body, identifier) = (treated.body, String(inquiry.id.rawValue.suffix(24)))
        let make: @Sendable () -> DemonstrationAnswer = {
            DemonstrationModel.answer(
                operation, body: body, isStreaming: isStreaming, identifier: identifier,
                created: Int(Clock.epochSeconds()))
        }
        let exchange = inquiry.exchange
        guard body.count >= BodyWorkers.threshold else { return Self.play(make(), to: attempt, on: exchange) }
        _ = workers.submit(.begun) { _ in
            let answer = make()
            exchange.loop.execute { Self.play(answer, to: attempt, on: exchange) }
        }
    }

    private static func play(_ answer: DemonstrationAnswer, to attempt: Attempt, on exchange: Exchange) {
        attempt.begin(
            Attempt.AnswerHead(status: answer.status, contentType: answer.contentType, passed: []))
        switch answer.body {
        case .whole(let bytes):
            attempt.take(bytes)
            attempt.complete()
        case .events(let events):
            play(events[...], to: attempt, on: exchange)
        }
    }

    private static func play(_ events: ArraySlice<[UInt8]>, to attempt: Attempt, on exchange: Exchange) {
        guard let event = events.first else { return attempt.complete() }
        if exchange.isOver { return }
        let goesOn = exchange.isWritable
        if goesOn {
            attempt.take(event)
            attempt.batchEnded()
        }
        exchange.loop.assumeIsolated().scheduleTask(in: demonstrationPace) {
            play(goesOn ? events.dropFirst() : events, to: attempt, on: exchange)
        }
    }
}
