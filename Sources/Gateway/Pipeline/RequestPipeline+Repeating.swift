import Access
import Dialects
import Inference
import Ledger
import Limits
import NIOCore
import NIOHTTP1
import Privacy
import Routing

/// Between 7 and 8: gives the answer again that a request under the same name had (`RepeatedRequests`).
///
/// Policy and limits were asked as of any request, whatever they said of the one before; and the ledger says to whom the answer went.
extension RequestPipeline {
    /// An answer, and that its destination may have the request that it is given to.
    struct Repeated {
        let answer: RepeatedRequests.Answer
        let permitted: Permitted
        /// To which request it was given first, and when.
        let earlier: RequestID
        let milliseconds: Int64
    }

    /// What the request before got; `nil` where there is nothing, or its destination may not have this request in that form any more, so
    /// that it is asked anew of those that may.
    func repeated(_ permits: [Permitted?], _ inquiry: Inquiry) -> Repeated? {
        guard let answer = inquiry.repeated,
            case .model(let destination, let form, let earlier, let time) = answer.origin
        else { return nil }
        for case let permitted? in permits
        where permitted.permit.destination == destination && permitted.permit.form == form {
            return Repeated(answer: answer, permitted: permitted, earlier: earlier, milliseconds: time)
        }
        return nil
    }

    /// Takes from the limits on requests, records, and answers.
    func giveAgain(
        _ repeated: Repeated, _ request: InferenceRequest, _ findings: Findings, _ alias: ResolvedAlias,
        _ inquiry: Inquiry
    ) async throws {
        let answer = repeated.answer
        if let noRoom = try await takeRoomForRequest(alias.alias, attempt: 1, inquiry) {
            throw refusal(for: noRoom, request, findings, inquiry)
        }
        if inquiry.exchange.isOver { return }
        let isRecorded = record(
            answerOf: repeated.earlier, age: max(0, Clock.epochMilliseconds() - repeated.milliseconds),
            bytes: answer.body.readableBytes, request, findings, repeated.permitted, attempt: 1, inquiry)
        guard isRecorded else {
            throw Refusal(RequestError(.unavailable, "the ledger can't be written, so nothing is answered"))
        }
        inquiry.exchange.answer(status: answer.status, headers: headers(of: answer, inquiry), body: answer.body)
    }

    /// The head as it was, what it cost included; but whose request this is, and what its limits have left, is this one's.
    private func headers(of answer: RepeatedRequests.Answer, _ inquiry: Inquiry) -> HTTPHeaders {
        var headers = answer.headers
        for (name, value) in inquiry.headers { headers.replaceOrAdd(name: name, value: value) }
        for (name, value) in Answering.headers(inquiry.id, inquiry.admission.dialect) {
            headers.replaceOrAdd(name: name, value: value)
        }
        headers.remove(name: "content-length")
        headers.add(name: RepeatedRequests.header, value: "true")
        return headers
    }
}

extension Inquiry {
    /// Its whole answer is a model's.
    func isAnswered(by permit: Permit) {
        origin = .model(permit.destination, permit.form, request: id, at: Clock.epochMilliseconds())
    }
}
