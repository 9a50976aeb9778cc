import Access
import Cryptography
import Dialects
import Identity
import Inference
import JSONText
import Ledger
import LedgerVault
import Limits
import Logging
import NIOCore
import NIOHTTP1
import Privacy
import RemoteAnalyzer
import Routing
import Synchronization
import Upstream

/// A request's way through the house, from its body to its ledger entry: the stages of the plan, in their order, in
/// `answer`. A stage that fails ends the request; nothing has left before `record` has returned.
final class RequestPipeline: Sendable {
    /// The buckets of the rate limits: what requests change.
    struct Running {
        var limiter: RequestRateLimiter
    }

    let ledger: GatewayLedger
    let vault: GatewayVault
    let limits: GatewayLimits
    let cache: GatewayCache
    let rollouts: Rollouts
    /// What rollouts ask of their own accord.
    let own = OwnRequests()
    let metrics: Metrics
    let monitor: TrafficMonitor
    let logger: Logger
    let running: Mutex<Running>
    /// What is known of candidates.
    let routing = Mutex(RoutingBook())
    /// Whether the files say what is in force.
    let condition = PolicyCondition()
    private let active: Mutex<ActiveSet>
    private let ledgerIsDown = Atomic<Bool>(false)
    let vaultIsDown = Atomic<Bool>(false)
    private let forwarders: [ObjectIdentifier: Forwarder]
    let workers: BodyWorkers
    let inspectionNanoseconds: Int64

    init(
        activeSet: ActiveSet, ledger: GatewayLedger, vault: GatewayVault, limits: GatewayLimits, cache: GatewayCache,
        rollouts: Rollouts, metrics: Metrics, monitor: TrafficMonitor,
        logger: Logger, forwarders: [ObjectIdentifier: Forwarder], workers: BodyWorkers, inspectionTimeout: TimeAmount
    ) {
        self.ledger = ledger
        self.vault = vault
        self.limits = limits
        self.cache = cache
        self.rollouts = rollouts
        self.metrics = metrics
        self.monitor = monitor
        self.logger = logger
        self.forwarders = forwarders
        self.workers = workers
        inspectionNanoseconds = inspectionTimeout.nanoseconds
        active = Mutex(activeSet)
        running = Mutex(Running(limiter: RequestRateLimiter(limits: activeSet.configuration.requestLimits)))
    }

    /// The policies, keys and providers in force.
    var activeSet: ActiveSet { active.withLock { $0 } }

    /// Puts a new set in force, for requests that begin from now on.
    func adopt(_ new: ActiveSet) {
        active.withLock { $0 = new }
        running.withLock { $0.limiter.adopt(new.configuration.requestLimits, now: Clock.monotone()) }
    }

    /// Serves one request whose body is whole; tells where its answer came from, if it has a whole one. An answer that a request under the
    /// same name had is given again, where that is permitted now.
    @discardableResult
    func run(
        _ exchange: Exchange, _ admission: GatewayService.Admission, operation: Operation, at address: RequestAddress?,
        principal: Principal, only candidate: Destination? = nil, canary: Int? = nil,
        repeating repeated: RepeatedRequests.Answer? = nil
    ) async -> RepeatedRequests.Answer.Origin? {
        guard let forwarder = forwarders[ObjectIdentifier(exchange.loop)] else {
            exchange.abort()
            return nil
        }
        let inquiry = Inquiry(
            exchange: exchange, admission: admission, principal: principal, forwarder: forwarder,
            inspectionNanoseconds: inspectionNanoseconds)
        inquiry.onlyCandidate = candidate
        inquiry.canary = canary
        inquiry.repeated = repeated
        defer {
            giveBackRooms(inquiry)
            mirror(inquiry)
        }
        do {
            try await answer(inquiry, operation, at: address)
        } catch let refusal as Refusal {
            refuse(inquiry, refusal)
        } catch let unavailable as VaultUnavailable {
            refuse(inquiry, unkept(unavailable))
        } catch InspectionError.abandoned {
            // Nobody is there to be told.
        } catch InspectionError.timedOut {
            logger.warning("inspection timed out", metadata: ["request": "\(inquiry.id)"])
            refuse(inquiry, Refusal(RequestError(.unavailable, "the inspection took too long, so nothing is sent")))
        } catch {
            // No stage throws anything else; if one did, its words may quote the request: only its type is told.
            logger.error("stage failed", metadata: ["request": "\(inquiry.id)", "error": "\(type(of: error))"])
            refuse(inquiry, Refusal(RequestError(.internalFailure, "the gateway failed")))
        }
        return inquiry.origin
    }

