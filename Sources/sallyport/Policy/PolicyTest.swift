import Access
import ArgumentParser
import Foundation
import Gateway
import Inference

struct PolicyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Check that policies decide as expected: the cases of policies/tests/*.yaml.",
        discussion: """
            Exits with 0 if every case is as expected, with 1 if some is not (or, with --require-coverage, if some policy decides \
            no case), with 2 if the configuration, a policy or a file of cases is broken. The form of a case is explained in \
            policies/tests/.
            """)

    @OptionGroup var policies: PolicyOption

    @Flag(help: "One JSON object a case, and one of the coverage at the end.")
    var json = false

    @Flag(help: "Only the cases that fail.")
    var quiet = false

    @Flag(help: "Fail if some policy decides no case.")
    var requireCoverage = false

    @Option(help: ArgumentHelp("Write the results for a build server, too.", valueName: "file.xml"))
    var junit: String?

    @Argument(help: "Files of cases, and folders of them; policies/tests beside the configuration unless given.")
    var paths: [String] = []

    func run() throws {
        let workbench = try policies.workbench()
        let run = try refusing {
            try PolicyTestRun(try PolicyTestReader.read(try files(), for: workbench), workbench)
        }
        let uncovered = run.uncovered(of: workbench.access)
        if json {
            for verdict in run.verdicts { print(try JSONLine.text(CaseLine(verdict))) }
            print(try JSONLine.text(Summary(run, workbench.access.policyIDs, uncovered: uncovered.map(\.id))))
        } else {
            printTable(run, workbench, uncovered: uncovered)
        }
        if let junit { try refusing { try Data(JUnitReport(run).text.utf8).write(to: URL(filePath: junit)) } }
        if run.failures > 0 || requireCoverage && !uncovered.isEmpty { throw ExitCode.failure }
    }

    private func files() throws -> [String] {
        let slash = policies.configuration.path.lastIndex(of: "/")
        let usual = slash.map { "\(policies.configuration.path[...$0])policies/tests" } ?? "policies/tests"
        let found = try (paths.isEmpty ? [usual] : paths).flatMap { path -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw FileProblem("\(path): no such file or folder")
            }
            guard isFolder.boolValue else { return [path] }
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
                .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
        }
        guard !found.isEmpty else { throw FileProblem("\(paths.first ?? usual): no files of cases (*.yaml)") }
        return found
    }

    private func printTable(_ run: PolicyTestRun, _ workbench: PolicyWorkbench, uncovered: [AccessRule]) {
        let shown = quiet ? run.verdicts.filter { !$0.passes } : run.verdicts
        var table = TextTable(["", "CASE", "CANDIDATE", "EXPECTED", "CAME"])
        for verdict in shown {
            for (index, check) in verdict.checks.enumerated() {
                table.add([
                    check.passes ? "PASS" : "FAIL", index == 0 ? verdict.test.name : "", "\(check.answer.destination)",
                    check.expected?.description ?? "-", check.answer.summary,
                ])
            }
        }
        if !shown.isEmpty { print(table.text) }
        for verdict in shown where !verdict.passes {
            print(
                "\(verdict.test.source):\(verdict.test.position.line):\(verdict.test.position.column): "
                    + "`\(verdict.test.name)` fails")
        }
        print("\(run.verdicts.count - run.failures) of \(run.verdicts.count) cases pass")
        let policies = workbench.access.rules.count
        print(
            "\(policies - uncovered.count) of \(policies) policies decide some case"
                + (uncovered.isEmpty ? "" : "; none needs"))
        let width = uncovered.map(\.id.count).max() ?? 0
        for rule in uncovered {
            let gap = String(repeating: " ", count: width - rule.id.count + 2)
            print("  \(rule.id)\(gap)\(workbench.place(of: rule))")
        }
    }

    private struct CaseLine: Encodable {
        struct Outcome: Encodable {
            let outcome: String
            let policies: [String]?
            let tool: String?
        }

        struct Candidate: Encodable {
            let destination: String
            let pass: Bool
            let expected: Outcome?
            let came: Outcome
            let faults: [String]
        }

        let file: String
        let line: Int
        let name: String
        let pass: Bool
        let candidates: [Candidate]

        init(_ verdict: PolicyTestRun.Verdict) {
            file = verdict.test.source
            line = verdict.test.position.line
            name = verdict.test.name
            pass = verdict.passes
            candidates = verdict.checks.map { check in
                Candidate(
                    destination: "\(check.answer.destination)", pass: check.passes,
                    expected: check.expected.map {
                        Outcome(outcome: $0.outcomeWord, policies: $0.policies?.sorted(), tool: $0.tool)
                    },
                    came: Outcome(
                        outcome: check.answer.outcome.word, policies: check.answer.policies, tool: check.answer.tool),
                    faults: check.answer.faults)
            }
        }
    }

    private struct Summary: Encodable {
        let cases, failed: Int
        let policies, covered, uncovered: [String]

        init(_ run: PolicyTestRun, _ policies: [String], uncovered: [String]) {
            cases = run.verdicts.count
            failed = run.failures
            self.policies = policies
            covered = policies.filter { !uncovered.contains($0) }
            self.uncovered = uncovered
        }
    }
}

/// What is wrong with files that are named on the command line.
struct FileProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension PolicyAnswer.Outcome {
    /// One word, for scripts.
    var word: String { self == .blocked ? "blocked" : "\(self)" }
}

extension PolicyTestCase.Expected {
    /// One word, for scripts.
    var outcomeWord: String {
        switch outcome {
        case .form(let form): form.rawValue
        case .permitted: "permitted"
        case .denied: "denied"
        }
    }
}
