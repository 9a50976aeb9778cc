import ArgumentParser
import Foundation
import Gateway
import Logging

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve until SIGTERM.",
        discussion: """
            SIGHUP reads configuration, policies, keys and certificates again, all or nothing. SIGTERM takes no new \
            requests, lets streams finish (30 s at most), and ends. API keys made or revoked meanwhile count within a second.
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Flag(
        help:
            "Make an API key that is good for a day and print what to paste: a curl, the SDK's environment, the ledger."
    )
    var introduce = false

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(path: configuration.path, environment: configuration.environment)
            let level = Logger.Level(rawValue: loaded.logLevel.rawValue) ?? .info
            LoggingSystem.bootstrap { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = level
                return handler
            }
            let key = introduce ? try makeKey() : nil
            let server = GatewayServer(configuration: configuration.path, environment: configuration.environment)
            try server.run { serving in
                if let key { Introduction(serving, key: key).print() }
                // Standard output may be a file or a pipe: what is printed there shall not wait.
                fflush(nil)
            }
        }
    }

    private func makeKey() throws -> String {
        try KeyAdministration(configuration: configuration.path, environment: configuration.environment)
            .create(principal: "developer", isService: false, teams: ["developers"], lifetime: 86_400).key
    }
}

/// What a newcomer pastes first.
private struct Introduction {
    let configuration: GatewayConfiguration
    let key: String

    init(_ configuration: GatewayConfiguration, key: String) {
        self.configuration = configuration
        self.key = key
    }

    func print() {
        let url = "https://localhost:\(configuration.listen.port)"
        let folder = URL(fileURLWithPath: configuration.source).deletingLastPathComponent()
        let authority = folder.appendingPathComponent("certs/ca.pem").standardizedFileURL.path
        let bundle = folder.appendingPathComponent("certs/bundle.pem").standardizedFileURL.path
        let ledger = URL(fileURLWithPath: configuration.ledger.directory).standardizedFileURL.path
        Swift.print(
            """

            Sallyport serves on \(url). Try it from another terminal (the key is good for a day):

              curl --cacert '\(authority)' \(url)/v1/chat/completions -H 'Authorization: Bearer \(key)' -H 'Content-Type: application/json' -d '{"model":"demo","messages":[{"role":"user","content":"Write to maria@example.org"}]}'

            The OpenAI SDK, unchanged:

              export OPENAI_BASE_URL=\(url)/v1 OPENAI_API_KEY=\(key) SSL_CERT_FILE='\(bundle)'

            The ledger, which says what left and in which form:

              \(ledger)    (sallyport audit tail, sallyport audit verify)

            Ctrl-C ends it.

            """)
    }
}
