import Gateway

/// Results of policy tests in the XML that build servers read: one suite a file, one test a case.
struct JUnitReport {
    let text: String

    init(_ run: PolicyTestRun) {
        var files: [String] = []
        for verdict in run.verdicts where !files.contains(verdict.test.source) { files.append(verdict.test.source) }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        for file in files {
            let verdicts = run.verdicts.filter { $0.test.source == file }
            text += "  <testsuite name=\"\(Self.escaped(file))\" tests=\"\(verdicts.count)\" "
            text += "failures=\"\(verdicts.count { !$0.passes })\">\n"
            for verdict in verdicts { text += Self.test(verdict) }
            text += "  </testsuite>\n"
        }
        self.text = text + "</testsuites>\n"
    }

    private static func test(_ verdict: PolicyTestRun.Verdict) -> String {
        let test = verdict.test
        let head =
            "    <testcase name=\"\(escaped(test.name))\" classname=\"\(escaped(test.source))\" "
            + "file=\"\(escaped(test.source))\" line=\"\(test.position.line)\""
        guard !verdict.passes else { return head + "/>\n" }
        let failures = verdict.checks.filter { !$0.passes }.map { check in
            "\(check.answer.destination): expected \(check.expected?.description ?? "-"), came \(check.answer.summary)"
        }
        return head + ">\n      <failure message=\"\(escaped(failures.joined(separator: "; ")))\"/>\n    </testcase>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            // XML 1.0 has no way to write these.
            case _ where scalar.value < 0x20: "\u{FFFD}"
            default: String(scalar)
            }
        }.joined()
    }
}
