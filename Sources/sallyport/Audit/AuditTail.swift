import ArgumentParser
import Foundation
import Ledger
import LedgerStore

/// `sallyport audit tail`.
struct AuditTail: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tail", abstract: "Show the last entries.")

    @OptionGroup var ledger: LedgerOption

    @Option(name: [.customShort("n"), .customLong("count")], help: "How many.")
    var count = 20

    @Flag(help: "The entries as they stand in the ledger, one JSON object a line.")
    var json = false

    func run() throws {
        try ledger.configuration.reporting {
            guard count > 0 else { throw ValidationError("--count: expected a number from 1 on, found `\(count)`") }
            let lines = try LedgerAudit.tail(directory: try ledger.only(), count: count)
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
