import Access
import ArgumentParser
import Foundation
import Gateway
import Ledger
import LedgerStore

struct PolicyDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two sets of access policies: who gets more, who gets less, for which requests?",
        discussion: """
            With one argument it is compared with the configured policies. Requests are sorted into finitely many cases that the \
            policies can't tell further apart, and every case is decided under both. Where a policy compares two values of a \
            request, or there are too many cases, a sample is tried, and that is said. Attributes are taken to be independent of each \
            other and of names, so that a difference may concern requests that never come. With --since the ledger's requests are \
            decided under both, too. Exits with 0 if there is no difference, with 4 if there is one, with 2 if something is broken.

              sallyport policy diff drafts/access.cedar --since 7d
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Argument(help: "Policies before and after: Cedar files, or folders whose files replace those of the same name.")
    var policies: [String]

    @Option(help: ArgumentHelp("Also decide the ledger's requests from then on.", valueName: "span or date"))
    var since: String?

    @Option(help: ArgumentHelp("The ledger's folder; the configured one unless given.", valueName: "folder"))
    var ledger: String?

    @Flag(help: "One JSON object.")
    var json = false

    func validate() throws {
        guard (1...2).contains(policies.count) else {
            throw ValidationError("expected one or two sets of policies, found \(policies.count)")
        }
    }

    func run() throws {
        let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let from = try PolicyReplayVerb.moment(since, "--since", now)
        let before = try workbench(policies.count == 2 ? policies[0] : nil)
        let after = try workbench(policies.last)
        let difference = after.access.difference(from: before.access)
        var replay: PolicyReplay?
        if let from {
            let start = PolicyReplay(after, comparedWith: before, since: from)
            replay = try refusing { try replayed(start, after) }
        }
        if json {
            print(try JSONLine.text(Report(difference, replay, before, after)))
        } else {
            show(difference, before, after)
            if let replay { show(replay) }
        }
        if !difference.rows.isEmpty || replay.map({ $0.sums.changed > 0 }) ?? false { throw ExitCode.changes }
    }

    private func workbench(_ path: String?) throws -> PolicyWorkbench {
        try refusing {
            try PolicyWorkbench(
                configuration: configuration.path, environment: configuration.environment,
                with: try path.map { try PolicyReplacement(path: $0) })
        }
    }

    private func replayed(_ start: PolicyReplay, _ workbench: PolicyWorkbench) throws -> PolicyReplay {
        var replay = start
        let reader = try LedgerReader(directory: ledger ?? workbench.configuration.ledger.directory)
        try reader.entries(holding: RecordedRequest.markers) { _, line in
            if let request = RecordedRequest(line: [UInt8](line)) { replay.take(request) }
            return true
        }
        return replay
    }

    // MARK: - For people

    private func show(_ difference: PolicyDifference, _ before: PolicyWorkbench, _ after: PolicyWorkbench) {
        let names = [before, after].map(\.configuration.accessPolicy.source).joined(separator: " → ")
        let count = difference.rows.count
        let what = count == 0 ? "no difference" : count == 1 ? "1 difference" : "\(count) differences"
        print("\(names): \(what) \(AnalysisReport.reach(difference.coverage))")
        for reason in AnalysisReport.reasons(difference.coverage) { print(reason) }
        for row in difference.rows {
            let judged = [("was", row.was, before), ("becomes", row.becomes, after)].map { word, answer, workbench in
                (word: word, text: "\(answer.word) \(AnalysisReport.policies(answer.policies, workbench))")
            }
            print("\n\(row.direction.rawValue.uppercased())  \(row.inquiry): \(row.was.word) → \(row.becomes.word)")
            print(
                AnalysisReport.block(
                    AnalysisReport.lines(row.requests) + judged
                        + [("such as", AnalysisReport.example(row.requests))]))
        }
        if difference.unlisted > 0 { print("\n… and \(difference.unlisted) more cases that differ") }
    }

    private func show(_ replay: PolicyReplay) {
        let sums = replay.sums
        print(
            "\nledger: \(sums.redecided) of \(sums.requests) requests decided under both: "
                + (sums.changed == 0
                    ? "nothing changes"
                    : "\(sums.changed) change; \(sums.refused) would be refused, \(sums.allowed) would no longer be"))
        if sums.changed > 0 { print("\n\(PolicyReplayVerb.table(of: replay.changes.prefix(50)).text)") }
    }

    // MARK: - For scripts

    private struct Report: Encodable {
        struct Answer: Encodable {
            let answer: String
            let policies: [String]

            init(_ answer: PolicyDifference.Answer) {
                self.answer = answer.word
                policies = answer.policies
            }
        }

        struct Row: Encodable {
            let direction, inquiry: String
            let requests: AnalysisReport.Requests
            let was, becomes: Answer
        }

        struct Replay: Encodable {
            let requests, redecided, changed, refused, allowed: Int
        }

        let before, after: String
        let exhaustive: Bool
        let cases, unlisted: Int
        let reasons: [String]
        let differences: [Row]
        let replay: Replay?

        init(
            _ difference: PolicyDifference, _ replay: PolicyReplay?, _ before: PolicyWorkbench, _ after: PolicyWorkbench
        ) {
            self.before = before.configuration.policySet.hash
            self.after = after.configuration.policySet.hash
            exhaustive = difference.coverage.isExhaustive
            cases = difference.coverage.cases
            unlisted = difference.unlisted
            reasons = difference.coverage.reasons
            differences = difference.rows.map {
                Row(
                    direction: $0.direction.rawValue, inquiry: $0.inquiry, requests: .init($0.requests),
                    was: Answer($0.was), becomes: Answer($0.becomes))
            }
            self.replay = replay.map(\.sums).map {
                Replay(
                    requests: $0.requests, redecided: $0.redecided, changed: $0.changed, refused: $0.refused,
                    allowed: $0.allowed)
            }
        }
    }
}
