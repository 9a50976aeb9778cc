import Cryptography
import DataSets
import Foundation
import LedgerStore
import TransparencyLog

/// The files of a data set: all appear once all are whole, or none.
struct OutputFiles {
    private let output: String
    private let parts: [DataSplit.Part]?

    init(_ output: String, _ split: DataSplit?) {
        self.output = output
        parts = split?.parts
    }

    /// The datasheet that programs read.
    var datasheet: String { output + ".datasheet.json" }

    /// The file of a part: `data.train.jsonl` of `data.jsonl`.
    func path(of part: DataSplit.Part?) -> String {
        guard let part else { return output }
        let name = output as NSString
        let ending = name.pathExtension
        return name.deletingPathExtension + ".\(part.rawValue)" + (ending.isEmpty ? "" : ".\(ending)")
    }

    private var paths: [String] { parts.map { $0.map { path(of: $0) } } ?? [output] }

    /// Throws where one of them is there already: nothing is written over.
    func refuseExisting() throws {
        for path in paths + [datasheet, output + ".datasheet.md"] where FileManager.default.fileExists(atPath: path) {
            throw FileProblem("\(path): is there already; data sets are not written over")
        }
    }

    /// Writes them all; SHA-256 of the datasheet.
    func write(
        _ records: [DataRecord], _ lines: [[UInt8]], _ split: DataSplit?, _ format: DataFormat, _ sheet: inout Datasheet
    ) throws -> Digest32 {
        var files: [UnnamedFile] = []
        for part in parts.map({ $0.map(Optional.some) }) ?? [nil] {
            let file = try UnnamedFile(path(of: part))
            try file.write(format.header)
            var openings: Set<Digest32> = []
            var count = 0
            for (record, line) in zip(records, lines) where part == nil || split?.part(of: record) == part {
                try file.write(line)
                openings.insert(record.opening)
                count += 1
            }
            files.append(file)
            sheet.files.append(
                Datasheet.File(
                    name: (file.path as NSString).lastPathComponent, part: part?.rawValue ?? "all", records: count,
                    conversations: openings.count, bytes: file.bytes, digest: file.digest().hex))
        }
        let page = try UnnamedFile(output + ".datasheet.md")
        try page.write(Array(sheet.markdown.utf8))
        let facts = try UnnamedFile(datasheet)
        try facts.write(sheet.json)
        try publish(files + [page, facts])
        return facts.digest()
    }

    private func publish(_ files: [UnnamedFile]) throws {
        var done: [UnnamedFile] = []
        do {
            for file in files {
                try file.publish()
                done.append(file)
            }
        } catch {
            for file in done { unlink(file.path) }
            throw error
        }
    }
}

/// What of the ledger a data set comes from.
enum LedgerProof {
    /// The logs that hold the attempts, with their checkpoints as they are now.
    static func logs(_ readers: [LedgerReader], _ attempts: [ExportSources.Attempt]) throws -> [Datasheet.Log] {
        struct Place: Hashable {
            let ledger, log: Int
        }
        var ranges: [Place: ClosedRange<UInt64>] = [:]
        for attempt in attempts {
            guard let position = attempt.position else { continue }
            let place = Place(ledger: attempt.ledger, log: position.log)
            let range = ranges[place] ?? position.index...position.index
            ranges[place] = min(range.lowerBound, position.index)...max(range.upperBound, position.index)
        }
        return try ranges.sorted { ($0.key.ledger, $0.key.log) < ($1.key.ledger, $1.key.log) }.map { place, range in
            let facts = try readers[place.ledger].facts(ofLog: place.log)
            return Datasheet.Log(
                checkpoint: facts.checkpoint.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "",
                origin: facts.origin ?? "", size: facts.size, root: facts.root.map { Hexadecimal.encode($0) } ?? "",
                first: range.lowerBound, last: range.upperBound)
        }
    }
}