    // MARK: - The stages, in their order

    private func answer(_ inquiry: Inquiry, _ operation: Operation, at address: RequestAddress?) async throws {
        if inquiry.exchange.isOver { return }
        guard let course = try await course(inquiry, operation, at: address) else { return }
        inquiry.course = course
        while let index = course.next() {
            if inquiry.exchange.isOver { return }
            let step = course.route.steps[index]
            guard course.permits[step.index] != nil, mayBegin(step, after: course.attempts, inquiry, course.route)
            else { continue }
            let before = course.attempts
            course.hasPlace.insert(index)
            defer { leave(index, of: course, wasSent: course.attempts > before) }
            switch try await attempt(index, course, inquiry) {
            case .over: return
            case .failed(let refusal, let mayTryNext):
                course.failure = refusal
                if !mayTryNext { throw refusal }
            case nil: continue
            }
        }
        throw refusal(after: course, inquiry)
    }

    /// 4 to 8: what the request is, what is in it, and who may have it; `nil` where an answer was given again. On its own, since the memory
    /// that this takes while it waits would otherwise be held until the answer's end.
    private func course(
        _ inquiry: Inquiry, _ operation: Operation, at address: RequestAddress?
    ) async throws -> Course? {
        let request = try await read(inquiry, operation, at: address)
        inquiry.purpose = try purpose(inquiry)
        let findings = try await inspect(request, inquiry)
        let alias = enroll(try resolve(request, inquiry), inquiry)
        try admit(request, findings, inquiry)
        let permitted = try authorise(request, findings, alias, inquiry)
        if let repeated = repeated(permitted, inquiry) {
            try reserve(request, findings, alias, inquiry)
            try await giveAgain(repeated, request, findings, alias, inquiry)
            return nil
        }
        let permits = try share(permitted, request, inquiry)
        try reserve(request, findings, alias, inquiry)
        let route = prefer(try route(request, alias, permits, inquiry), inquiry)
        return Course(request, findings, alias, permits, route)
    }

    /// 9 to 13 for one candidate; `nil` where nothing was sent. In a race it is the second one there.
    func attempt(_ index: Int, _ course: Course, _ inquiry: Inquiry, in race: Race? = nil) async throws -> Forwarded? {
        let sending: Sending
        switch try await prepare(index, course, inquiry, in: race) {
        case .sending(let prepared): sending = prepared
        case .answered: return .over
        case .notSent: return nil
        }
        if race == nil, course.attempts == 1, let patience = patience(course, sending.step) {
            return await self.race(sending, patience: patience, course, inquiry)
        }
        return await forward(course.request, sending, inquiry, in: race, isHedge: race != nil)
    }

    /// What came of preparing a request for a candidate.
    private enum Prepared {
        /// It is treated, paid for and recorded.
        case sending(Sending)
        /// The cache had the answer.
        case answered
        /// Somebody else is to be asked.
        case notSent
    }

