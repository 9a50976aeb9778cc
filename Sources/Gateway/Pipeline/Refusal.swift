import Dialects
import Privacy

/// A request ends here: what its caller is told.
struct Refusal: Error {
    let error: RequestError
    /// The provider's own words, where it was the provider that refused.
    let providerSaid: UpstreamError?
    /// The status, where it does not follow from the error.
    let status: Int?
    var headers: [(name: String, value: String)]

    init(_ error: RequestError, headers: [(name: String, value: String)] = []) {
        self.error = error
        self.headers = headers
        providerSaid = nil
        status = nil
    }

    /// What a provider answered instead of an answer, its surrogates turned back.
    init(
        providerSaid refused: Attempt.Refused, restoration: RestorationMap, translation: AnswerTranslation? = nil
    ) {
        let head = refused.head
        var said = refused.error
        var status = said.refusesKey ? 502 : UpstreamError.callerStatus(for: refused.status)
        if let translation { (said, status) = translation.error(said, status: status) }
        if status == 502 {
            said = UpstreamError(message: "the provider refused the gateway's request (status \(refused.status))")
        } else if !restoration.isEmpty {
            said.message = String(decoding: restoration.restored(Array(said.message.utf8)), as: UTF8.self)
        }
        error = RequestError(.upstreamFailed, said.message)
        providerSaid = said
        self.status = status
        headers = head.passed.filter { $0.name != "content-type" && $0.name != Attempt.AnswerHead.errorTypeField }
    }
}
