import Foundation
import Inference
import Ledger
import LedgerIndex
import LedgerReport
import LedgerStore

/// Makes ledgers to measure and test with, and measures the index; no product.
///
///     ledger-sample make FOLDER [--entries 20000] [--seed 1] [--logs 1] [--days 30] [--end 2026-11-23] [--hostile]
///     ledger-sample bench FOLDER          prints one JSON object
///     ledger-sample fingerprint PERSON CLASS
@main struct LedgerSampleCommand {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        func option(_ name: String, _ fallback: Int) -> Int {
            arguments.firstIndex(of: "--" + name).flatMap { arguments.dropFirst($0 + 1).first }.flatMap(Int.init)
                ?? fallback
        }
        switch (arguments.first, arguments.count) {
        case ("make", 2...):
            let end =
                arguments.firstIndex(of: "--end").flatMap { arguments.dropFirst($0 + 1).first }
                .flatMap { LedgerTime($0) } ?? LedgerTime("2026-11-23") ?? LedgerTime(milliseconds: 0)
            try make(
                arguments[1], entries: option("entries", 20_000), seed: option("seed", 1), logs: option("logs", 1),
                days: option("days", 30), end: end, hostile: arguments.contains("--hostile"))
        case ("bench", 2): try Bench(folder: arguments[1]).run()
        case ("fingerprint", 3): print(SampleTraffic.fingerprint(Int(arguments[1]) ?? 0, arguments[2]))
        default: throw CocoaError(.featureUnsupported)
        }
    }

    private static func make(
        _ folder: String, entries: Int, seed: Int, logs: Int, days: Int, end: LedgerTime, hostile: Bool
    ) throws {
        var traffic = SampleTraffic(
            count: entries, seed: UInt64(seed), end: end.milliseconds, days: days, hostile: hostile)
        for number in 1...logs {
            var log = try SampleLog(
                folder: "\(folder)/\(LedgerFolder.name(ofLog: number))", origin: "sample.example/\(seed)/\(number)")
            let count = entries / logs + (number == 1 ? entries % logs : 0)
            for sequence in 0..<count { try log.append(traffic.next(sequence)) }
            try log.finish()
        }
    }
}

/// How fast the index answers, on a ledger's folder.
struct Bench {
    let folder: String

    func run() throws {
        let index = try LedgerIndex.open(try LedgerReader(directory: folder), directory: folder)
        var entries = 0
        let rebuild = try seconds { entries = try index.rebuild() }
        let upToDate = try best { try index.update() }
        let report = try best {
            var builder = ReportBuilder(LedgerFilter())
            try index.add(to: &builder, LedgerFilter())
            _ = builder.finish().json()
        }
        var hits = 0
        let values = (0..<200).compactMap { person in
            ValueFingerprint(SampleTraffic.fingerprint(person * 97, "email"))
        }
        var slowest = 0.0
        for value in values {
            slowest = max(slowest, try seconds { hits += try index.exposures(of: [value]).count })
        }
        let query = try best { _ = try index.events(LedgerFilter(values: [.dataClass: "ssn"]), limit: 100) }
        let rare = try best { _ = try index.events(LedgerFilter(values: [.principal: "nobody"]), limit: 100) }
        let none = try best {
            _ = try index.events(
                LedgerFilter(decision: .denied, values: [.principal: "person-59", .outcome: "limit"]), limit: 1_000)
        }
        let size = try FileManager.default.attributesOfItem(atPath: index.path)[.size] as? Int ?? 0
        func text(_ value: Double) -> String { String(format: "%.4f", value) }
        print(
            """
            {"entries":\(entries),"reindex_seconds":\(text(rebuild)),"reindex_per_second":\(Int(Double(entries) / rebuild)),\
            "up_to_date_seconds":\(text(upToDate)),"report_seconds":\(text(report)),"subject_hits":\(hits),\
            "subject_slowest_seconds":\(text(slowest)),"query_seconds":\(text(query)),"query_nobody_seconds":\(text(rare)),\
            "query_scan_seconds":\(text(none)),"index_bytes":\(size)}
            """)
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try body()
        return (clock.now - start) / .seconds(1)
    }

    private func best(_ body: () throws -> Void) rethrows -> Double {
        try (0..<3).map { _ in try seconds(body) }.min() ?? 0
    }
}