    /// 9 and 10 for one candidate: all that comes before it is sent. On its own for the reason that `course` is.
    private func prepare(
        _ index: Int, _ course: Course, _ inquiry: Inquiry, in race: Race?
    ) async throws -> Prepared {
        let (request, findings) = (course.request, course.findings)
        let (step, number, route) = (course.route.steps[index], index + 1, inquiry.routeHeader)
        guard let permitted = course.permits[step.index] else { return .notSent }
        let treated: Treated
        do {
            treated = try await treat(
                request, findings, permitted, attempt: number, isOnlyOne: race == nil, inquiry)
        } catch let error as RequestError {
            // What one provider's dialect can't say another's may.
            course.unsaid = course.unsaid ?? Refusal(error)
            return .notSent
        }
        // A second one beside the first does not look: what is kept of its candidate's answers is told where its turn comes.
        if race == nil, try await answerFromCache(request, findings, permitted, treated, attempt: number, inquiry) {
            return .answered
        }
        let full = try await takeRoom(
            request, bodyBytes: treated.request.body.count, step, of: course.alias, attempt: number,
            isLast: race == nil && !course.hasNext, mayWait: race == nil, inquiry)
        if let full {
            course.noRoom = full.sooner(than: course.noRoom)
            return .notSent
        }
        if race?.isDecided == true { return .notSent }
        let kept = try await keep(treated.commitment, inquiry)
        let receipt = try await record(request, findings, permitted, treated, attempt: number, inquiry)
        course.attempts += 1
        return .sending(
            Sending(
                permitted: permitted, treated: treated, receipt: receipt, kept: kept, step: step, number: number,
                told: Told(route: route, fields: inquiry.headers, cache: inquiry.cache)))
    }

    /// What the caller is told where no candidate answered.
    private func refusal(after course: Course, _ inquiry: Inquiry) -> Refusal {
        var failure = course.failure
        if failure == nil, let noRoom = course.noRoom {
            return refusal(for: noRoom, course.request, course.findings, inquiry)
        }
        // Ours multiply with the SDK's own retries (`design/wire.md`, 9): once all candidates failed, it need not ask again.
        failure = failure ?? course.unsaid
        if course.route.steps.count > 1 { failure?.headers.append(("x-should-retry", "false")) }
        return failure
            ?? Refusal(
                RequestError(.overloaded, "every candidate of the model has as many requests as it may"),
                headers: [("retry-after", "1")])
    }

    /// What the caller is told where the limits have no room; also recorded.
    func refusal(
        for noRoom: NoRoom, _ request: InferenceRequest, _ findings: Findings, _ inquiry: Inquiry
    ) -> Refusal {
        let refusal = noRoom.refusal
        let (kind, status) = (refusal.error.kind, refusal.error.status(in: request.dialect))
        if kind != .unavailable, ledger.admitsLimitDenial() {
            deny(request, findings, inquiry, .limit, status: status, inquiry.considered)
        }
        return refusal
    }

    /// Does what takes time in proportion to the body: here, or on another thread where that would keep the loop from others.
    func work<Result: Sendable>(
        _ inquiry: Inquiry, _ stage: BodyWorkers.Stage = .begun, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        guard inquiry.isLarge else { return try work() }
        let watch = inquiry.watch
        inquiry.exchange.callerLeft = { watch.callerLeft() }
        defer { inquiry.exchange.callerLeft = nil }
        let result = try await workers.run(stage) {
            switch watch.verdict {
            case .abandoned: throw InspectionError.abandoned
            case .timedOut where stage == .new: throw BodyWorkers.overloaded
            default: try work()
            }
        }
        if inquiry.exchange.isOver { throw InspectionError.abandoned }
        return result
    }

    /// 4. Parses once, losslessly, in the caller's dialect.
    private func read(
        _ inquiry: Inquiry, _ operation: Operation, at address: RequestAddress?
    ) async throws -> InferenceRequest {
        let body = inquiry.exchange.takeBody()
        let began = Clock.monotone()
        defer { inquiry.stages.read = Clock.microseconds(since: began) }
        return try await work(inquiry, .new) {
            let document: JSONDocument
            do throws(JSONSyntaxError) {
                document = try JSONDocument(
                    parsing: Array(body.readableBytesView),
                    limits: JSONLimits(maximumBytes: max(body.readableBytes, 1), maximumDepth: 64))
            } catch {
                throw Refusal(RequestReader.error(for: error))
            }
            do throws(RequestError) {
                return try RequestReader.read(operation, body: document, address: address)
            } catch {
                throw Refusal(error)
            }
        }
    }

