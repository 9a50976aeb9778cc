public import Inference
public import Upstream

/// A provider of models, as `sallyport.yaml` describes it.
public struct ProviderSettings: Sendable {
    /// What it speaks.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The built-in model that repeats what it received.
        case demo
        /// OpenAI's API, which many servers speak.
        case openAI = "openai"
        /// Anthropic's API.
        case anthropic
        /// OpenAI's API as Azure has it: a path for each deployment, and a version.
        case azure
        /// Amazon Bedrock's runtime: a path for each model, and signed requests.
        case bedrock
        /// Google's Gemini API.
        case gemini
    }

    /// Whose machines it runs on.
    public enum Trust: String, Hashable, Sendable, CaseIterable {
        /// Ours.
        case `internal`
        /// Someone else's.
        case external
    }

    /// Its name.
    public let id: ProviderID
    /// What it speaks.
    public let kind: Kind
    /// Whose machines it runs on; policies speak of this.
    public let trust: Trust
    /// Where they stand, such as `eu`; policies speak of this.
    public let region: String?
    /// How long it keeps what it is sent, such as `none` or `30d`; policies speak of this.
    public let retention: String?
    /// The groups it and its models are in, for policies (`resource in Group::"…"`).
    public let groups: [String]
    /// Whether its models can be had: `false` where it waits for a key that is not there.
    public let isRoutable: Bool
    /// Its API's address as a person writes it, with or without `/v1`; empty for `demo`.
    public let baseURL: String
    /// Its key; `nil` for none.
    public let apiKey: Secret?
    /// Whether streams are asked for usage figures in the provider's way (`stream_options.include_usage`).
    public let asksForStreamUsage: Bool
    /// Whether it serves `/responses`, which not every server of OpenAI's API does; where it does not, such requests are translated.
    public let servesResponses: Bool
    /// Which version of its API is spoken; `nil` where the address says it.
    public let apiVersion: String?
    /// By what its requests are signed; `nil` where a key or nothing is sent.
    public let awsCredentials: AWSCredentials?
    /// Whether `http://` is allowed.
    public let allowsPlaintext: Bool
    /// How the connection is protected.
    public let tls: UpstreamTLS
    /// How long everything may take.
    public let timeouts: UpstreamTimeouts
    /// Which HTTP is spoken.
    public let httpVersion: UpstreamEndpoint.HTTPVersion
    /// The proxy to go through; `nil` for none.
    public let proxy: UpstreamProxy?

    /// The dialect it speaks; `nil` for `demo`, which speaks each.
    public var dialect: Dialect? {
        switch kind {
        case .demo: nil
        case .openAI, .azure: .openAI
        case .anthropic: .anthropic
        case .bedrock: .bedrock
        case .gemini: .gemini
        }
    }

    /// An endpoint at this provider, for a whole URL that begins with `baseURL`.
    public func endpoint(url: String, headers: [UpstreamHeader]) throws(UpstreamEndpointError) -> UpstreamEndpoint {
        try UpstreamEndpoint(
            provider: id, url: url, headers: headers, plaintext: allowsPlaintext, tls: tls, timeouts: timeouts,
            httpVersion: httpVersion, proxy: proxy)
    }
}

/// An access key of AWS, and the region it is used in.
public struct AWSCredentials: Sendable {
    /// The key's name.
    public let accessKeyID: Secret
    /// The key.
    public let secretAccessKey: Secret
    /// What comes with keys that are lent for a time.
    public let sessionToken: Secret?
    /// The region, as AWS calls it: `eu-central-1`.
    public let region: String
}
