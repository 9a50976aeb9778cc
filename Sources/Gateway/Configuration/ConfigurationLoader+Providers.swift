internal import Inference
internal import Suggestions
internal import Upstream

/// A provider, and where the configuration names it.
struct ReadProvider {
    let settings: ProviderSettings
    let field: ConfigurationField
}

extension ConfigurationLoader {
    private enum Condition: String, CaseIterable {
        case always
        case keyPresent = "key_present"
    }

    private enum HTTPVersion: String, CaseIterable {
        case automatic = "auto"
        case http1 = "1.1"
    }

    static func providers(_ section: ConfigurationSection) -> [ReadProvider] {
        section.named.compactMap { field in
            guard ConfigurationField.isWord(field.key) else {
                field.reportKey("`\(field.key)`: expected a name of letters, digits, `_`, `-` and `.` for a provider")
                return nil
            }
            return provider(field, field.section).map { ReadProvider(settings: $0, field: field) }
        }
    }

    private static func provider(_ field: ConfigurationField, _ section: ConfigurationSection) -> ProviderSettings? {
        let kinds = Spelling.alternatives(ProviderSettings.Kind.allCases.map(\.rawValue))
        guard let kind = section.required("kind", kinds)?.choice(ProviderSettings.Kind.self) else { return nil }
        let trust = section.field("trust")?.choice(ProviderSettings.Trust.self) ?? .external
        let region = section.field("region")?.word("a word")
        let retention = section.field("retention")?.word("a word")
        let groups = section.field("groups")?.elements(of: "names")?.compactMap { $0.word("a name") } ?? []
        guard kind != .demo else {
            section.finish()
            return ProviderSettings(
                id: ProviderID(field.key), kind: kind, trust: trust, region: region, retention: retention,
                groups: groups,
                isRoutable: true, baseURL: "", apiKey: nil, asksForStreamUsage: false, servesResponses: true,
                apiVersion: nil, awsCredentials: nil, allowsPlaintext: false, tls: UpstreamTLS(),
                timeouts: UpstreamTimeouts(), httpVersion: .automatic, proxy: nil)
        }
        let aws = kind == .bedrock ? bedrock(field, section, region: region) : nil
        let (apiKey, isRoutable) = aws.map { ($0.apiKey, $0.isRoutable) } ?? apiKey(field, section)
        let asksForStreamUsage = section.field("stream_usage")?.bool() ?? true
        let servesResponses = kind == .openAI && section.field("responses")?.bool() ?? true
        let apiVersion = kind == .azure ? section.field("api_version")?.word("a version") ?? usualAzureVersion : nil
        if kind == .azure, section.required("base_url", "an address such as `https://NAME.openai.azure.com`") == nil {
            section.finish()
            return nil
        }
        let connection = connection(section, kind: kind, awsRegion: aws?.region)
        section.finish()
        guard let connection else { return nil }
        let settings = ProviderSettings(
            id: ProviderID(field.key), kind: kind, trust: trust, region: region, retention: retention, groups: groups,
            isRoutable: isRoutable, baseURL: connection.baseURL, apiKey: apiKey, asksForStreamUsage: asksForStreamUsage,
            servesResponses: servesResponses, apiVersion: apiVersion, awsCredentials: aws?.credentials,
            allowsPlaintext: connection.allowsPlaintext,
            tls: connection.tls, timeouts: connection.timeouts,
            httpVersion: connection.httpVersion, proxy: connection.proxy)
        // The endpoint itself is the judge of addresses, so that there is one opinion about what is safe.
        do throws(UpstreamEndpointError) {
            _ = try settings.endpoint(url: settings.baseURL, headers: [])
        } catch {
            connection.place.report(error.problem)
        }
        return settings
    }

    /// The last version of Azure's API that is no preview and has deployments in its paths.
    private static let usualAzureVersion = "2024-10-21"

    static func apiKey(
        _ field: ConfigurationField, _ section: ConfigurationSection
    ) -> (Secret?, isRoutable: Bool) {
        guard let key = section.field("api_key") else {
            if let condition = section.field("when"), condition.choice(Condition.self) == .keyPresent {
                condition.report("`key_present` needs `api_key`")
            }
            return (nil, true)
        }
        let (secrets, isRoutable) = present([key], field, section)
        return (secrets.first, isRoutable)
    }

