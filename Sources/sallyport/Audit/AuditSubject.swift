import ArgumentParser
import Foundation
import Gateway
import Inference
import Ledger
import LedgerIndex

/// `sallyport audit subject`.
struct AuditSubject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject",
        abstract: "Find every request in which a value left: to whom, and in which form.",
        discussion: """
            The ledger holds no values, but keyed fingerprints of them; this looks for those of VALUE, so it needs the master \
            key (`keys.master`). Capitals, blanks, separators in numbers and disguises make no difference. A telephone number \
            is best given with its country code. Outcome `unreachable`: nothing left, for want of a connection.

            Example: sallyport audit subject "person@example.com"
            To keep the value out of the shell's history and the list of processes: sallyport audit subject - < value.txt
            """)

    @OptionGroup var index: IndexOption

    @Argument(help: "What somebody's data is: an address, a number, a name. `-`: the first line of standard input.")
    var value: String

    @Option(help: "Look in this tenant's requests only; in those of all known tenants unless given.")
    var tenant: String?

    @Flag(help: "One JSON object an attempt, for scripts.")
    var json = false

    func run() throws {
        try index.ledger.configuration.reporting {
            let keys = try SubjectKeys(
                configuration: index.ledger.configuration.path, environment: index.ledger.configuration.environment,
                tenant: tenant)
            let text = value == "-" ? readLine() ?? "" : value
            let fingerprints = keys.fingerprints(of: text)
            guard !fingerprints.isEmpty else { throw ValidationError("VALUE: expected an address, a number or a name") }
            let exposures = try find(fingerprints.flatMap(\.values))
            if json {
                for exposure in exposures { print(try JSONLine.text(Line(exposure))) }
            } else {
                report(exposures, tenants: keys.tenants)
            }
        }
    }

    /// In the order of the ledgers and their entries.
    private func find(_ fingerprints: [ValueFingerprint]) throws -> [SubjectExposure] {
        try index.indexes().flatMap { try $0.exposures(of: fingerprints) }
    }

    private func report(_ exposures: [SubjectExposure], tenants: [String]) {
        let places = tenants.map { TerminalText.harmless($0) }.joined(separator: ", ")
        guard !exposures.isEmpty else {
            return print("in no request of \(tenants.count == 1 ? "tenant" : "tenants") \(places)")
        }
        var table = TextTable(["TIME", "REQUEST", "WHO", "DESTINATION", "AS", "OUTCOME"])
        for exposure in exposures {
            let ways = exposure.ways.map { "\($0.dataClass) \($0.treatment)" }.joined(separator: ", ")
            table.add(
                [
                    exposure.time, exposure.request, exposure.principal, "\(exposure.provider)/\(exposure.model)", ways,
                    exposure.outcome ?? "unknown",
                ].map { TerminalText.harmless($0) })
        }
        print(table.text)
        print("")
        print(Self.summary(exposures))
    }

    /// `3 attempts of 2 requests, to openai (surrogate 2) and demo (raw 1)`.
    private static func summary(_ exposures: [SubjectExposure]) -> String {
        var forms: [String: [String: Int]] = [:]
        for exposure in exposures {
            for treatment in Set(exposure.ways.map(\.treatment)) {
                forms[exposure.provider, default: [:]][treatment, default: 0] += 1
            }
        }
        let providers = forms.sorted { $0.key < $1.key }.map { provider, counts in
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return "\(TerminalText.harmless(provider)) (\(TerminalText.harmless(list)))"
        }
        let requests = Set(exposures.map(\.request)).count
        return "\(exposures.count) attempts of \(requests) requests, to \(providers.joined(separator: " and "))"
    }

    private struct Line: Encodable {
        struct Way: Encodable {
            let `class`, treatment: String
        }

        let log: Int
        let seq: UInt64
        let time, request: String
        let attempt: Int
        let principal, tenant, provider, model: String
        let region: String?
        let `internal`: Bool
        let form: String
        let exposed: [Way]
        let outcome: String?
        let bytesSent: Int?

        init(_ exposure: SubjectExposure) {
            (log, seq, time) = (exposure.log, exposure.sequence, exposure.time)
            (request, attempt) = (exposure.request, exposure.attempt)
            (principal, tenant) = (exposure.principal, exposure.tenant)
            (provider, model, region) = (exposure.provider, exposure.model, exposure.region)
            `internal` = exposure.isInternal
            form = exposure.form
            exposed = exposure.ways.map { Way(class: $0.dataClass, treatment: $0.treatment) }
            (outcome, bytesSent) = (exposure.outcome, exposure.bytesSent)
        }
    }
}
