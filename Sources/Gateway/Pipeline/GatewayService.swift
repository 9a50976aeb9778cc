import Dialects
import Identity
import Inference
import Logging
import NIOCore
import NIOHTTP1
import Routing
import SecureTransport
import Synchronization

/// Answers the listener's exchanges: knows who asks before any of a body is read, refuses in the caller's dialect, and
/// hands what remains to the pipeline.
final class GatewayService: ExchangeService {
    /// What is known of an exchange from its head.
    struct Admission: Sendable {
        let requestID: RequestID
        let target: RequestTarget
        let dialect: Dialect
        var principal: Principal?
        let activeSet: ActiveSet
        let began: UInt64
    }

    private let pipeline: RequestPipeline
    private let metrics: Metrics
    private let limits: ListenerLimits
    private let bodies: BodyBudget
    private let identifiers: Mutex<RequestIdentifiers>
    private let executors: [ObjectIdentifier: EventLoopExecutor]
    private let loops: [any EventLoop]
    private let tls: TLSServerContext
    private let repeated = RepeatedRequests()

    init(
        pipeline: RequestPipeline, metrics: Metrics, limits: ListenerLimits, bodies: BodyBudget,
        identifiers: RequestIdentifiers, loops: [any EventLoop], tls: TLSServerContext
    ) {
        self.tls = tls
        self.loops = loops
        self.pipeline = pipeline
        self.metrics = metrics
        self.limits = limits
        self.bodies = bodies
        self.identifiers = Mutex(identifiers)
        executors = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0), EventLoopExecutor(loop: $0)) })
    }

    func admit(_ exchange: Exchange) -> HeadVerdict {
        let (target, dialect) = RequestTarget.read(exchange.head)
        let underWay = metrics.requestBegan()
        let activeSet = pipeline.activeSet
        exchange.admission = Admission(
            requestID: identifiers.withLock { $0.next() }, target: target, dialect: dialect, principal: nil,
            activeSet: activeSet, began: Clock.monotone())
        guard underWay <= limits.requestsInFlight else {
            refuse(exchange, RequestError(.overloaded, "too many requests are under way"))
            return .answered
        }
        let (identification, progress) = Identification.begin(
            exchange, activeSet, isRevoked: tls.isRevoked, now: Clock.epochSeconds())
        switch progress {
        case .done(let result):
            return admit(exchange, result) ? .takesBody : .answered
        case .needsKeys(let token, let tokens):
            guard let executor = executors[ObjectIdentifier(exchange.loop)] else {
                exchange.abort()
                return .answered
            }
            Task(executorPreference: executor) {
                let judged = await tokens.judgeFetchingKeys(token, now: Clock.epochSeconds())
                if exchange.isOver { return }
                if self.admit(exchange, identification.finished(token: judged)) { exchange.proceed() }
            }
            return .waits
        }
    }

    /// Goes on once it is known who asks; false where the exchange was answered.
    private func admit(_ exchange: Exchange, _ identified: Result<Principal, IdentityFailure>) -> Bool {
        guard var admission = exchange.admission as? Admission else {
            exchange.abort()
            return false
        }
        switch identified {
        case .success(let principal):
            admission.principal = principal
            exchange.admission = admission
        case .failure(let failure):
            pipeline.recordUnidentified(failure, clientAddress: exchange.clientAddress)
            if failure == .missing, case .refused(let error) = admission.target {
                // Who sends a key in the address is told that first.
                refuse(exchange, RequestError(.unauthenticated, error.message))
                return false
            }
            let isSigned = exchange.head.headers["authorization"].contains { $0.hasPrefix("AWS4-") }
            refuse(exchange, isSigned ? Self.signed : Self.unauthenticated(failure))
            return false
        }
        switch admission.target {
        case .unknown:
            refuse(exchange, RequestError(.notFound, "no such path; there are \(Self.paths)"))
            return false
        case .wrongMethod(let allowed):
            refuse(exchange, RequestError(.methodNotAllowed, "this path takes \(allowed)"), allow: allowed)
            return false
        case .refused(let error):
            refuse(exchange, error)
            return false
        case .inference, .models, .model, .feedback, .administration:
            break
        }
        let expected = exchange.head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard let share = bodies.share(expecting: expected) else {
            refuse(exchange, RequestError(.overloaded, "too many bytes of requests are under way"))
            return false
        }
        exchange.share = share
        return true
    }

    func serve(_ exchange: Exchange) {
        guard let admission = exchange.admission as? Admission, let principal = admission.principal,
            let executor = executors[ObjectIdentifier(exchange.loop)]
        else { return exchange.abort() }
        if case .administration(let function) = admission.target {
            return pipeline.administer(exchange, admission, function, principal)
        }
        if case .feedback = admission.target {
            metrics.pipelineEntered()
            Task(executorPreference: executor) {
                await self.pipeline.takeFeedback(exchange, admission, principal)
                self.metrics.pipelineLeft()
            }
            return
        }
        guard case .inference(let operation, let address) = admission.target else {
            return pipeline.listModels(exchange, admission, principal)
        }
        if let name = RepeatedRequests.name(
            of: exchange, operation, principal, policySet: admission.activeSet.policySet)
        {
            return carry(exchange, admission, operation, at: address, principal, as: name, on: executor)
        }
        metrics.pipelineEntered()
        Task(executorPreference: executor) {
            await self.pipeline.run(exchange, admission, operation: operation, at: address, principal: principal)
            self.metrics.pipelineLeft()
        }
    }

    /// Serves a request that its caller has named: to its end, even if the caller leaves, and once.
    private func carry(
        _ exchange: Exchange, _ admission: Admission, _ operation: Operation, at address: RequestAddress?,
        _ principal: Principal, as name: RepeatedRequests.Name, on executor: EventLoopExecutor
    ) {
        let again: @Sendable (RepeatedRequests.Answer?) -> Void = { answer in
            self.serve(exchange, admission, operation, at: address, principal, again: answer, on: executor)
        }
        switch repeated.take(
            exchange.body, as: name, waiter: { answer in exchange.loop.execute { again(answer) } })
        {
        case .has(let answer): return again(answer)
        case .waits: return
        case .differs:
            return refuse(
                exchange, RequestError(.unprocessable, "under this `idempotency-key` another body was sent before"))
        case .isCrowded:
            return refuse(
                exchange, RequestError(.overloaded, "too many wait for the answer under this `idempotency-key`"))
        case .carry: break
        }
        // It is under way until it has ended, whether its caller stays or not.
        exchange.isCarried = true
        let collector = AnswerCollector()
        let carried = Exchange(
            loop: exchange.loop, head: exchange.head, clientAddress: exchange.clientAddress,
            peerCertificate: exchange.peerCertificate, transport: collector)
        carried.body = exchange.takeBody()
        carried.share = exchange.share
        exchange.share = nil
        metrics.pipelineEntered()
        Task(executorPreference: executor) {
            let origin = await self.pipeline.run(
                carried, admission, operation: operation, at: address, principal: principal)
            // The exchange holds it weakly; who has no answer by now gets none.
            let answer = origin.flatMap { collector.answer(from: $0) }
            self.repeated.ended(name, answer)
            if let answer { Self.give(answer, to: exchange) } else { exchange.abort() }
            self.metrics.requestEnded()
            self.metrics.pipelineLeft()
        }
    }

    /// Serves a request of whose name there is an answer; `nil`: it was cut off. On its loop.
    private func serve(
        _ exchange: Exchange, _ admission: Admission, _ operation: Operation, at address: RequestAddress?,
        _ principal: Principal, again answer: RepeatedRequests.Answer?, on executor: EventLoopExecutor
    ) {
        guard let answer else { return exchange.abort() }
        if case .refusal(let kind) = answer.origin {
            // Nothing was given; who asks later under this name is asked about anew.
            metrics.refused(kind.rawValue)
            pipeline.ledger.refused(reason: kind.rawValue, principal)
            return Self.give(answer, to: exchange, isRepeated: true)
        }
        metrics.pipelineEntered()
        Task(executorPreference: executor) {
            await self.pipeline.run(
                exchange, admission, operation: operation, at: address, principal: principal, repeating: answer)
            self.metrics.pipelineLeft()
        }
    }

    /// Answers with what was gathered.
    private static func give(_ answer: RepeatedRequests.Answer, to exchange: Exchange, isRepeated: Bool = false) {
        var headers = answer.headers
        headers.remove(name: "content-length")
        if isRepeated { headers.add(name: RepeatedRequests.header, value: "true") }
        exchange.answer(status: answer.status, headers: headers, body: answer.body)
    }

    /// Asks a candidate of an alias for a few tokens, through all stages like anybody's request, and for nobody.
    func probe(_ candidate: Destination, of alias: ResolvedAlias, _ kind: ModelAlias.Probe.Kind) {
        guard let loop = loops.randomElement(), let executor = executors[ObjectIdentifier(loop)] else { return }
        let activeSet = pipeline.activeSet
        let request = ProbeRequest(alias.alias, kind, tenant: activeSet.configuration.principals.defaultTenant)
        let admission = Admission(
            requestID: identifiers.withLock { $0.next() }, target: .inference(request.operation, at: nil),
            dialect: request.operation.dialect, principal: request.principal, activeSet: activeSet,
            began: Clock.monotone())
        loop.execute {
            let listener = ProbeListener()
            let exchange = Exchange(
                loop: loop, head: request.head, clientAddress: "", peerCertificate: nil, transport: listener)
            exchange.body = request.body
            self.metrics.pipelineEntered()
            Task(executorPreference: executor) {
                await self.pipeline.run(
                    exchange, admission, operation: request.operation, at: nil, principal: request.principal,
                    only: candidate)
                // Nobody else keeps it.
                withExtendedLifetime(listener) {}
                self.metrics.pipelineLeft()
            }
        }
    }

    /// Asks a candidate one of the questions that are asked every day; `done` once it is answered, or not.
    func ask(
        _ request: CanaryRequest, _ candidate: Destination, of alias: ResolvedAlias, number: Int,
        done: @escaping @Sendable () -> Void
    ) {
        guard let loop = loops.randomElement(), let executor = executors[ObjectIdentifier(loop)] else { return done() }
        let admission = Admission(
            requestID: identifiers.withLock { $0.next() }, target: .inference(.chat, at: nil), dialect: .openAI,
            principal: request.principal, activeSet: pipeline.activeSet, began: Clock.monotone())
        loop.execute {
            let listener = ProbeListener()
            let exchange = Exchange(
                loop: loop, head: request.head, clientAddress: "", peerCertificate: nil, transport: listener)
            exchange.body = request.body
            self.metrics.pipelineEntered()
            Task(executorPreference: executor) {
                await self.pipeline.run(
                    exchange, admission, operation: .chat, at: nil, principal: request.principal, only: candidate,
                    canary: number)
                // Nobody else keeps it.
                withExtendedLifetime(listener) {}
                self.metrics.pipelineLeft()
                done()
            }
        }
    }

    func refuse(_ exchange: Exchange, status: Int, reason: String) {
        if exchange.admission == nil {
            // Its head was refused before it was admitted.
            let (target, dialect) = RequestTarget.read(exchange.head)
            _ = metrics.requestBegan()
            exchange.admission = Admission(
                requestID: identifiers.withLock { $0.next() }, target: target, dialect: dialect, principal: nil,
                activeSet: pipeline.activeSet, began: Clock.monotone())
        }
        let kind: ErrorKind =
            switch status {
            case 408: .requestTimeout
            case 413: .payloadTooLarge
            case 431: .headersTooLarge
            case 503: .overloaded
            default: .invalidRequest
            }
        refuse(exchange, RequestError(kind, reason), status: kind == .overloaded ? nil : status)
    }

    func refused(certificate fault: TLSFailure.CertificateFault, clientAddress: String) {
        metrics.refused("certificate")
        pipeline.recordUnidentified(certificate: "certificate_\(fault.rawValue)", clientAddress: clientAddress)
    }

    func ended(_ exchange: Exchange) {
        if !exchange.isCarried { metrics.requestEnded() }
        guard let admission = exchange.admission as? Admission else { return }
        metrics.answered(
            operation: admission.target.name, status: exchange.answeredStatus,
            microseconds: Int64((Clock.monotone() - admission.began) / 1_000))
    }

    private func refuse(_ exchange: Exchange, _ error: RequestError, status: Int? = nil, allow: String? = nil) {
        guard let admission = exchange.admission as? Admission else { return exchange.abort() }
        metrics.refused(error.kind.rawValue)
        if let principal = admission.principal { pipeline.ledger.refused(reason: error.kind.rawValue, principal) }
        var headers = Answering.headers(admission.requestID, admission.dialect)
        if let allow { headers.add(name: "allow", value: allow) }
        if error.kind == .overloaded { headers.add(name: "retry-after", value: "1") }
        if error.kind == .unauthenticated { headers.add(name: "www-authenticate", value: "Bearer") }
        Answering.refuse(exchange, error, status: status, dialect: admission.dialect, admission.requestID, headers)
    }

    private static let paths =
        "/v1/chat/completions, /v1/responses, /v1/completions, /v1/embeddings, /v1/messages, "
        + "/v1/messages/count_tokens, /v1beta/models/NAME:generateContent, /model/NAME/converse, "
        + "/model/NAME/converse-stream /v1/feedback and /v1/models"

    /// A signature by an AWS key, which only AWS can check.
    private static let signed = RequestError(
        .unauthenticated,
        "Requests signed with AWS credentials can't be identified here: send a key of the gateway as "
            + "`Authorization: Bearer sp_…`, which boto3 takes from AWS_BEARER_TOKEN_BEDROCK")

    /// What a caller is told of its credential: what is wrong with it, not whether it would exist otherwise.
    private static func unauthenticated(_ failure: IdentityFailure) -> RequestError {
        let message =
            switch failure {
            case .missing:
                "You didn't provide an API key: send it as `Authorization: Bearer sp_…`, `x-api-key: sp_…` "
                    + "or `x-goog-api-key: sp_…`"
            case .expired: "Incorrect API key provided: it has expired"
            case .revoked: "Incorrect API key provided: it was revoked"
            // Why a token is refused is the operator's to know: it would help those who try.
            case .malformed, .unknown, .algorithm, .wrongIssuer, .wrongAudience, .notYetValid, .lifetime, .badSignature,
                .unknownKey, .keysUnavailable, .claims:
                "Incorrect API key provided"
            default: "Not authenticated: \(failure)"
            }
        return RequestError(.unauthenticated, message)
    }
}

extension RequestTarget {
    /// A word for metrics.
    var name: String {
        switch self {
        case .inference(let operation, _): operation.rawValue
        case .models, .model: "models"
        case .feedback: "feedback"
        case .administration: "administer"
        case .wrongMethod, .refused, .unknown: "none"
        }
    }
}

/// Draws request identifiers: a random start, then a counter, so that one draw of randomness serves many requests and
/// identifiers can't be guessed from outside the process that counts.
struct RequestIdentifiers: Sendable {
    private let high: UInt64
    private var low: UInt64

    /// Starts at a random place.
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The next identifier.
    mutating func next() -> RequestID {
        // An odd step of full period (Weyl sequence) spreads the counter over all digits.
        low &+= 0x9E37_79B9_7F4A_7C15
        return RequestID(high: high, low: low)
    }
}
