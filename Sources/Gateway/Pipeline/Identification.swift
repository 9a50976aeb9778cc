import Identity
import Inference
import NIOHTTP1
import SecureTransport

/// Judges signed tokens. `ActiveSet.tokens` is one, where tokens are configured.
protocol TokenCheck: Sendable {
    /// Whom a token stands for, at a time in seconds since 1970; `nil` where that can't be said before keys are fetched.
    func judge(_ token: String, now: Int64) -> Result<ProvenIdentity, IdentityFailure>?
    /// The same, once the keys are fetched or can't be. Ends within a time limit of its own; a token whose key is not to be had is
    /// a failure. Runs on the event loop of the request, which it must not block.
    func judgeFetchingKeys(_ token: String, now: Int64) async -> Result<ProvenIdentity, IdentityFailure>
}

/// Who asks: what the credentials in a request's head, and in its connection's handshake, prove together. Knows nothing of a body.
struct Identification {
    /// How far it got.
    enum Progress {
        /// It is known who asks, or that nobody does.
        case done(Result<Principal, IdentityFailure>)
        /// The token is to be judged by `TokenCheck.judgeFetchingKeys` and the result given to `finished`.
        case needsKeys(token: String, any TokenCheck)
    }

    private let set: ActiveSet
    private let headers: HTTPHeaders
    private var verdicts: [CredentialPolicy.Verdict] = []

    /// Judges what can be judged at once; `isRevoked`: whether a certificate was revoked since its connection began.
    static func begin(
        _ exchange: Exchange, _ set: ActiveSet, isRevoked: (PeerCertificate) -> Bool, now: Int64
    ) -> (Identification, Progress) {
        var identification = Identification(set: set, headers: exchange.head.headers)
        let progress = identification.judge(exchange, isRevoked, now: now)
        return (identification, progress)
    }

    private init(set: ActiveSet, headers: HTTPHeaders) {
        self.set = set
        self.headers = headers
    }

    /// Who asks, once the token is judged.
    func finished(token result: Result<ProvenIdentity, IdentityFailure>) -> Result<Principal, IdentityFailure> {
        principal(verdicts + [(.token, result)])
    }

    private mutating func judge(
        _ exchange: Exchange, _ isRevoked: (PeerCertificate) -> Bool, now: Int64
    ) -> Progress {
        // A field that comes twice is read one way here and another way elsewhere.
        guard let authorization = single("authorization"), let apiKey = single("x-api-key"),
            let googleKey = single("x-goog-api-key"), apiKey == nil || googleKey == nil || apiKey == googleKey
        else { return .done(.failure(.malformed)) }
        let policy = set.credentials
        let tokens = policy.counts(.token) ? set.tokens : nil
        let presented = PresentedCredentials(
            authorization: authorization, apiKey: apiKey ?? googleKey, takesTokens: tokens != nil)
        if policy.counts(.apiKey), let key = presented.key {
            verdicts.append((.apiKey, set.keys.identify(presented: key, from: exchange.clientAddress, now: now)))
        }
        if policy.counts(.certificate), let certificate = exchange.peerCertificate {
            // A certificate that no rule fits is valid, and nobody's identity.
            let verdict = set.configuration.identity.certificates.identify(
                CertificateNames(certificate), now: now)
            if let verdict {
                verdicts.append((.certificate, isRevoked(certificate) ? .failure(.revoked) : verdict))
            }
        }
        if let tokens, let token = presented.token {
            // Keys are not fetched for a request that is refused anyway.
            for case .failure(let failure) in verdicts.map(\.result) { return .done(.failure(failure)) }
            guard let result = tokens.judge(token, now: now) else { return .needsKeys(token: token, tokens) }
            verdicts.append((.token, result))
        }
        return .done(principal(verdicts))
    }

    private func principal(_ verdicts: [CredentialPolicy.Verdict]) -> Result<Principal, IdentityFailure> {
        set.credentials.identity(of: verdicts)
            .flatMap { set.configuration.principals.principal(for: $0) }
            .mapError { $0 == .missing && claimsIdentity ? .asserted : $0 }
    }

    /// Whether a field names somebody. Such fields prove nothing, wherever they come from; who sends nothing else is told apart in
    /// the ledger from who forgot a key.
    private var claimsIdentity: Bool { Self.assertions.contains { headers.contains(name: $0) } }

    private static let assertions = [
        "x-user", "x-username", "x-user-id", "x-principal", "x-sallyport-principal", "x-sallyport-user",
        "x-remote-user",
        "remote-user", "x-forwarded-user", "x-forwarded-email", "x-forwarded-preferred-username", "x-auth-request-user",
        "x-authenticated-user", "x-forwarded-client-cert", "x-client-cert", "x-ssl-client-cert", "ssl-client-cert",
        "client-cert",
    ]

    /// A field's value, `nil` inside where it is absent; `nil` where it comes more than once.
    private func single(_ name: String) -> String?? {
        let values = headers[name]
        return values.count <= 1 ? .some(values.first) : nil
    }
}
