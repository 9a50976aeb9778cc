import Access
import Cryptography
import Dialects
import Identity
import Inference
import NIOHTTP1
import Routing
import Synchronization
import Upstream

/// A provider made ready: its endpoints, and its models as policies see them.
final class Provider: Sendable {
    private struct EndpointName: Hashable {
        let operation: Operation
        let isStreaming: Bool
        let asksForBeta: Bool
    }

    private struct CandidateName: Hashable {
        let alias: ModelID
        let destination: Destination
    }

    /// Names that callers make up under a wildcard alias must not fill the memory.
    private static let keptCandidates = 1024

    private let settings: ProviderSettings
    private let endpoints: [EndpointName: UpstreamEndpoint]
    private let signature: AWSSignatureV4?
    private let deployments = Mutex<[DeploymentName: UpstreamEndpoint]>([:])
    private let candidates = Mutex<[CandidateName: Candidate]>([:])

    /// Prepares every endpoint that requests may need.
    init(_ settings: ProviderSettings) throws(UpstreamEndpointError) {
        self.settings = settings
        limitsCompletionTokens = settings.kind == .azure || settings.baseURL.contains("://api.openai.com")
        signature = settings.awsCredentials.map {
            AWSSignatureV4(
                accessKeyID: $0.accessKeyID.reveal(), secretAccessKey: $0.secretAccessKey.reveal(), region: $0.region,
                service: "bedrock")
        }
        guard let dialect = settings.dialect, !Self.hasModelInPath(settings.kind) else {
            endpoints = [:]
            return
        }
        var endpoints: [EndpointName: UpstreamEndpoint] = [:]
        for operation in Operation.allCases where operation.dialect == dialect {
            for asksForBeta in dialect == .anthropic ? [false, true] : [false] {
                for isStreaming in [false, true] {
                    let name = EndpointName(operation: operation, isStreaming: isStreaming, asksForBeta: asksForBeta)
                    let fields = ProviderRequest.headers(
                        in: dialect, key: settings.apiKey?.reveal(), isStreaming: isStreaming)
                    let url = ProviderRequest.url(base: settings.baseURL, for: operation, asksForBeta: asksForBeta)
                    endpoints[name] = try settings.endpoint(
                        url: url,
                        headers: fields.filter { !Self.perRequest.contains($0.name) }
                            .compactMap { UpstreamHeader($0.name, $0.value) })
                }
            }
        }
        self.endpoints = endpoints
    }

    /// Fields that depend on what the caller sent.
    private static let perRequest: Set<String> = ["anthropic-version", "anthropic-beta"]

    /// What it speaks.
    var kind: ProviderSettings.Kind { settings.kind }
    /// Where it computes, where that is known.
    var region: String? { settings.region }
    /// What tells it from other providers, and from the same name at another address.
    var identity: [String] {
        [settings.id.rawValue, settings.kind.rawValue, settings.baseURL, settings.apiVersion ?? "", region ?? ""]
    }
    /// Whether it wants a signature over each request's body. What that takes of a large body is no event loop's work.
    var signsBodies: Bool { signature != nil }
    /// Whether it is our own.
    var isInternal: Bool { settings.trust == .internal }
    /// Whether streams are asked for usage figures in the provider's way.
    var asksForStreamUsage: Bool { settings.asksForStreamUsage }
    /// Whether an answer's limit is `max_completion_tokens` for it: OpenAI's own models insist on that, others may not know it.
    let limitsCompletionTokens: Bool
    /// Whether it speaks a dialect itself; the demonstration model speaks each.
    func speaks(_ dialect: Dialect) -> Bool { settings.dialect == nil || settings.dialect == dialect }
    /// What it is asked where a caller asks for this: the same in its own dialect, or what that can be translated to; `nil` where it can't
    /// be.
    func operation(for operation: Operation) -> Operation? {
        guard let dialect = settings.dialect else { return operation == .responses ? .chat : operation }
        if dialect == operation.dialect, operation != .responses || settings.servesResponses { return operation }
        return Translation.counterpart(of: operation, in: dialect)
    }

    /// A candidate as policies see it.
    func candidate(_ candidate: RouteCandidate, of alias: ResolvedAlias) -> Candidate {
        let name = CandidateName(alias: alias.alias, destination: candidate.destination)
        return candidates.withLock { kept in
            if let known = kept[name] { return known }
            if kept.count >= Self.keptCandidates { kept.removeAll(keepingCapacity: true) }
            let made = Candidate(
                alias: alias.alias, destination: candidate.destination,
                trust: settings.kind == .demo ? "demo" : settings.trust.rawValue, region: settings.region,
                retention: settings.retention, isInternal: isInternal, groups: settings.groups)
            kept[name] = made
            return made
        }
    }

    private struct DeploymentName: Hashable {
        let operation: Operation
        let isStreaming: Bool
        let model: String
    }

