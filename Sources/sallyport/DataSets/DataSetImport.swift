import ArgumentParser
import DataSets
import Foundation
import Gateway

/// `sallyport dataset import`.
struct DataSetImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a suite of a data set, for `sallyport evaluate`.",
        discussion: """
            Reads openai-chat, anthropic, sharegpt and jsonl. What was said before each answer is asked, the answer is what is expected: \
            texts are scored by --scorer, calls of tools by tool_calls.

              sallyport dataset import support.test.jsonl --suite support
            """)

    @Argument(help: "The data set's file, a JSON object a line.")
    var file: String

    @Option(help: ArgumentHelp("What the suite is called.", valueName: "name"))
    var suite: String

    @Option(help: ArgumentHelp("Where suites are.", valueName: "folder"))
    var folder = "evaluations"

    @Option(help: "How texts are scored: \(SuiteImport.scorers.joined(separator: ", ")).")
    var scorer = "rouge_l"

    func validate() throws {
        guard SuiteImport.scorers.contains(scorer) else {
            throw ValidationError(
                "--scorer: expected one of \(SuiteImport.scorers.joined(separator: ", ")), found `\(scorer)`")
        }
        let letters = suite.utf8
        guard !letters.isEmpty, letters.count <= 128,
            letters.allSatisfy({
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || 0x30...0x39 ~= $0 || "_-".utf8.contains($0)
            })
        else { throw ValidationError("--suite: expected letters, digits, `_` and `-`, found `\(suite)`") }
    }

    func run() throws {
        try reporting {
            let bytes = try InputText.read(file).bytes
            let records: [DataRecord]
            do throws(DataSetReader.Problem) {
                records = try DataSetReader.records(bytes)
            } catch {
                throw FileProblem("\(file):\(error.line): \(error.message)")
            }
            let name = (file as NSString).lastPathComponent
            let made = try SuiteImport(records, name: suite, scorer: scorer, source: name)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let paths = ["\(folder)/\(suite).jsonl", "\(folder)/\(suite).yaml"]
            for path in paths where FileManager.default.fileExists(atPath: path) {
                throw FileProblem("\(path): is there already; suites are not written over")
            }
            for (path, content) in zip(paths, [made.cases, made.file]) {
                let new = try UnnamedFile(path)
                try new.write(content)
                try new.publish()
            }
            print("\(paths[1]): \(records.count) cases")
        }
    }
}
