public import Cryptography

/// Who is told of alerts.
public struct AlertTarget: Sendable {
    /// What it speaks.
    public enum Kind: Sendable {
        /// A POST of JSON for each alert's beginning and end, signed with HMAC-SHA-256 under this key.
        case webhook(SymmetricKey)
        /// Prometheus' Alertmanager: `POST …/api/v2/alerts`, again and again while an alert lasts.
        case alertmanager
    }

    /// Its name, for metrics and the log.
    public let name: String
    /// What it speaks.
    public let kind: Kind
    /// Where it is; of an Alertmanager without `/api/v2/alerts`.
    public let endpoint: RelayEndpoint

    /// Names a target.
    public init(name: String, kind: Kind, endpoint: RelayEndpoint) {
        self.name = name
        self.kind = kind
        self.endpoint = endpoint
    }

    /// `webhook` or `alertmanager`.
    public var kindName: String {
        switch kind {
        case .webhook: "webhook"
        case .alertmanager: "alertmanager"
        }
    }
}

/// One alert's beginning or end, as it is told.
public struct AlertMessage: Sendable {
    /// Its own name: who gets it twice can tell by it.
    public let id: String
    /// The alert's.
    public let alert: String
    /// What a webhook is sent, in JSON.
    public let body: [UInt8]
    /// What tells the alert from others at an Alertmanager.
    public let labels: [(String, String)]
    /// What is said of it there.
    public let annotations: [(String, String)]
    /// Since when it has been so, in milliseconds since 1970.
    public let began: Int64
    /// When it was over; `nil`: it is not.
    public let ended: Int64?

    /// Puts a message together.
    public init(
        id: String, alert: String, body: [UInt8], labels: [(String, String)], annotations: [(String, String)],
        began: Int64, ended: Int64?
    ) {
        self.id = id
        self.alert = alert
        self.body = body
        self.labels = labels
        self.annotations = annotations
        self.began = began
        self.ended = ended
    }
}
