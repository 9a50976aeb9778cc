import ArgumentParser
import Cryptography
import DataSets
import Foundation
import JSONText
import LedgerStore
import TransparencyLog

/// `sallyport dataset verify`.
struct DataSetVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Check a data set's files by its datasheet, and the datasheet by the ledger; exit with 1 if anything differs.",
        discussion: """
            The files are those that were written; the ledger records that this datasheet was; and it holds, unchanged, what the datasheet's \
            checkpoints signed. With --files-only no ledger is asked.

              sallyport dataset verify support.jsonl
            """)

    @OptionGroup var ledger: LedgerOption

    @Argument(help: "The file that was given to `export`, or its datasheet.")
    var file: String

    @Flag(help: "Check the files alone, without a ledger.")
    var filesOnly = false

    func run() throws {
        try ledger.configuration.reporting {
            let ending = ".datasheet.json"
            let path = file.hasSuffix(ending) ? file : file + ending
            let bytes = try InputText.read(path).bytes
            guard let document = try? JSONDocument(parsing: bytes), document.root["datasheet"]?.int == 1 else {
                throw FileProblem("\(path): is no datasheet")
            }
            var isWhole = true
            let files = document.root["files"]?.elements.map { $0 } ?? []
            let asked = ((file.hasSuffix(ending) ? String(file.dropLast(ending.count)) : file) as NSString)
                .lastPathComponent
            // Parts of a data set stand beside one another: NAME.train.jsonl and so on.
            let stem = (asked as NSString).deletingPathExtension
            guard files.contains(where: { $0["name"]?.string?.hasPrefix(stem) == true }) else {
                throw FileProblem("\(path): says nothing of \(asked)")
            }
            for file in files {
                isWhole = try check(file, beside: path) && isWhole
            }
            if !filesOnly { isWhole = try check(document.root, SHA256.hash(bytes)) && isWhole }
            if !isWhole { throw ExitCode.failure }
        }
    }

    private func check(_ file: JSONValue, beside sheet: String) throws -> Bool {
        let folder = (sheet as NSString).deletingLastPathComponent
        guard let name = file["name"]?.string, !name.contains("/"), let digest = file["sha256"]?.string else {
            throw FileProblem("\(sheet): a file has no name or no digest")
        }
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        guard let data = FileManager.default.contents(atPath: path) else {
            complain("\(path): can't be read")
            return false
        }
        let isEqual = SHA256.hash([UInt8](data)).hex == digest
        if isEqual { print("\(path): as it was written") } else { complain("\(path): NOT as it was written") }
        return isEqual
    }

    private func check(_ sheet: JSONValue, _ digest: Digest32) throws -> Bool {
        var isRecorded = false
        var isIntact = true
        let earlier = try (sheet["ledger"]?.elements.compactMap { $0["checkpoint"]?.string } ?? [])
            .filter { !$0.isEmpty }.map { try EarlierCheckpoint(place: "the datasheet", parsing: Array($0.utf8)) }
        for reader in try ledger.readers() {
            try reader.entries(holding: [Array(#""digest":"\#(digest.hex)""#.utf8)]) { position, entry in
                guard let document = try? JSONDocument(parsing: [UInt8](entry)),
                    document.root["kind"]?.string == "exported", document.root["digest"]?.string == digest.hex
                else { return true }
                isRecorded = true
                print("recorded as entry \(position.index) of log \(position.log)")
                return false
            }
            let verdict = try LedgerVerifier(source: reader.source, earlier: earlier).verify()
            for damage in verdict.damages { complain("\(damage)") }
            isIntact = isIntact && verdict.isIntact
        }
        if isIntact { print("the ledger holds what the datasheet's checkpoints signed") }
        if !isRecorded { complain("the ledger has no entry of this datasheet") }
        return isIntact && isRecorded
    }
}
