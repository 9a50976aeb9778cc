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

            --subject goes by the ledger. What was sealed more than five minutes ago of requests that have no intent there, since the gateway \
            ended between the two or the entries were pruned since, is nobody's by name: it is counted, and shredded with --unrecorded. That \
            reads the ledger whole, so give every --ledger whose gateways use this vault.

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

    @Flag(help: "What was sealed of requests without an intent in the ledger; also beside --subject.")
    var unrecorded = false

    @Flag(help: "Say what would be shredded, and shred nothing.")
    var dryRun = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    private static var now: LedgerTime { LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    func validate() throws {
        let ways = [before != nil, subject != nil, !requests.isEmpty].count(where: \.self)
        guard ways == 1 || ways == 0 && unrecorded else {
            throw ValidationError("expected one of --before, --subject, --request and --unrecorded")
        }
        guard !unrecorded || before == nil && requests.isEmpty else {
            throw ValidationError("--unrecorded: expected alone or beside --subject")
        }
    }

    func run() throws {
        try ledger.configuration.reporting {
            let shredder = try VaultShredder(directory: try vault.settings(ledger.configuration).directory)
            // What lies in the vault now, before the ledger is read: so what is missing there is missing for good.
            var search = try unrecordedSearch(shredder)
            var choices = try choices(&search)
            if unrecorded, let search {
                choices.append(Choice(scope: .requests(search.requests), reason: .unrecorded))
            }
            let plans = try choices.map { try (choice: $0, plan: shredder.plan($0.scope)) }
            var sum = Sum(plans.map(\.plan), unrecorded: search?.requests.count)
            if !unrecorded { mention(sum.unrecorded) }
            guard !sum.isEmpty else { return try report(sum, "nothing to shred") }
            guard !dryRun else { return try report(sum, "would be shredded") }
            guard yes || confirms(sum) else {
                complain("nothing was shredded")
                throw ExitCode.failure
            }
            for (choice, plan) in plans where !plan.isEmpty {
                let act = try shredder.carryOut(
                    plan, by: choice.reason, at: Self.now, request: choice.request, subjects: choice.subjects)
                sum.keys = (sum.keys ?? 0) + act.keys
            }
            try report(sum, "shredded")
        }
    }

    /// Says that there is more, which nobody's name finds.
    private func mention(_ unrecorded: Int?) {
        guard let unrecorded, unrecorded > 0 else { return }
        complain(
            "\(unrecorded) sealed requests have no intent in the ledger, so that no subject finds them: "
                + "--unrecorded shreds these too")
    }

    // MARK: What to shred

    private struct Choice {
        let scope: VaultShredder.Scope
        let reason: VaultAct.Reason
        var request: RequestID?
        var subjects: [String] = []
    }

    private func unrecordedSearch(_ shredder: VaultShredder) throws -> UnrecordedRequests? {
        guard subject != nil || unrecorded else { return nil }
        return try UnrecordedRequests(sealed: shredder, at: Self.now)
    }

    private func choices(_ search: inout UnrecordedRequests?) throws -> [Choice] {
        if let before { return [Choice(scope: .before(try time(before)), reason: .before)] }
        if let subject { return [try choice(subject, &search)] }
        if requests.isEmpty {
            for reader in try ledger.readers() { try search?.strike(all: reader) }
            return []
        }
        let chosen = try requests.map { text in
            guard let request = RequestID(text) else {
                throw ValidationError("--request: expected `req_` and 32 hexadecimal digits, found `\(text)`")
            }
            return request
        }
        return [
            Choice(scope: .requests(Set(chosen)), reason: .request, request: chosen.count == 1 ? chosen.first : nil)
        ]
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

    private func choice(_ subject: String, _ unrecorded: inout UnrecordedRequests?) throws -> Choice {
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
                unrecorded?.strike(entry)
                return true
            }
            requests.formUnion(search.exposures.compactMap { RequestID($0.request) })
            requests.formUnion(search.unsentRequests.compactMap { RequestID($0) })
        }
        return Choice(scope: .requests(requests), reason: .subject, subjects: Set(fingerprints).sorted().map(\.text))
    }

    // MARK: What is said

    /// All plans together.
    private struct Sum {
        let requests: Int
        let days: [String]
        let isEmpty: Bool
        /// Sealed requests that have no intent in the ledger; `nil` where nobody looked.
        let unrecorded: Int?
        /// Keys that were destroyed; `nil` until then.
        var keys: Int?

        init(_ plans: [VaultShredder.Plan], unrecorded: Int?) {
            requests = plans.reduce(0) { $0 + $1.requests }
            days = Set(plans.flatMap { $0.segments.map { "\($0.day)" } }).sorted()
            isEmpty = plans.allSatisfy(\.isEmpty)
            self.unrecorded = unrecorded
        }

        var words: String {
            let what = "what was sealed of \(requests) requests"
            return days.isEmpty ? what : "\(what), and the keys and salts of \(days.count) days"
        }
    }

    private func confirms(_ sum: Sum) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            complain("\(sum.words) would be shredded: say --yes to do so")
            return false
        }
        FileHandle.standardError.write(Data("Shred \(sum.words)? Nobody can undo that. [yes/no] ".utf8))
        return readLine() == "yes"
    }

    private func report(_ sum: Sum, _ end: String) throws {
        guard json else {
            return print(
                sum.isEmpty ? end : "\(sum.words): \(end)" + (sum.keys.map { ", \($0) keys destroyed" } ?? ""))
        }
        print(
            try JSONLine.text(
                Report(
                    requests: sum.requests, days: sum.days, keys: sum.keys ?? 0, unrecorded: sum.unrecorded,
                    shredded: sum.keys != nil)))
    }

    private struct Report: Encodable {
        let requests: Int
        let days: [String]
        let keys: Int
        let unrecorded: Int?
        let shredded: Bool
    }
}