    /// The secrets, all or none, and whether the provider's models can be had. One that is absent is an error, or with
    /// `when: key_present` a reason to go without the provider.
    static func present(
        _ keys: [ConfigurationField], _ field: ConfigurationField, _ section: ConfigurationSection
    ) -> (secrets: [Secret], isRoutable: Bool) {
        let waitsForKey = section.field("when")?.choice(Condition.self) == .keyPresent
        var secrets: [Secret] = []
        for key in keys {
            switch key.secret() {
            case .present(let secret): secrets.append(secret)
            case .absent(let reason):
                if waitsForKey {
                    field.reading.note("provider `\(field.key)`: \(reason), so its models are not routable")
                } else {
                    key.report("\(reason); set it, or say `when: key_present` to go without this provider")
                }
                return ([], false)
            case nil: return ([], false)
            }
        }
        return (secrets, true)
    }

    private struct Connection {
        let place: ConfigurationField
        let baseURL: String
        let allowsPlaintext: Bool
        let tls: UpstreamTLS
        let timeouts: UpstreamTimeouts
        let httpVersion: UpstreamEndpoint.HTTPVersion
        let proxy: UpstreamProxy?
    }

    private static func usualAddress(of kind: ProviderSettings.Kind, awsRegion: String?) -> String {
        switch kind {
        case .anthropic: "https://api.anthropic.com"
        case .bedrock: "https://bedrock-runtime.\(awsRegion ?? "us-east-1").amazonaws.com"
        case .gemini: "https://generativelanguage.googleapis.com/v1beta"
        default: "https://api.openai.com/v1"
        }
    }

    private static func connection(
        _ section: ConfigurationSection, kind: ProviderSettings.Kind, awsRegion: String?
    ) -> Connection? {
        let address = section.field("base_url")
        var baseURL = usualAddress(of: kind, awsRegion: awsRegion)
        if let address {
            guard let text = address.string("an address such as `\(baseURL)`") else { return nil }
            baseURL = text
            if text.contains("?") {
                address.report("expected an address without a query")
                return nil
            }
        }
        let allowsPlaintext = section.field("plaintext")?.bool() ?? false
        let tls = tls(provider: section)
        let timeouts = timeouts(section)
        let version = section.field("http_version")?.choice(HTTPVersion.self) ?? .automatic
        let proxy = proxy(section)
        // Without `base_url` the address is ours and right; what is wrong then (a proxy, say) is told at `kind`.
        guard let place = address ?? section.field("kind") else { return nil }
        return Connection(
            place: place, baseURL: baseURL, allowsPlaintext: allowsPlaintext, tls: tls, timeouts: timeouts,
            httpVersion: version == .http1 ? .http1 : .automatic, proxy: proxy)
    }

    /// How a connection of ours is protected: `ca_file`, `client_certificate`, `pinned_public_key`.
    static func tls(provider section: ConfigurationSection) -> UpstreamTLS {
        let authorities = section.field("ca_file")?.path()
        var certificate: UpstreamTLS.ClientCertificate?
        if let field = section.field("client_certificate") {
            let files = field.section
            let chain = files.required("chain", "the path of a PEM file")?.path()
            let key = files.required("key", "the path of a PEM file")?.path()
            files.finish()
            if let chain, let key { certificate = UpstreamTLS.ClientCertificate(certificate: chain, key: key) }
        }
        let pin = section.field("pinned_public_key")
        let pins = pin?.string("`sha256//` and 44 base64 characters").map { [$0] } ?? []
        do throws(UpstreamEndpointError) {
            return try UpstreamTLS(authorities: authorities, clientCertificate: certificate, pinnedPublicKeys: pins)
        } catch {
            pin?.report(error.problem)
            return UpstreamTLS()
        }
    }

    private static func timeouts(_ section: ConfigurationSection) -> UpstreamTimeouts {
        let usual = UpstreamTimeouts()
        let day = 86_400_000
        return UpstreamTimeouts(
            connect: section.field("connect_timeout")?.milliseconds(in: 10...300_000) ?? usual.connect,
            firstByte: section.field("first_byte_timeout")?.milliseconds(in: 10...day) ?? usual.firstByte,
            idle: section.field("idle_timeout")?.milliseconds(in: 10...day) ?? usual.idle,
            total: section.field("total_timeout")?.milliseconds(in: 10...day) ?? usual.total)
    }

    private static func proxy(_ section: ConfigurationSection) -> UpstreamProxy? {
        guard let field = section.field("proxy"), let address = field.string("an address such as `http://proxy:3128`")
        else { return nil }
        do throws(UpstreamEndpointError) {
            return try UpstreamProxy(address)
        } catch {
            field.report(error.problem)
            return nil
        }
    }
}
