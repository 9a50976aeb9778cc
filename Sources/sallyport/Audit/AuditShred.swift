import ArgumentParser
import Foundation
import Gateway
import Inference
import Ledger
import LedgerStore
import LedgerVault

/// `sallyport audit shred`.
struct AuditShred: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shred",
        abstract: "Make sealed payloads unreadable, for ever.",
        discussion: """
            Overwrites their keys, and then the payloads themselves, in the vault; needs no master key of the vault. The ledger stays as it \
            is and verifies; that something was shredded, and why, is recorded in it. What backups of the vault hold has to be destroyed \
            there: with the master key, old copies of the wrapped keys open old copies of the payloads.

              sallyport audit shred --subject maria@example.org --dry-run
              sallyport audit shred --before 2026-08-01 --yes

            With --before, days that were over by then go as a whole, and with them the salts of the commitments to requests that were not \
            sealed; of the day of that time itself, what was sealed before it.
            """)

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var vault: VaultOption

    @Option(
        help: ArgumentHelp(
            "What was sealed before a time: 2026-08-01, 2026-08-01T12:00:00Z, or longer ago than 90d or 12h.",
            valueName: "time"))
    var before: String?

    @Option(
        help: ArgumentHelp(
            "What was sealed of requests in which this value left, as `audit subject` finds them. `-`: the first line of standard input.",
            valueName: "value"))
    var subject: String?

    @Option(help: "With --subject: look in this tenant's requests only; in those of all known tenants unless given.")
    var tenant: String?

    @Option(
        name: .customLong("request"),
        help: ArgumentHelp("What was sealed of this request. May be given again.", valueName: "id"))
    var requests: [String] = []

    @Flag(help: "Say what would be shredded, and shred nothing.")
    var dryRun = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    private static var now: LedgerTime { LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    func validate() throws {
        guard [before != nil, subject != nil, !requests.isEmpty].count(where: \.self) == 1 else {
            throw ValidationError("expected one of --before, --subject and --request")
        }
    }

    func run() throws {
        try ledger.configuration.reporting {
            let shredder = try VaultShredder(directory: try vault.settings(ledger.configuration).directory)
            let choice = try choice()
            let plan = try shredder.plan(choice.scope)
            guard !plan.isEmpty else { return try report(plan, nil, "nothing to shred") }
            guard !dryRun else { return try report(plan, nil, "would be shredded") }
            guard yes || confirms(plan) else {
                complain("nothing was shredded")
                throw ExitCode.failure
            }
            let act = try shredder.carryOut(
                plan, by: choice.reason, at: Self.now, request: choice.request, subjects: choice.subjects)
            try report(plan, act, "shredded")
        }
    }

    // MARK: What to shred

    private struct Choice {
        let scope: VaultShredder.Scope
        let reason: VaultAct.Reason
        var request: RequestID?
        var subjects: [String] = []
    }

    private func choice() throws -> Choice {
        if let before { return Choice(scope: .before(try time(before)), reason: .before) }
        if let subject { return try choice(subject) }
        let chosen = try requests.map { text in
            guard let request = RequestID(text) else {
                throw ValidationError("--request: expected `req_` and 32 hexadecimal digits, found `\(text)`")
            }
            return request
        }
        return Choice(scope: .requests(Set(chosen)), reason: .request, request: chosen.count == 1 ? chosen.first : nil)
    }

    private func time(_ text: String) throws -> LedgerTime {
        let now = Self.now
        if let time = LedgerTime(text), time <= now { return time }
        if let age = Self.milliseconds(text) { return LedgerTime(milliseconds: now.milliseconds - age) }
        throw ValidationError(
            "--before: expected a time that is over, such as 2026-08-01, 2026-08-01T12:00:00Z or 90d, found `\(text)`")
    }

    /// Of `90d`, `12h`, `30m`.
    private static func milliseconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["d": 86_400_000, "h": 3_600_000, "m": 60_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count)
        else { return nil }
        return count * unit
    }

    private func choice(_ subject: String) throws -> Choice {
        let keys = try SubjectKeys(
            configuration: ledger.configuration.path, environment: ledger.configuration.environment, tenant: tenant)
        let fingerprints = keys.fingerprints(of: subject == "-" ? readLine() ?? "" : subject).flatMap(\.values)
        guard !fingerprints.isEmpty else {
            throw ValidationError("--subject: expected an address, a number or a name")
        }
        var requests: Set<RequestID> = []
        for reader in try ledger.readers() {
            var search = SubjectSearch(fingerprints)
            try reader.entries { position, entry in
                search.add(log: position.log, entry)
                return true
            }
            requests.formUnion(search.exposures.compactMap { RequestID($0.request) })
        }
        return Choice(scope: .requests(requests), reason: .subject, subjects: Set(fingerprints).sorted().map(\.text))
    }

    // MARK: What is said

    private func confirms(_ plan: VaultShredder.Plan) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            complain("\(words(plan)) would be shredded: say --yes to do so")
            return false
        }
        FileHandle.standardError.write(Data("Shred \(words(plan))? Nobody can undo that. [yes/no] ".utf8))
        return readLine() == "yes"
    }

    private func words(_ plan: VaultShredder.Plan) -> String {
        let days = Set(plan.segments.map(\.day)).count
        let what = "what was sealed of \(plan.requests) requests"
        return days == 0 ? what : "\(what), and the keys and salts of \(days) days"
    }

    private func report(_ plan: VaultShredder.Plan, _ act: VaultAct?, _ end: String) throws {
        guard json else {
            return print(
                plan.isEmpty ? end : "\(words(plan)): \(end)" + (act.map { ", \($0.keys) keys destroyed" } ?? ""))
        }
        print(
            try JSONLine.text(
                Report(
                    requests: plan.requests, days: Set(plan.segments.map { "\($0.day)" }).sorted(),
                    keys: act?.keys ?? 0,
                    shredded: act != nil)))
    }

    private struct Report: Encodable {
        let requests: Int
        let days: [String]
        let keys: Int
        let shredded: Bool
    }
}
