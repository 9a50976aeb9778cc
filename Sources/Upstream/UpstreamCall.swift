public import Access
internal import Inference
public import Ledger
public import Privacy

/// A request that may go out: permitted, treated and recorded, all three for this request, this destination and this form.
///
/// There is no other way to send: ``UpstreamEngine/send(_:)`` takes nothing else, and the three proofs can only be made by the
/// modules that decide.
public struct UpstreamCall: Sendable {
    let token: UInt64
    let endpoint: UpstreamEndpoint
    let headers: [UpstreamHeader]
    let body: [UInt8]
    let mailbox: any UpstreamMailbox

    /// Puts a call together, or fails as `unproven` where the parts do not belong together.
    ///
    /// - Parameters:
    ///   - permit: the decision of `Access`.
    ///   - treated: the body in the permitted form, from `Privacy`.
    ///   - receipt: the ledger's word that the intent is on disk.
    ///   - endpoint: where it goes; its provider is the one of the permit.
    ///   - headers: what this request adds to the endpoint's headers, taken from the caller by allow-list at most.
    ///   - token: names the call in its deliveries.
    ///   - mailbox: takes them.
    public init(
        permit: Permit, treated: TreatedRequest, receipt: IntentReceipt, endpoint: UpstreamEndpoint,
        headers: [UpstreamHeader] = [], token: UInt64, mailbox: any UpstreamMailbox
    ) throws(UpstreamFailure) {
        try Proof.agree(
            permit: Proof(permit.requestID, permit.destination, permit.form),
            treated: Proof(treated.requestID, treated.destination, treated.form),
            receipt: Proof(receipt.requestID, receipt.destination, receipt.form), provider: endpoint.provider)
        self.token = token
        self.endpoint = endpoint
        self.headers = headers
        self.body = treated.body
        self.mailbox = mailbox
    }

    /// What each of the three says of a request.
    struct Proof: Equatable {
        let requestID: RequestID
        let destination: Destination
        let form: SendingForm

        init(_ requestID: RequestID, _ destination: Destination, _ form: SendingForm) {
            self.requestID = requestID
            self.destination = destination
            self.form = form
        }

        /// Fails unless all three say the same, and the endpoint is the destination's provider's.
        static func agree(
            permit: Proof, treated: Proof, receipt: Proof, provider: ProviderID
        ) throws(UpstreamFailure) {
            let fault: String? =
                if treated != permit {
                    "the treated request is not what the permit allows"
                } else if receipt != permit {
                    "the ledger's receipt is not for what the permit allows"
                } else if permit.destination.provider != provider {
                    "the endpoint belongs to another provider than the permit"
                } else {
                    nil
                }
            if let fault { throw UpstreamFailure(kind: .unproven, message: fault) }
        }
    }
}
