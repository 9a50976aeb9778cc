import Gateway
import HyperText

/// Results of policy tests in the XML that build servers read: one suite a file, one test a case.
struct JUnitReport {
    let text: String

    init(_ run: PolicyTestRun) {
        var files: [String] = []
        for verdict in run.verdicts where !files.contains(verdict.test.source) { files.append(verdict.test.source) }
        var document = TestDocument()
        for file in files {
            document.add(suite: file, run.verdicts.filter { $0.test.source == file }.map(Self.test))
        }
        text = document.text
    }

    private static func test(_ verdict: PolicyTestRun.Verdict) -> TestDocument.Case {
        let failures = verdict.checks.filter { !$0.passes }.map { check in
            "\(check.answer.destination): expected \(check.expected?.description ?? "-"), came \(check.answer.summary)"
        }
        return TestDocument.Case(
            name: verdict.test.name, group: verdict.test.source,
            place: (verdict.test.source, verdict.test.position.line),
            outcome: verdict.passes ? .passed : .failed(failures.joined(separator: "; ")))
    }
}