    /// What the caller says it is for: a word, without anybody's data, since it is recorded.
    private func purpose(_ inquiry: Inquiry) throws(Refusal) -> Purpose? {
        let values = inquiry.exchange.head.headers["x-sallyport-purpose"]
        guard let first = values.first else { return nil }
        guard values.count == 1, let purpose = Purpose(first), !mayBePrivate(first, inquiry) else {
            throw Refusal(
                RequestError(
                    .invalidRequest,
                    "the header `x-sallyport-purpose` has to be one word of at most 64 letters, digits and `._:/-`, "
                        + "without personal data"))
        }
        return purpose
    }

    /// Whether the detectors find something in a word that would be recorded; also where they fail.
    private func mayBePrivate(_ word: String, _ inquiry: Inquiry) -> Bool {
        var word = word
        return (try? word.withUTF8 { try inquiry.activeSet.privacy.inspect(text: UnsafeRawBufferPointer($0)).isEmpty })
            != true
    }

    /// The tools' names for the record; all of them were inspected with the request, so that a look at each is seldom needed.
    func tools(_ request: InferenceRequest, _ findings: Findings, _ inquiry: Inquiry) -> LedgerEntry.Tools {
        let isSuspect = findings.summary.counts.contains { $0.place == .toolDefinition }
        return LedgerEntry.Tools(request.tools) { isSuspect && mayBePrivate($0, inquiry) }
    }

    /// A candidate that policy permits, and who serves it.
    struct Permitted: Sendable {
        let permit: Permit
        let provider: Provider
        /// What the provider is asked in its own dialect.
        let operation: Operation
        /// The most tokens that the model can give, where that is known.
        let maximumOutput: Int?
    }

    /// 5. Finds what sensitive data is in it, and where; the operator's own analyzer, where there is one, looks first.
    func inspect(_ request: InferenceRequest, _ inquiry: Inquiry) async throws -> Findings {
        let began = Clock.monotone()
        defer { inquiry.stages.inspect = Clock.microseconds(since: began) }
        let remote = try await inspectRemotely(request, inquiry)
        let (privacy, watch) = (inquiry.activeSet.privacy, inquiry.watch)
        let findings = try await work(inquiry) {
            try privacy.inspect(request, merging: remote, watch: InspectionWatch { watch.verdict })
        }
        metrics.found(findings.summary)
        inquiry.summary = findings.summary
        inquiry.headers.append(("x-sallyport-coverage", findings.summary.coverage.header))
        return findings
    }

    private func inspectRemotely(
        _ request: InferenceRequest, _ inquiry: Inquiry
    ) async throws(Refusal) -> [[ForeignSpan]]? {
        guard let analyzer = inquiry.activeSet.analyzer else { return nil }
        do throws(RemoteAnalyzerError) {
            let spans = try await RemoteInspection.spans(of: request, from: analyzer)
            metrics.analyzed("ok")
            return spans
        } catch {
            metrics.analyzed(error.kind.rawValue)
            // While the circuit is open each request fails, which is counted; what opened it was told.
            if error.kind != .circuitOpen {
                logger.warning("analyzer failed", metadata: ["request": "\(inquiry.id)", "failure": "\(error)"])
            }
            throw RemoteInspection.refusal(for: error)
        }
    }

    /// Longer names of models are none.
    private static let longestModelName = 1_024

