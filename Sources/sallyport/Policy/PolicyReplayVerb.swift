import ArgumentParser
import Foundation
import Gateway
import Inference
import Ledger
import LedgerStore

struct PolicyReplayVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Decide the ledger's requests again: what would other policies change, for whom, how often?",
        discussion: """
            Without --with it asks today's policies about what earlier ones decided. Aliases and candidates are those of today's \
            models.yaml (or of the folder's); principals are as they were recorded. Exits with 0 if nothing would change, with 4 \
            if something would, with 2 if the configuration or a policy is broken.

              sallyport policy replay --since 7d --with drafts/access.cedar
            """)

    @OptionGroup var policies: PolicyOption

    @Option(help: ArgumentHelp("From when on: 7d, 12h, 30m, or a date or moment in UTC.", valueName: "span or date"))
    var since: String?

    @Option(help: ArgumentHelp("Until when: the same; without it until now.", valueName: "span or date"))
    var until: String?

    @Option(help: ArgumentHelp("The ledger's folder; the configured one unless given.", valueName: "folder"))
    var ledger: String?

    @Flag(help: "Each request that would change, before the table.")
    var details = false

    @Flag(help: "One JSON object; with --details one a change before it.")
    var json = false

    @Option(help: "How many rows the table has at most.")
    var rows = 50

    func run() throws {
        let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let (from, to) = (try Self.moment(since, "--since", now), try Self.moment(until, "--until", now))
        guard rows > 0 else { throw ValidationError("--rows: expected a number from 1 on, found `\(rows)`") }
        let workbench = try policies.workbench()
        var replay = PolicyReplay(workbench, since: from, until: to)
        try refusing { try read(into: &replay, ledger ?? workbench.configuration.ledger.directory) }
        if json {
            print(try JSONLine.text(Report(replay, workbench)))
        } else {
            printTable(replay, workbench)
        }
        if replay.sums.changed > 0 { throw ExitCode.changes }
    }

    /// The moment that an option names, as a span back from now or in itself.
    static func moment(_ text: String?, _ option: String, _ now: LedgerTime) throws -> LedgerTime? {
        guard let text else { return nil }
        if let time = LedgerTime(text) { return time }
        let units: [Character: Int64] = ["d": 86_400_000, "h": 3_600_000, "m": 60_000]
        guard let unit = text.last.flatMap({ units[$0] }), text.count <= 8, let count = Int64(text.dropLast()),
            count > 0
        else {
            throw ValidationError(
                "\(option): expected a span such as 7d, 12h or 30m, or a date or moment in UTC such as 2026-11-23 or "
                    + "2026-11-23T10:00:00Z, found `\(text)`")
        }
        return LedgerTime(milliseconds: now.milliseconds - count * unit)
    }

    private func read(into replay: inout PolicyReplay, _ directory: String) throws {
        var progress = ReplayProgress()
        var problem: (any Error)?
        var taken = replay
        try LedgerReader(directory: directory).entries(holding: RecordedRequest.markers) { _, line in
            guard let request = RecordedRequest(line: [UInt8](line)) else { return true }
            let changes = taken.take(request)
            progress.step()
            guard details else { return true }
            do {
                for change in changes { try show(change, of: request) }
                return true
            } catch {
                problem = error
                return false
            }
        }
        progress.end()
        replay = taken
        if let problem { throw problem }
    }

    private func show(_ change: PolicyReplay.Change, of request: RecordedRequest) throws {
        if json { return print(try JSONLine.text(Detail(change, request))) }
        print(
            "\(request.sequence)  \(LedgerTime(milliseconds: request.milliseconds))  \(request.request)  \(change.who)  "
                + "\(change.destination)  \(change.was) → \(change.becomes)")
    }

    private func printTable(_ replay: PolicyReplay, _ workbench: PolicyWorkbench) {
        let sums = replay.sums
        if details, sums.changed > 0 { print() }
        print(
            "\(workbench.configuration.accessPolicy.source): \(sums.redecided) of \(sums.requests) requests decided again: "
                + (sums.changed == 0
                    ? "nothing changes"
                    : "\(sums.changed) change; \(sums.refused) would be refused, \(sums.allowed) would no longer be"))
        let changes = replay.changes
        if !changes.isEmpty {
            print()
            print(Self.table(of: changes.prefix(rows)).text)
            if changes.count > rows { print("… and \(changes.count - rows) more rows (--rows, --json)") }
        }
        let notes = notes(sums)
        if !notes.isEmpty { print() }
        for note in notes { print(note) }
    }

    /// Changes, as a table of theirs.
    static func table(of changes: some Sequence<PolicyReplay.Group>) -> TextTable {
        var table = TextTable(["COUNT", "CHANGE", "WHO", "MODEL", "DATA", "WAS", "WOULD BE"])
        for group in changes {
            let change = group.change
            table.add([
                String(group.count), change.kind.rawValue, change.who,
                change.model.rawValue == "\(change.destination)"
                    ? "\(change.destination)" : "\(change.model) → \(change.destination)",
                change.classes.map(\.rawValue).joined(separator: " "), "\(change.was)", "\(change.becomes)",
            ])
        }
        return table
    }

    /// What was not decided again, and why.
    private func notes(_ sums: PolicyReplay.Sums) -> [String] {
        var notes: [String] = []
        if sums.blocked > 0 {
            notes.append("not asked: \(sums.blocked), which privacy.yaml refused before policies were asked")
        }
        for gap in RecordedRequest.Gap.allCases {
            guard let count = sums.notRecorded[gap] else { continue }
            let what =
                switch gap {
                case .tools: "they define tools whose names the ledger does not keep"
                case .attributes: "their principal has attributes that the ledger did not keep"
                case .model: "the name of a model was cut"
                }
            notes.append("not recorded: \(count), since \(what)")
        }
        for (destination, count) in sums.gone.sorted(by: { ($1.value, "\($0.key)") < ($0.value, "\($1.key)") }) {
            notes.append("no alias leads there any more: \(destination), of \(count) requests")
        }
        for (destination, count) in sums.new.sorted(by: { ($1.value, "\($0.key)") < ($0.value, "\($1.key)") }) {
            notes.append("new since then, not compared: \(destination), for \(count) requests")
        }
        if sums.ungrouped > 0 { notes.append("\(sums.ungrouped) more changes are in no row: too many different ones") }
        return notes
    }

    private struct Judgement: Encodable {
        let form: String?
        let policies: [String]

        init(_ judgement: PolicyReplay.Judgement) {
            form = judgement.form?.rawValue
            policies = judgement.policies
        }
    }

    private struct Detail: Encodable {
        let seq: UInt64
        let time, request, who, model, destination, change: String
        let classes: [String]
        let was, wouldBe: Judgement

        init(_ change: PolicyReplay.Change, _ request: RecordedRequest) {
            seq = request.sequence
            time = LedgerTime(milliseconds: request.milliseconds).description
            self.request = request.request
            who = change.who
            model = change.model.rawValue
            destination = "\(change.destination)"
            self.change = change.kind.rawValue
            classes = change.classes.map(\.rawValue)
            was = Judgement(change.was)
            wouldBe = Judgement(change.becomes)
        }
    }

    private struct Report: Encodable {
        struct Group: Encodable {
            let count: Int
            let change, who, model, destination, first, last: String
            let classes: [String]
            let was, wouldBe: Judgement

            init(_ group: PolicyReplay.Group) {
                count = group.count
                change = group.change.kind.rawValue
                who = group.change.who
                model = group.change.model.rawValue
                destination = "\(group.change.destination)"
                first = group.first.description
                last = group.last.description
                classes = group.change.classes.map(\.rawValue)
                was = Judgement(group.change.was)
                wouldBe = Judgement(group.change.becomes)
            }
        }

        struct Count: Encodable {
            let what: String
            let count: Int
        }

        let policySet: String
        let requests, redecided, changed, refused, allowed, blocked, ungrouped: Int
        let changes: [Group]
        let notRecorded, gone, new: [Count]

        init(_ replay: PolicyReplay, _ workbench: PolicyWorkbench) {
            let sums = replay.sums
            policySet = workbench.configuration.policySet.hash
            requests = sums.requests
            redecided = sums.redecided
            changed = sums.changed
            refused = sums.refused
            allowed = sums.allowed
            blocked = sums.blocked
            ungrouped = sums.ungrouped
            changes = replay.changes.map(Group.init)
            notRecorded = sums.notRecorded.map { Count(what: $0.key.rawValue, count: $0.value) }
                .sorted { $0.what < $1.what }
            gone = sums.gone.map { Count(what: "\($0.key)", count: $0.value) }.sorted { $0.what < $1.what }
            new = sums.new.map { Count(what: "\($0.key)", count: $0.value) }.sorted { $0.what < $1.what }
        }
    }
}

/// Tells on standard error how far a verb is, once it takes longer than two seconds.
private struct ReplayProgress {
    private let began = ContinuousClock.now
    private var told = ContinuousClock.now
    private var count = 0
    private var hasTold = false
    private let isTerminal = isatty(STDERR_FILENO) == 1

    /// Counts an entry.
    mutating func step() {
        count += 1
        // The clock is not read for each.
        guard count & 1_023 == 0 else { return }
        let now = ContinuousClock.now
        guard now - began > .seconds(2), now - told > (isTerminal ? .milliseconds(500) : .seconds(10)) else { return }
        told = now
        hasTold = true
        let text = "\(count) requests read"
        FileHandle.standardError.write(Data((isTerminal ? "\r\(text)" : "\(text)\n").utf8))
    }

    func end() {
        if hasTold, isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