    /// Whether each deployment, each model has a path of its own.
    private static func hasModelInPath(_ kind: ProviderSettings.Kind) -> Bool {
        switch kind {
        case .azure, .bedrock, .gemini: true
        case .demo, .openAI, .anthropic: false
        }
    }

    private func url(of model: String, _ operation: Operation, isStreaming: Bool) -> String? {
        switch settings.kind {
        case .azure:
            ProviderRequest.azureURL(
                base: settings.baseURL, for: operation, deployment: model, apiVersion: settings.apiVersion ?? "")
        case .gemini:
            ProviderRequest.geminiURL(
                base: settings.baseURL, for: operation, model: model, isStreaming: isStreaming)
        default: ProviderRequest.bedrockURL(base: settings.baseURL, model: model, isStreaming: isStreaming)
        }
    }

    /// An endpoint of a provider that has the model in its paths.
    private func deployment(
        _ model: String, _ operation: Operation, isStreaming: Bool
    ) throws(UpstreamFailure) -> UpstreamEndpoint {
        let name = DeploymentName(operation: operation, isStreaming: isStreaming, model: model)
        if let known = deployments.withLock({ $0[name] }) { return known }
        let isAzure = settings.kind == .azure
        guard let url = url(of: model, operation, isStreaming: isStreaming) else {
            throw UpstreamFailure(kind: .internal, message: "the model's name can't stand in a path")
        }
        let key = settings.apiKey?.reveal()
        var headers = ProviderRequest.headers(
            in: settings.dialect ?? .openAI, key: isAzure ? nil : key, isStreaming: isStreaming)
        if isAzure, let key { headers.append(("api-key", key)) }
        do throws(UpstreamEndpointError) {
            let made = try settings.endpoint(
                url: url, headers: headers.compactMap { UpstreamHeader($0.name, $0.value) })
            deployments.withLock { kept in
                if kept.count >= Self.keptCandidates { kept.removeAll(keepingCapacity: true) }
                kept[name] = made
            }
            return made
        } catch {
            throw UpstreamFailure(kind: .internal, message: error.problem)
        }
    }

    /// Where a request goes, and what it adds to the endpoint's own fields; `digest` is its body's, where that is signed.
    func call(
        _ operation: Operation, of model: String, _ request: InferenceRequest, _ head: HTTPRequestHead,
        digest: Digest32?
    ) throws(UpstreamFailure) -> (endpoint: UpstreamEndpoint, headers: [UpstreamHeader]) {
        if Self.hasModelInPath(settings.kind) {
            let endpoint = try deployment(model, operation, isStreaming: request.isStreaming)
            return (endpoint, sign(digest, for: endpoint))
        }
        let isOwn = operation == request.operation
        let asksForBeta = isOwn && operation.dialect == .anthropic && head.uri.hasSuffix("?beta=true")
        let name = EndpointName(
            operation: operation, isStreaming: request.isStreaming, asksForBeta: asksForBeta)
        guard let endpoint = endpoints[name] else {
            throw UpstreamFailure(
                kind: .internal, message: "the provider has no endpoint for \(operation.rawValue)")
        }
        guard operation.dialect == .anthropic else { return (endpoint, []) }
        // A caller of another dialect knows nothing of versions: its request is written for the usual one.
        let caller =
            !isOwn
            ? CallerHeaders()
            : CallerHeaders(
                anthropicVersion: head.headers.first(name: "anthropic-version"),
                anthropicBeta: head.headers.contains(name: "anthropic-beta")
                    ? head.headers["anthropic-beta"].joined(separator: ",") : nil,
                asksForBeta: asksForBeta)
        let fields = ProviderRequest.headers(in: .anthropic, key: nil, isStreaming: request.isStreaming, caller: caller)
        return (
            endpoint,
            fields.filter { Self.perRequest.contains($0.name) }.compactMap { UpstreamHeader($0.name, $0.value) }
        )
    }
    /// What proves to AWS who asks: an access key's signature over the path, the body and the time.
    private func sign(_ digest: Digest32?, for endpoint: UpstreamEndpoint) -> [UpstreamHeader] {
        guard let signature, let digest else { return [] }
        let date = Timestamp.text(Clock.epochSeconds()).filter { $0 != "-" && $0 != ":" }
        var added = [(name: "x-amz-date", value: date)]
        if let token = settings.awsCredentials?.sessionToken?.reveal() { added.append(("x-amz-security-token", token)) }
        let signed = [(name: "host", value: endpoint.hostField), (name: "content-type", value: "application/json")]
        let authorization = signature.authorization(
            of: .init(
                method: "POST", path: endpoint.path, headers: signed + added, bodyDigest: digest),
            date: date)
        return (added + [("authorization", authorization)]).compactMap { UpstreamHeader($0.name, $0.value) }
    }
}
