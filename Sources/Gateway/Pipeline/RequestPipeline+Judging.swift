import Access
import Dialects
import Evaluation
import Inference
import JSONText
import NIOCore
import NIOHTTP1
import Privacy
import Rollout
import Routing
import Statistics

/// After 13: has a model judge a share of both arms' answers, as their provider saw and gave them.
extension RequestPipeline {
    /// Asks the judge of a rollout about a good answer, where chance says so.
    func judge(_ material: @autoclosure () -> JudgeMaterial, of arm: Arm, _ part: RolloutPart, _ inquiry: Inquiry) {
        guard let judging = part.rollout.plan.judging, part.rollout.isOpen,
            Int.random(in: 0..<10_000) < judging.share
        else { return }
        let (material, tenant) = (material(), inquiry.principal.tenant)
        let own = OwnRequest(
            kind: .judge, rollout: part.rollout, origin: inquiry.own?.origin ?? inquiry.id,
            maximumNanoUSD: judging.maximumNanoUSD,
            payer: OwnRequest.payer(.judge, tenant: inquiry.activeSet.configuration.principals.defaultTenant))
        let (caller, purpose) = (inquiry.principal, inquiry.own == nil ? inquiry.purpose : nil)
        let listener = JudgeListener()
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/v1/chat/completions", headers: ["cache-control": "no-store"])
        begin(
            own, bytes: material.bytes, beside: inquiry, as: OwnRequest.payer(.judge, tenant: tenant), head: head,
            target: .inference(.chat, at: nil), dialect: .openAI, listener: listener
        ) { [self] asking in
            asking.purpose = Purpose(own.kind.rawValue)
            let judge = JudgeMaterial.judge(judging)
            let request = try await workers.run(.new) {
                guard let body = material.question(to: judge),
                    let document = try? JSONDocument(parsing: body),
                    let request = try? RequestReader.read(.chat, body: document)
                else { throw OwnRequest.Drop.unfit }
                return request
            }
            let findings = try await inspect(request, asking)
            guard let alias = asking.activeSet.routing.resolve(request.model),
                asking.activeSet.privacy.blocked(findings).isEmpty
            else { throw OwnRequest.Drop.forbidden }
            let permits = alias.candidates.map { candidate -> Permitted? in
                // What its caller may not have sent there does not go there by way of a judge either.
                let permits = [(caller, purpose), (asking.principal, asking.purpose)].map {
                    permit(request, findings, at: candidate, of: alias, as: $0.0, purpose: $0.1, asking)
                }
                guard case (let first?, let second?) = (permits[0], permits[1]) else { return nil }
                return first.permit.form.strictness > second.permit.form.strictness ? first : second
            }
            try await send(request, findings, alias, permits, asking)
            guard let text = listener.answer, let score = judge.score([text]).value else {
                throw OwnRequest.Drop.unread
            }
            rollouts.submit(
                .observed(
                    name: own.rollout.plan.name, identity: own.rollout.identity,
                    RolloutState.Observation(arm: arm, values: [.judge: score]), nil))
        }
    }
}

/// Takes the answer of a judge. Confined to the event loop of its exchange.
private final class JudgeListener: Exchange.Transport, @unchecked Sendable {
    private var isGood = false
    private var body: [UInt8] = []

    /// No verdict is longer.
    private static let mostBytes = 256 << 10

    /// What the judge said; `nil` where it said nothing, or too much.
    var answer: String? {
        guard isGood, body.count <= Self.mostBytes else { return nil }
        return Evaluation.Answer(chatBody: body)?.text
    }

    var isWritable: Bool { true }
    func writeHead(_ head: HTTPResponseHead, isWhole: Bool) { isGood = head.status == .ok }
    func writeBody(_ bytes: ByteBuffer) {
        body += bytes.readableBytesView.prefix(max(0, Self.mostBytes + 1 - body.count))
    }
    func finish() {}
    func flush() {}
    func abort() { isGood = false }
    func admitted() {}
}

extension SendingForm {
    /// The more, the less of a text leaves.
    fileprivate var strictness: Int {
        switch self {
        case .raw: 0
        case .pseudonymised: 1
        case .redacted: 2
        }
    }
}
