import ArgumentParser
import Foundation
import SecureTransport

struct Certs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make certificates for development, and show those there are.",
        subcommands: [Generate.self, Show.self])

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an authority of our own and server certificates signed by it.",
            discussion: """
                Writes ca.pem (what clients must trust), bundle.pem (the system's authorities and ours, for SSL_CERT_FILE), \
                and an ECDSA and an RSA certificate with their keys. The authority's own key is not kept. For production, \
                use certificates of your own authority instead.
                """)

        @Option(help: "Where to.")
        var directory = "certs"

        @Option(
            name: .customLong("name"),
            help: ArgumentHelp("A host name or IP address besides localhost; may be repeated.", valueName: "host"))
        var names: [String] = []

        @Option(
            name: .customLong("client"),
            help: ArgumentHelp("Make a client certificate for this name too; may be repeated.", valueName: "name"))
        var clients: [String] = []

        @Option(help: "Days until they expire.")
        var days = 397

        func run() throws {
            try ConfigurationOption().reporting {
                var options = DevelopmentCertificates.Options()
                options.names += names
                options.clients = clients
                options.days = days
                let files = try DevelopmentCertificates.generate(in: directory, options: options)
                print("made \(files.authority), \(files.bundle), \(files.ecdsa.certificate), \(files.rsa.certificate)")
                for client in files.clients { print("made \(client.certificate)") }
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the certificates of a folder, and when they expire.")

        @Option(help: "Where they are.")
        var directory = "certs"

        func run() throws {
            try ConfigurationOption().reporting {
                let now = Int64(Date().timeIntervalSince1970)
                var table = TextTable(["FILE", "KEY", "SUBJECT", "DAYS LEFT", "NAMES"])
                for certificate in try DevelopmentCertificates.show(directory) {
                    table.add([
                        certificate.path, certificate.keyAlgorithm, certificate.subject,
                        "\(certificate.daysLeft(at: now))", certificate.names.joined(separator: " "),
                    ])
                }
                print(table.text)
            }
        }
    }
}
