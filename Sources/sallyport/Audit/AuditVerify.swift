import ArgumentParser
import Foundation
import Ledger
import LedgerStore

/// `sallyport audit verify`.
struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every entry is as it was written.",
        discussion: "Exits with 1 at the first log that is not as it was written.")

    @OptionGroup var ledger: LedgerOption

    func run() throws {
        try ledger.configuration.reporting {
            let result = try LedgerAudit.verify(directory: try ledger.only())
            if let problem = result.firstProblem {
                complain("\(problem.file): \(problem.problem)")
                throw ExitCode.failure
            }
            print("\(result.entries) entries in \(result.logs) logs are as they were written")
        }
    }
}
