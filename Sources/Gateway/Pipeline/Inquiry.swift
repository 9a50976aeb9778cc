import Inference

/// One request on its way: who asks, in which exchange, under which policies. Confined to the exchange's event loop.
final class Inquiry: @unchecked Sendable {
    let exchange: Exchange
    let admission: GatewayService.Admission
    let principal: Principal
    /// Sends, from the exchange's event loop.
    let forwarder: Forwarder
    /// What stages add to the answer's head.
    var headers: [(name: String, value: String)] = []

    init(exchange: Exchange, admission: GatewayService.Admission, principal: Principal, forwarder: Forwarder) {
        self.exchange = exchange
        self.admission = admission
        self.principal = principal
        self.forwarder = forwarder
    }

    /// The request's identifier.
    var id: RequestID { admission.requestID }
    /// The policies, keys and providers that were in force when it came.
    var activeSet: ActiveSet { admission.activeSet }
}
