import ArgumentParser
import Foundation
import Gateway
import Inference
import Privacy

struct PrivacyEvaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure recall and precision on labelled texts of your own.",
        discussion: """
            CASES has one JSON object a line (or is one JSON array). Offsets count code points, the end is exclusive:

              {"entity": "email", "text": "mail a@example.com", "spans": [[5, 18]]}
                  the text is looked through for this class alone; empty spans mean that nothing may be found
              {"entity": "iban", "value": "DE89370400440532013000", "valid": true}
                  the check digits alone; null where they decide nothing
              {"text": "…", "spans": [{"entity_type": "EMAIL_ADDRESS", "start_position": 5, "end_position": 18}]}
                  the text is looked through for everything (`full_text` is taken for `text`, `start` for `start_position`)

            Classes are ours or Presidio's names of them; others need `--map FOREIGN=ours`, or `--map '*=ours'` for all that are left, or \
            `--map FILE` with a JSON object of names. `FOREIGN=-` leaves a name out.
            A case with one class counts everything that its detector proposes, however unsure, unless --threshold says what it needs; \
            other texts use the thresholds of privacy.yaml.
            """)

    enum Match: String, ExpressibleByArgument, CaseIterable { case exact, overlap }

    @OptionGroup var policy: PrivacyPolicyOption

    @Option(
        help: ArgumentHelp(
            "A foreign class and ours, or a JSON file of them. Repeatable.", valueName: "foreign=ours|file"))
    var map: [String] = []

    @Option(help: "What a finding needs to count, 1 to 100.")
    var threshold: Int?

    @Option(help: "When a finding is the labelled one: with the same borders, or with any byte in common.")
    var match = Match.exact

    @Flag(name: .shortAndLong, help: "Do not list the misses.")
    var quiet = false

    @Flag(help: "One JSON object a class, then one a miss.")
    var json = false

    @Argument(help: "The cases; - for standard input.")
    var cases: String

    func validate() throws {
        if let threshold, !(1...100).contains(threshold) {
            throw ValidationError("--threshold: expected 1 to 100, found `\(threshold)`")
        }
    }

    func run() throws {
        try reporting {
            let input = try InputText.read(cases)
            let names = try ClassNames(map)
            let read = try EvaluationCase.read(input, names)
            let evaluation = try Evaluation(settings: try policy.settings(), threshold: threshold, match: match)
            let progress = Progress("evaluating", total: read.count)
            var tallies: [String: Evaluation.Tally] = [:]
            var misses: [Evaluation.Miss] = []
            for one in read {
                try evaluation.run(one, &tallies, &misses)
                progress.step()
            }
            progress.finish()
            try report(tallies, misses)
        }
    }

    private struct ClassLine: Encodable {
        let `class`: String
        let cases, agreeing, labelled, recalled, found, right: Int
        let recall, precision: Double?
    }

    private struct MissLine: Encodable {
        let line: Int
        let `class`, kind, text: String
        let start, end: Int
    }

    private func report(_ tallies: [String: Evaluation.Tally], _ misses: [Evaluation.Miss]) throws {
        var table = TextTable([
            "CLASS", "CASES", "AGREE", "LABELLED", "RECALLED", "FOUND", "RIGHT", "RECALL", "PRECISION",
        ])
        var sum = Evaluation.Tally()
        func line(_ name: String, _ tally: Evaluation.Tally) throws {
            if json {
                print(
                    try JSONLine.text(
                        ClassLine(
                            class: name, cases: tally.cases, agreeing: tally.agreeing, labelled: tally.labelled,
                            recalled: tally.recalled,
                            found: tally.found, right: tally.right, recall: tally.recall, precision: tally.precision)))
            } else {
                table.add([
                    name, "\(tally.cases)", "\(tally.agreeing)", "\(tally.labelled)", "\(tally.recalled)",
                    "\(tally.found)",
                    "\(tally.right)",
                    Self.percent(tally.recall), Self.percent(tally.precision),
                ])
            }
        }
        for (name, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            sum.add(tally)
            try line(name, tally)
        }
        try line("all", sum)
        if !json { print(table.text) }
        guard !quiet else { return }
        for miss in misses {
            if json {
                print(
                    try JSONLine.text(
                        MissLine(
                            line: miss.line, class: miss.className, kind: miss.kind.rawValue, text: miss.text,
                            start: miss.span.lowerBound, end: miss.span.upperBound)))
            } else {
                print("line \(miss.line): \(miss.kind.rawValue) \(miss.className) at \(miss.span): `\(miss.text)`")
            }
        }
    }

    private static func percent(_ value: Double?) -> String { value.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
}

/// Shows on a terminal how far a long piece of work is, from its third second on.
final class Progress {
    private let what: String
    private let total: Int
    private var done = 0
    private let start = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    init(_ what: String, total: Int) {
        self.what = what
        self.total = total
    }

    func step() {
        done += 1
        let now = ContinuousClock.now
        guard now - start > .seconds(2), now - (shown ?? start) > .milliseconds(200), isatty(STDERR_FILENO) == 1 else {
            return
        }
        shown = now
        FileHandle.standardError.write(Data("\r\(what): \(done) of \(total) ".utf8))
    }

    func finish() {
        if shown != nil { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
