import ArgumentParser
import Foundation
import Gateway
import Ledger
import LedgerStore

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the ledger: what left, when, to whom, and under which rule.",
        discussion: "Works beside a gateway that serves. The entries' schema stands in README.md.",
        subcommands: [Verify.self, Tail.self])

    /// Where the ledger lies: as configured, or named.
    struct Place: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOption

        @Option(help: ArgumentHelp("The ledger's folder; the configured one unless given.", valueName: "folder"))
        var directory: String?

        func resolved() throws -> String {
            if let directory { return directory }
            return try ConfigurationLoader.load(path: configuration.path, environment: configuration.environment)
                .ledger.directory
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that every entry is as it was written.",
            discussion: """
                Prints the log's head, SEQUENCE:DIGEST. Keep it elsewhere and give it with --head next time: only so is it \
                found when somebody who can write to the whole folder cuts off or rewrites the end. Exits with 1 at the \
                first entry that is not as it was written, and names its file and line.
                """)

        @OptionGroup var place: Place

        @Option(help: ArgumentHelp("A head of an earlier check.", valueName: "sequence:digest"))
        var head: String?

        @Flag(help: "One JSON object, for scripts.")
        var json = false

        func run() throws {
            try place.configuration.reporting {
                let expected = try head.map { text in
                    guard let head = LedgerHead(text) else {
                        throw ValidationError("--head: expected SEQUENCE:DIGEST as an earlier check printed it")
                    }
                    return head
                }
                let result = try LedgerAudit.verify(directory: try place.resolved(), head: expected)
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

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the last entries.")

        @OptionGroup var place: Place

        @Option(name: [.customShort("n"), .customLong("count")], help: "How many.")
        var count = 20

        @Flag(help: "The entries as they stand in the ledger, one JSON object a line.")
        var json = false

        func run() throws {
            try place.configuration.reporting {
                guard count > 0 else { throw ValidationError("--count: expected a number from 1 on, found `\(count)`") }
                let lines = try LedgerAudit.tail(directory: try place.resolved(), count: count)
                if json { return lines.forEach { print(String(decoding: $0.json, as: UTF8.self)) } }
                var table = TextTable(["SEQ", "TIME", "KIND", "WHO", "WHAT", "DATA", "OUTCOME"])
                for line in lines { table.add(Self.row(line.json)) }
                print(table.text)
            }
        }

        /// An entry as a person reads it; what is missing is left out.
        private static func row(_ json: [UInt8]) -> [String] {
            let entry = (try? JSONSerialization.jsonObject(with: Data(json))) as? [String: Any] ?? [:]
            func text(_ value: Any?) -> String { value.map { "\($0)" } ?? "" }
            let principal = entry["principal"] as? [String: Any]
            let destination = entry["destination"] as? [String: Any]
            let data = (entry["data"] as? [[String: Any]] ?? []).map { "\(text($0["class"]))×\(text($0["count"]))" }
            var what = text(entry["model"])
            if let destination { what += " → \(text(destination["provider"]))/\(text(destination["model"]))" }
            if let function = entry["function"] { what = "\(function)" }
            if let intent = entry["intent"] { what = "intent \(intent)" }
            var outcome = [entry["form"], entry["outcome"], entry["reason"], entry["status"]].compactMap { $0 }
                .map { "\($0)" }
            if let isGood = entry["ok"] as? Bool {
                let words = text(entry["kind"]) == "reload" ? ("in force", "refused") : ("permitted", "denied")
                outcome.append(isGood ? words.0 : words.1)
            }
            if let usage = entry["usage"] as? [String: Any] {
                outcome.append("\(text(usage["input"]))+\(text(usage["output"])) tokens")
            }
            return [
                text(entry["seq"]), text(entry["time"]), text(entry["kind"]), text(principal?["name"]), what,
                data.joined(separator: " "), outcome.joined(separator: " "),
            ]
        }
    }
}
