@testable import Gateway

/// A configuration in memory: files by path, and an environment.
struct ConfigurationFixture {
    static let main = """
        tls:
          certificates:
            - { chain: certs/server.pem, key: certs/server.key }
        providers:
          demo: { kind: demo }
          openai: { kind: openai, api_key: { env: OPENAI_API_KEY } }

        """

    var files: [String: String] = [
        "etc/sallyport.yaml": main,
        "etc/policies/access.cedar": "permit (principal, action, resource);",
        "etc/policies/models.yaml": "aliases:\n  demo: { candidates: [{ provider: demo, model: demo }] }\n",
        "etc/policies/limits.yaml": "",
        "etc/policies/privacy.yaml": "",
        "etc/policies/principals.yaml": "",
    ]
    var environment = ["OPENAI_API_KEY": "sk-test"]

    /// The usual files, with one replaced.
    init(_ file: String = "sallyport.yaml", _ text: String? = nil) {
        if let text { files["etc/" + file] = text }
    }

    func load() throws(ConfigurationErrors) -> GatewayConfiguration {
        let files = files
        return try ConfigurationLoader.load(path: "etc/sallyport.yaml", environment: environment) {
            path throws(ConfigurationFileError) in
            guard let text = files[path] else { throw ConfigurationFileError(reason: "no such file or directory") }
            return Array(text.utf8)
        }
    }

    /// The errors, one a line; empty if there are none.
    var errors: String {
        do throws(ConfigurationErrors) {
            _ = try load()
            return ""
        } catch {
            return error.description
        }
    }
}
