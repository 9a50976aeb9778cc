import ArgumentParser
import Foundation
import Gateway
import Ledger
import LedgerStore
import TransparencyLog

/// `sallyport audit rotate`.
struct AuditRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "End the present log and begin the next one.",
        discussion: """
            The next log's first entry names the last checkpoint of the log before, so that nothing can be put between them. \
            For a ledger that nobody writes to; a gateway that serves is asked by POST /sallyport/v1/ledger/rotate with the \
            key of an administrator.

            Example: sallyport audit rotate
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    private struct Report: Encodable {
        let log: Int
        let origin, after: String
        let size: UInt64
    }

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(path: configuration.path, environment: configuration.environment)
            let settings = try LedgerStoreSettings(loaded.ledger, makesKey: false)
            _ = try LedgerFolder(settings.directory)
            let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let rotation: LedgerStore.Rotation
            do throws(LedgerStoreError) {
                rotation = try LedgerStore.rotate(settings, at: now)
            } catch .inUse(let directory) {
                throw FileProblem(
                    "`\(directory)`: a gateway writes to this ledger; ask it, with the key of an administrator:\n"
                        + "    curl -X POST https://\(loaded.listen.address):\(loaded.listen.port)/sallyport/v1/ledger/rotate -H \"authorization: Bearer $KEY\""
                )
            }
            let former = rotation.former
            let report = Report(
                log: rotation.number, origin: rotation.origin, after: String(decoding: former.origin, as: UTF8.self),
                size: former.size)
            if json { return print(try JSONLine.text(report)) }
            print("\(report.after) ended with \(report.size) entries; \(report.origin) goes on after it")
        }
    }
}
