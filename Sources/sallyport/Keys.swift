import ArgumentParser
import Foundation
import Gateway
import Identity
import Inference

struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke API keys; rotate what surrogates are made with.",
        discussion: "Only digests are kept. A gateway that serves takes changes over within a second.",
        subcommands: [Create.self, List.self, Revoke.self, Rotate.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key and print it, once.")

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: ArgumentHelp("Whom it stands for, as policies name it.", valueName: "name"))
        var principal: String

        @Option(
            name: .customLong("team"),
            help: ArgumentHelp("A team it belongs to (policies/principals.yaml); may be repeated.", valueName: "team"))
        var teams: [String] = []

        @Flag(help: "It stands for a program (Service::\"name\"), not a person (User::\"name\").")
        var service = false

        @Option(
            help: ArgumentHelp(
                "Until when it is good: 90d, 12h, 30m, 2027-01-31 or 2027-01-31T12:00:00Z. For ever unless given.",
                valueName: "when"))
        var expires: String?

        @Option(
            name: .customLong("model"),
            help: ArgumentHelp(
                "A model it may be used for, as callers name it, or the beginning of names: gpt-*. May be repeated; all unless given.",
                valueName: "pattern"))
        var models: [String] = []

        @Option(
            name: .customLong("from"),
            help: ArgumentHelp(
                "From where it may be used: an IP address or a range such as 10.0.0.0/8 or 2001:db8::/32. May be repeated; from everywhere unless given.",
                valueName: "cidr"))
        var from: [String] = []

        @Option(
            name: .customLong("attribute"),
            help: ArgumentHelp(
                "What policies may know of it, such as department=finance, floor=3, cleared=true or roles=[a, b]. May be repeated.",
                valueName: "name=value"))
        var attributes: [String] = []

        @Flag(help: "Print the key alone, for scripts.")
        var onlyKey = false

        func run() throws {
            try configuration.reporting {
                let now = Int64(Date().timeIntervalSince1970)
                var lifetime: Int64?
                if let expires {
                    guard let end = Timestamp.parseExpiry(expires, now: now), end > now else {
                        throw ValidationError(
                            "--expires: expected a time to come, such as 90d, 12h or 2027-01-31, found `\(expires)`")
                    }
                    lifetime = end - now
                }
                let made = try KeyAdministration(
                    configuration: configuration.path, environment: configuration.environment
                ).create(
                    principal: principal, isService: service, teams: teams, lifetime: lifetime,
                    restrictions: try restrictions(), attributes: try parsedAttributes())
                if onlyKey { return print(made.key) }
                print("\(made.key)\n")
                complain(
                    "This is \(made.listed.id), for \(made.listed.kind) `\(principal)`"
                        + (teams.isEmpty ? "" : " of \(teams.joined(separator: ", "))")
                        + (made.listed.expires.map { ", good until \(Timestamp.text($0))" } ?? "")
                        + Self.restrictions(made.listed) + ". It is shown once and kept nowhere.")
            }
        }

        private static func restrictions(_ key: KeyAdministration.Listed) -> String {
            (key.models.isEmpty ? "" : ", for the models \(key.models.joined(separator: ", ")) only")
                + (key.from.isEmpty ? "" : ", from \(key.from.joined(separator: ", ")) only")
        }

        private func restrictions() throws -> KeyAdministration.Restrictions {
            var restrictions = KeyAdministration.Restrictions()
            restrictions.models = try models.map { text in
                guard let pattern = ModelScope.Pattern(text) else {
                    throw ValidationError(
                        "--model: expected a model's name without spaces, with `*` only as its end, found `\(text)`")
                }
                return pattern
            }
            restrictions.from = try from.map { text in
                guard let range = AddressRange(text) else {
                    throw ValidationError(
                        "--from: expected an IP address, or a range such as 10.0.0.0/8 with no bits behind its prefix, found `\(text)`"
                    )
                }
                return range
            }
            return restrictions
        }

        private func parsedAttributes() throws -> [PrincipalAttribute] {
            try attributes.map { text in
                guard let attribute = AttributeText.attribute(text) else {
                    throw ValidationError(
                        "--attribute: expected name=value, the name of letters, digits and `_`, found `\(text)`")
                }
                return attribute
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all keys, without their text.")

        @OptionGroup var configuration: ConfigurationOption

        @Flag(help: "One JSON array, for scripts.")
        var json = false

        func run() throws {
            try configuration.reporting {
                let keys = try KeyAdministration(
                    configuration: configuration.path, environment: configuration.environment
                ).list()
                if json { return print(try Self.json(keys)) }
                if keys.isEmpty { return print("no keys yet: sallyport keys create --principal NAME --team TEAM") }
                var table = TextTable([
                    "KEY", "STATE", "KIND", "PRINCIPAL", "TEAMS", "TENANT", "MODELS", "FROM", "ATTRIBUTES", "CREATED",
                    "EXPIRES",
                ])
                for key in keys {
                    table.add([
                        key.id, key.state, key.kind, key.principal, key.teams.joined(separator: ","), key.tenant,
                        key.models.isEmpty ? "all" : key.models.joined(separator: ","),
                        key.from.isEmpty ? "everywhere" : key.from.joined(separator: ","),
                        key.attributes.joined(separator: ","),
                        Timestamp.text(key.created), key.expires.map(Timestamp.text) ?? "never",
                    ])
                }
                print(table.text)
            }
        }

        private struct Row: Encodable {
            let id, state, kind, principal: String
            let teams: [String]
            let tenant: String
            let models, from, attributes: [String]
            let created: String
            let expires, revoked: String?
        }

        private static func json(_ keys: [KeyAdministration.Listed]) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let rows = keys.map {
                Row(
                    id: $0.id, state: $0.state, kind: $0.kind, principal: $0.principal, teams: $0.teams,
                    tenant: $0.tenant, models: $0.models, from: $0.from, attributes: $0.attributes,
                    created: Timestamp.text($0.created), expires: $0.expires.map(Timestamp.text),
                    revoked: $0.revoked.map(Timestamp.text))
            }
            return String(decoding: try encoder.encode(rows), as: UTF8.self)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key, for good.")

        @OptionGroup var configuration: ConfigurationOption

        @Argument(help: "The key's identifier, `key_…` (sallyport keys list).")
        var id: String

        func run() throws {
            try configuration.reporting {
                let administration = try KeyAdministration(
                    configuration: configuration.path, environment: configuration.environment)
                switch try administration.revoke(id: id) {
                case .revoked(let key): print("\(key.id) of `\(key.principal)` is revoked")
                case .alreadyRevoked(let key):
                    print(
                        "\(key.id) of `\(key.principal)` was revoked at \(key.revoked.map(Timestamp.text) ?? "an earlier time")"
                    )
                case .unknown:
                    complain("there is no key `\(id)`: `sallyport keys list` shows them all")
                    throw ExitCode.failure
                }
            }
        }
    }
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make surrogates under new keys from now on.",
            discussion: """
                Every tenant gets a new generation of the key under which its values become surrogates, stand-ins and hashes. The \
                same value then looks different than before, so that whoever has kept old prompts can link them to new ones no \
                longer; answers under way are still restored. API keys stay valid, and the ledger's commitments verifiable: the \
                master key stays the same. Old surrogates are not made again, so do this when it may help, not by the hour. The \
                ledger records it as `keys_rotated`, once a serving gateway has taken it over.
                """)

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            try configuration.reporting {
                let generation = try KeyAdministration(
                    configuration: configuration.path, environment: configuration.environment
                ).rotate()
                print(
                    "generation \(generation) of all tenants' keys is in force; a gateway that serves takes it over within a second"
                )
            }
        }
    }
}
