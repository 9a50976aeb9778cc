import Inference
import JSONText
import Privacy
import Rollout
import Routing
import Statistics

/// After 13: asks the tried candidate what a caller asked, where its rollout is a shadow. Nobody has the answer; what it was like counts for
/// the candidate.
extension RequestPipeline {
    /// Asks, once the caller's own request is over and counted.
    func mirror(_ inquiry: Inquiry) {
        guard let part = inquiry.rollout, part.isMirrored, part.isCounted, let course = inquiry.course,
            let shadow = part.rollout.plan.shadow, course.alias.candidates.indices.contains(part.index)
        else { return }
        let own = OwnRequest(
            kind: .shadow, rollout: part.rollout, origin: inquiry.id, maximumNanoUSD: shadow.maximumNanoUSD,
            payer: OwnRequest.payer(
                .shadow, tenant: inquiry.activeSet.configuration.principals.defaultTenant))
        let (request, findings, alias, purpose) = (course.request, course.findings, course.alias, inquiry.purpose)
        begin(
            own, bytes: request.body.bytes.count, beside: inquiry, as: inquiry.principal,
            head: inquiry.exchange.head.forOwnRequest, target: inquiry.admission.target,
            dialect: inquiry.admission.dialect, listener: ProbeListener()
        ) { [self] mirrored in
            mirrored.summary = findings.summary
            mirrored.rollout = RolloutPart(
                rollout: part.rollout, index: part.index, isOwn: part.isOwn, arm: .treatment)
            mirrored.purpose = purpose
            let candidate = alias.candidates[part.index]
            mirrored.onlyCandidate = candidate.destination
            var permits = [Permitted?](repeating: nil, count: alias.candidates.count)
            permits[part.index] = permit(
                request, findings, at: candidate, of: alias, as: mirrored.principal, purpose: purpose, mirrored)
            mirrored.purpose = Purpose(own.kind.rawValue)
            try await send(request, findings, alias, permits, mirrored)
        }
    }
}
