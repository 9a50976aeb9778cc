import ArgumentParser
import Foundation
import Ledger
import LedgerStore

/// `sallyport audit verify`.
struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every entry is as it was written.",
        discussion: """
            Prints the log's head, SEQUENCE:DIGEST. Keep it elsewhere and give it with --head next time: only so is it \
            found when somebody who can write to the whole folder cuts off or rewrites the end. Exits with 1 at the \
            first entry that is not as it was written, and names its file and line.
            """)

    @OptionGroup var ledger: LedgerOption

    @Option(help: ArgumentHelp("A head of an earlier check.", valueName: "sequence:digest"))
    var head: String?

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    func run() throws {
        try ledger.configuration.reporting {
            let expected = try head.map { text in
                guard let head = LedgerHead(text) else {
                    throw ValidationError("--head: expected SEQUENCE:DIGEST as an earlier check printed it")
                }
                return head
            }
            let result = try LedgerAudit.verify(directory: try ledger.only(), head: expected)
            if json {
                print(try Self.json(result))
            } else if let problem = result.firstProblem {
                complain("\(problem.file):\(problem.line): \(problem.problem)")
                complain("\(result.entries) entries before it are as they were written")
            } else {
                print("\(result.entries) entries in \(result.files) files are as they were written")
                if result.unfinishedBytes > 0 {
                    print("\(result.unfinishedBytes) bytes of an unfinished entry follow")
                }
                if let head = result.head { print("head \(head)") }
            }
            if !result.isIntact { throw ExitCode.failure }
        }
    }

    private struct Report: Encodable {
        let intact: Bool
        let entries, files, unfinishedBytes: Int
        let head, problem, file: String?
        let line: Int?
    }

    private static func json(_ result: LedgerVerification) throws -> String {
        try JSONLine.text(
            Report(
                intact: result.isIntact, entries: result.entries, files: result.files,
                unfinishedBytes: result.unfinishedBytes, head: result.head.map { "\($0)" },
                problem: result.firstProblem.map { "\($0.problem)" }, file: result.firstProblem?.file,
                line: result.firstProblem?.line))
    }
}
