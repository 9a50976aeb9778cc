import Dialects
import Inference
import JSONText
import NIOCore
import NIOHTTP1
import Rollout

/// `POST /v1/feedback`: a caller says how good the answer to one of its requests was, and the arm that answered is judged by it.
extension RequestPipeline {
    /// What a caller says.
    private struct Feedback {
        let request: RequestID
        /// 0...1.
        let score: Double
    }

    /// No feedback is longer.
    private static let mostFeedbackBytes = 16 << 10
    /// A caller that is quicker than the record of its own answer waits so long for it, in nanoseconds.
    private static let recordingTime: UInt64 = 500_000_000

    /// Takes feedback in, once for each request; from whom the request came, and from nobody else.
    func takeFeedback(
        _ exchange: Exchange, _ admission: GatewayService.Admission, _ principal: Principal
    ) async {
        let headers = Answering.headers(admission.requestID, admission.dialect)
        func refuse(_ error: RequestError) {
            metrics.refused(error.kind.rawValue)
            Answering.refuse(exchange, error, dialect: admission.dialect, admission.requestID, headers)
        }
        let feedback: Feedback
        do throws(RequestError) {
            feedback = try Self.feedback(exchange.takeBody())
        } catch {
            return refuse(error)
        }
        let event = RolloutBook.Event.feedback(
            request: feedback.request.description, tenant: principal.tenant,
            principal: "\(principal.kind.rawValue):\(principal.name)", score: feedback.score)
        var answer = await rollouts.ask(event)
        if answer == .unknown {
            try? await Task.sleep(nanoseconds: Self.recordingTime)
            answer = await rollouts.ask(event)
        }
        if exchange.isOver { return }
        switch answer {
        case .taken, .repeated:
            var json = JSONWriter()
            json.beginObject()
            json.key("request_id")
            json.string(feedback.request.description)
            json.key("repeated")
            json.bool(answer == .repeated)
            json.endObject()
            Answering.json(exchange, status: 200, headers, json.bytes)
        case .unknown, .impossible:
            refuse(
                RequestError(
                    .notFound,
                    "no answer of a rollout to a request of yours has that `request_id`, or it is older than a day",
                    param: "request_id"))
        case nil: refuse(RequestError(.unavailable, "feedback can't be kept now"))
        }
    }

    private static func feedback(_ body: ByteBuffer) throws(RequestError) -> Feedback {
        let expected =
            "expected {\"request_id\": \"req_…\", and \"score\": 0 to 1 or \"thumbs\": \"up\" or \"down\"}, "
            + "and perhaps a \"comment\", which is not kept"
        let limits = JSONLimits(maximumBytes: mostFeedbackBytes, maximumDepth: 4)
        guard body.readableBytes <= mostFeedbackBytes,
            let document = try? JSONDocument(parsing: Array(body.readableBytesView), limits: limits),
            document.root.kind == .object
        else { throw RequestError(.invalidRequest, expected) }
        let root = document.root
        for member in root.members {
            guard let name = member.key.string, ["request_id", "score", "thumbs", "comment"].contains(name) else {
                throw RequestError(.invalidRequest, expected)
            }
        }
        guard let text = root["request_id"]?.string, let request = RequestID(text) else {
            throw RequestError(.invalidRequest, expected, param: "request_id")
        }
        switch (root["score"], root["thumbs"]) {
        case (let score?, nil):
            guard let value = score.double, (0...1).contains(value) else {
                throw RequestError(.invalidRequest, expected, param: "score")
            }
            return Feedback(request: request, score: value)
        case (nil, let thumbs?):
            guard let word = thumbs.string, word == "up" || word == "down" else {
                throw RequestError(.invalidRequest, expected, param: "thumbs")
            }
            return Feedback(request: request, score: word == "up" ? 1 : 0)
        default: throw RequestError(.invalidRequest, expected)
        }
    }
}
