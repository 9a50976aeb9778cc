import Inference
import Testing

@testable import Gateway

/// Who we are at Bedrock: an API key, or an access key by which requests are signed.
struct BedrockProviderTests {
    private static let keys = "access_key: { env: ID }, secret_key: { env: SECRET }"

    private func fixture(_ settings: String, _ environment: [String: String] = [:]) -> ConfigurationFixture {
        var fixture = ConfigurationFixture(
            "sallyport.yaml", ConfigurationFixture.main + "  rock: { kind: bedrock, \(settings) }\n")
        fixture.environment.merge(environment) { _, new in new }
        return fixture
    }

    @Test func `the address follows from the region, which is also the one of the signature`() throws {
        let environment = ["ID": "AKIA1", "SECRET": "s/1", "TOKEN": "t"]
        let configuration = try fixture(
            "region: eu-central-1, \(Self.keys), session_token: { env: TOKEN }", environment
        ).load()
        let provider = try #require(configuration.provider(ProviderID("rock")))
        #expect(provider.baseURL == "https://bedrock-runtime.eu-central-1.amazonaws.com")
        #expect(provider.dialect == .bedrock && provider.region == "eu-central-1" && provider.apiKey == nil)
        let credentials = try #require(provider.awsCredentials)
        #expect(credentials.region == "eu-central-1" && credentials.accessKeyID.reveal() == "AKIA1")
        #expect(credentials.secretAccessKey.reveal() == "s/1" && credentials.sessionToken?.reveal() == "t")
        #expect(!"\(credentials)".contains("s/1"))
    }

    @Test func `policies may have another word for the region than AWS`() throws {
        let configuration = try fixture("region: eu, aws_region: eu-west-3, \(Self.keys)", ["ID": "A", "SECRET": "s"])
            .load()
        let provider = try #require(configuration.provider(ProviderID("rock")))
        #expect(provider.region == "eu" && provider.awsCredentials?.region == "eu-west-3")
        #expect(provider.baseURL == "https://bedrock-runtime.eu-west-3.amazonaws.com")
    }

    @Test func `an API key is sent as it is`() throws {
        let configuration = try fixture("region: us-east-1, api_key: { env: KEY }", ["KEY": "k"]).load()
        let provider = try #require(configuration.provider(ProviderID("rock")))
        #expect(provider.apiKey?.reveal() == "k" && provider.awsCredentials == nil)
    }

    @Test func `without its keys a provider may be left out`() throws {
        let configuration = try fixture("region: us-east-1, \(Self.keys), when: key_present", ["ID": "A"]).load()
        #expect(configuration.provider(ProviderID("rock"))?.isRoutable == false)
        #expect(
            configuration.notes == [
                "provider `rock`: environment variable `SECRET` is not set, so its models are not routable"
            ])
    }

    @Test func `who has an address of its own may sign there`() throws {
        let configuration = try fixture("region: us-east-1, base_url: https://signer.example", [:]).load()
        #expect(configuration.provider(ProviderID("rock"))?.isRoutable == true)
    }

    @Test(arguments: [
        (keys, "expected `region` or `aws_region`, such as `eu-central-1`"),
        ("region: r, access_key: { env: ID }", "`access_key` and `secret_key` go together"),
        ("region: r, session_token: { env: ID }", "`access_key` and `secret_key` go together"),
        ("region: r, \(keys), api_key: { env: ID }", "expected either `api_key` or an access key, not both"),
        ("region: r, access_key: { env: ID }, secret_key: { env: NONE }", "environment variable `NONE` is not set"),
        (
            "region: r",
            "7:9: `providers.rock`: expected `api_key` (a Bedrock API key), or `access_key` and `secret_key`"
        ),
        (
            "region: r, base_url: https://bedrock-runtime.eu-central-1.amazonaws.com",
            "expected `api_key` (a Bedrock API key)"
        ),
        ("region: r, \(keys), secret_kee: { env: ID }", "unknown key `secret_kee`"),
    ])
    func `a mistake is told`(settings: String, message: String) {
        #expect(fixture(settings, ["ID": "A", "SECRET": "s"]).errors.contains(message))
    }
}