    /// The candidates for the model asked for.
    private func resolve(_ request: InferenceRequest, _ inquiry: Inquiry) throws -> ResolvedAlias {
        guard let alias = inquiry.activeSet.routing.resolve(request.model) else {
            throw Self.unknownModel(request.model)
        }
        guard alias.alias != alias.model else { return alias }
        // Under a wildcard the caller makes the name up, and it goes to the provider and into the ledger as it is: so it is a
        // name and nothing else.
        var name = request.model.rawValue
        let isName =
            name.utf8.count <= Self.longestModelName
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || ".-_:/@+".utf8.contains(byte)
            } && !name.split(separator: "/").contains { $0.allSatisfy { $0 == "." } }
        guard isName,
            try name.withUTF8({ try inquiry.activeSet.privacy.inspect(text: UnsafeRawBufferPointer($0)).isEmpty })
        else {
            throw Refusal(
                RequestError(.modelNotFound, "the name of the model is none that can be passed on", param: "model"))
        }
        return alias
    }

    /// Whether the caller's credentials may be used for this model at all, whatever the policies say.
    private func admit(_ request: InferenceRequest, _ findings: Findings, _ inquiry: Inquiry) throws(Refusal) {
        guard let models = inquiry.principal.models, !models.allows(request.model) else { return }
        deny(request, findings, inquiry, .credential, status: 403, [])
        throw Refusal(
            RequestError(
                .forbidden, "this credential may not be used for the model `\(request.model.printable)`", param: "model"
            ))
    }

    /// 6. Asks whether this principal may send these data classes to these models, and in which form. The result has a
    /// place for each candidate.
    private func authorise(
        _ request: InferenceRequest, _ findings: Findings, _ alias: ResolvedAlias, _ inquiry: Inquiry
    ) throws(Refusal) -> [Permitted?] {
        let began = Clock.monotone()
        // What nobody may send needs no policy's word.
        let blocked = inquiry.activeSet.privacy.blocked(findings)
        guard blocked.isEmpty else {
            inquiry.stages.authorise = Clock.microseconds(since: began)
            deny(request, findings, inquiry, .blocked, status: 403, [])
            let classes = blocked.map { "`\($0)`" }.joined(separator: ", ")
            throw Refusal(RequestError(.forbidden, "the request holds data that may not be sent: \(classes)"))
        }
        let question = inquiry.activeSet.access.question(
            requestID: inquiry.id, principal: inquiry.principal, operation: request.operation,
            dialect: request.dialect, data: findings.summary, tools: request.tools,
            estimatedTokens: request.estimatedInputTokens,
            purpose: inquiry.purpose?.rawValue,
            clientAddress: inquiry.exchange.clientAddress, now: Clock.epochSeconds())
        var considered: [LedgerEntry.Considered] = []
        var permits: [Permitted?] = []
        var failed = false
        var otherOperation = 0
        var refusedTool: String?
        for candidate in alias.candidates {
            if let only = inquiry.onlyCandidate, only != candidate.destination {
                permits.append(nil)
                continue
            }
            guard let provider = inquiry.activeSet.providers[candidate.destination.provider] else {
                permits.append(nil)
                continue
            }
            guard let operation = provider.operation(for: request.operation) else {
                otherOperation += 1
                permits.append(nil)
                continue
            }
            switch inquiry.activeSet.access.decide(question, for: provider.candidate(candidate, of: alias)) {
            case .permit(let permit):
                permits.append(
                    Permitted(
                        permit: permit, provider: provider, operation: operation,
                        maximumOutput: candidate.maximumOutput))
                considered.append(
                    LedgerEntry.Considered(
                        destination: permit.destination, form: permit.form, policies: permit.policies))
            case .denial(let denial):
                permits.append(nil)
                failed = failed || denial.hadErrors
                refusedTool = refusedTool ?? denial.tool
                if denial.hadErrors {
                    logger.error(
                        "a policy failed, which denies",
                        metadata: [
                            "request": "\(inquiry.id)", "policies": "\(denial.policies)", "faults": "\(denial.faults)",
                        ])
                }
                considered.append(LedgerEntry.Considered(destination: denial.destination, policies: denial.policies))
            }
        }
        inquiry.stages.authorise = Clock.microseconds(since: began)
        if permits.contains(where: { $0 != nil }) {
            inquiry.considered = considered
            return permits
        }
        if considered.isEmpty {
            guard otherOperation > 0 else { throw Self.unknownModel(request.model) }
            throw Refusal(
                RequestError(
                    .invalidRequest,
                    "the model `\(request.model)` is served by a provider that knows no `\(request.operation.rawValue)`",
                    param: "model"))
        }
        let policies = Set(considered.flatMap(\.policies)).sorted()
        // The caller's own word, but what it means to the caller's terminal is not ours to try.
        let tool = refusedTool.map { " with the tool `\(ModelID($0).printable)`" } ?? ""
        deny(request, findings, inquiry, failed ? .policyError : .policy, status: 403, considered)
        throw Refusal(
            RequestError(
                .forbidden,
                policies.isEmpty
                    ? "no policy permits this request to be sent to `\(request.model)`"
                    : inquiry.activeSet.access.refusal(
                        "policy forbids this request to be sent to `\(request.model)`\(tool)", policies)
            ))
    }

    /// 7. Takes from the limits on requests; those on tokens, money and places are asked for each attempt (`takeRoom`).
    private func reserve(
        _ request: InferenceRequest, _ findings: Findings, _ alias: ResolvedAlias, _ inquiry: Inquiry
    ) throws(Refusal) {
        let decision = running.withLock {
            $0.limiter.reserve(for: inquiry.principal, model: alias.alias, now: Clock.monotone())
        }
        switch decision {
        case .reserved(let reservation):
            if let limit = reservation.limit, let remaining = reservation.remaining {
                inquiry.headers += RateLimitHeaders.fields(
                    .requests, limit: limit, remaining: remaining, resetMilliseconds: reservation.fullAfterMilliseconds,
                    in: request.dialect, now: Clock.epochSeconds())
            }
        case .exceeded(let exceeded):
            let milliseconds = exceeded.retryAfterMilliseconds
            if ledger.admitsLimitDenial() { deny(request, findings, inquiry, .limit, status: 429, inquiry.considered) }
            throw Refusal(
                RequestError(
                    .rateLimited,
                    "rate limit of \(exceeded.rate.perMinute) requests a minute reached for \(exceeded.limit)"),
                headers: [
                    ("retry-after", String((milliseconds + 999) / 1_000)), ("retry-after-ms", String(milliseconds)),
                ]
                    + RateLimitHeaders.fields(
                        .requests, limit: exceeded.rate.perMinute, remaining: 0, resetMilliseconds: milliseconds,
                        in: request.dialect, now: Clock.epochSeconds()))
        }
    }

    /// A request as it may leave, and what follows from all of its bytes.
    struct Treated: Sendable {
        let request: TreatedRequest
        /// The SHA-256 of its body, where the provider wants that signed.
        let digest: Digest32?
        /// What the ledger keeps of the body, and what the vault does.
        let commitment: Keeping.Commitment
        /// What is taken out of the answer.
        let rules: AnswerRules?
        /// What leaves in which form, and whose.
        let exposure: Exposure
        /// How the answer comes back to the caller's dialect; `nil` where it is the provider's.
        let translation: AnswerTranslation?
        /// What could not be said in the provider's dialect, and changes no answer.
        let losses: [String]
        /// Under which name its answer is kept; `nil` where it is not.
        let cacheName: CacheName?
    }

    /// 9. Makes the permitted form for that destination, in the destination's dialect.
    private func treat(
        _ request: InferenceRequest, _ findings: Findings, _ permitted: Permitted, attempt: Int, isOnlyOne: Bool,
        _ inquiry: Inquiry
    ) async throws -> Treated {
        let (permit, privacy, id) = (permitted.permit, inquiry.activeSet.privacy, inquiry.id)
        let (asksForUsage, isSigned) = (permitted.provider.asksForStreamUsage, permitted.provider.signsBodies)
        let translation = AnswerTranslation(request, to: permitted.operation, id)
        let target = TranslationTarget(
            model: permit.destination.model, maximumOutput: permitted.maximumOutput, asksForStreamUsage: asksForUsage,
            limitsCompletionTokens: permitted.provider.limitsCompletionTokens, isStreaming: request.isStreaming)
        let tenantKey = try inquiry.activeSet.tenantKey(tenant: inquiry.principal.tenant)
        let keeping = keeping(request, permit, attempt: attempt, inquiry)
        let caching = caching(request, permitted, keeping, inquiry)
        let began = Clock.monotone()
        defer { inquiry.stages.treat = Clock.microseconds(since: began) }
        return try await treating(request, findings, isOnlyOne: isOnlyOne, inquiry) {
            var losses: [String] = []
            let treated: TreatedRequest
            if let translation {
                treated = try privacy.treat(
                    request, findings: findings, requestID: id, form: permit.form, destination: permit.destination,
                    tenantKey: tenantKey
                ) { body in
                    let translated = try translation.request(body, to: target)
                    losses = translated.losses
                    return translated.body
                }
            } else {
                treated = try privacy.treat(
                    request, findings: findings, requestID: id, form: permit.form, destination: permit.destination,
                    tenantKey: tenantKey,
                    edits: ProviderRequest.edits(
                        for: request, model: permit.destination.model, needsUsage: asksForUsage))
            }
            return Treated(
                request: treated, digest: isSigned ? SHA256.hash(treated.body) : nil,
                commitment: try keeping.seal(treated.body, of: request),
                rules: AnswerRules(
                    engine: privacy, request: request, findings: findings, restoration: treated.restoration),
                exposure: try privacy.exposure(
                    of: request, findings: findings, treated: treated, key: tenantKey.fingerprints,
                    limit: LedgerSchema.fingerprintsOfAttempt),
                translation: translation, losses: losses, cacheName: caching?.name(of: treated.body))
        }
    }

    /// Does the work; what the caller has to mend is a denial, so that it is not sent again as it is. Beside another attempt, which may
    /// answer, nothing is denied.
    private func treating(
        _ request: InferenceRequest, _ findings: Findings, isOnlyOne: Bool, _ inquiry: Inquiry,
        _ work: @escaping @Sendable () throws -> Treated
    ) async throws -> Treated {
        do {
            return try await self.work(inquiry, .begun, work)
        } catch let error as TreatmentError {
            let reason: LedgerEntry.DenialReason
            switch error {
            case .ambiguousNames: reason = .ambiguousNames
            case .tooManyValues: reason = .tooManyValues
            case .foreignFindings, .overlappingEdits, .surrogatesExhausted, .blocked: throw error
            }
            if isOnlyOne { deny(request, findings, inquiry, reason, status: 422, inquiry.considered) }
            throw Refusal(RequestError(.unprocessable, "\(error)"))
        }
    }

    /// 10. Records the intent; returns once it is durable.
    private func record(
        _ request: InferenceRequest, _ findings: Findings, _ permitted: Permitted, _ treated: Treated,
        attempt: Int, _ inquiry: Inquiry
    ) async throws(Refusal) -> IntentReceipt {
        let permit = permitted.permit
        let intent = LedgerEntry.Intent(
            time: LedgerTime(milliseconds: Clock.epochMilliseconds()), asked: asked(request, findings, inquiry),
            destination: permit.destination, region: permitted.provider.region,
            isInternal: permitted.provider.isInternal, form: permit.form, policies: permit.policies,
            considered: inquiry.considered,
            exposure: treated.exposure, isSealed: treated.commitment.sealed != nil,
            commitment: treated.commitment.digest, attempt: attempt, choice: inquiry.choice)
        do {
            let receipt = try await ledger.record(intent, on: inquiry.exchange.loop)
            inquiry.isRecorded = true
            if ledgerIsDown.load(ordering: .relaxed) { ledgerIsDown.store(false, ordering: .relaxed) }
            return receipt
        } catch let error as LedgerEntryTooLong {
            throw unrecordable(error, inquiry)
        } catch {
            // Once, not for each request that it stops: those are counted, and `/readyz` says it as long as it lasts.
            if !ledgerIsDown.exchange(true, ordering: .relaxed) {
                logger.critical("the ledger can't be written, nothing is sent", metadata: ["error": "\(error)"])
            }
            throw Refusal(RequestError(.unavailable, "the ledger can't be written, so nothing is sent"))
        }
    }

    static func unknownModel(_ model: ModelID) -> Refusal {
        Refusal(
            RequestError(
                .modelNotFound, "The model `\(model.printable)` does not exist or you do not have access to it.",
                param: "model"))
    }
}
