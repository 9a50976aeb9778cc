import ArgumentParser
import Cedar
import Foundation
import Gateway

struct PolicyFormat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format",
        abstract: "Bring access policies into their usual shape; comments stay, and so does what they mean.",
        discussion: """
            Writes the files back and names those that changed. With --check it only names them, and exits with 1 if there are any. \
            Exits with 2 if a file is broken.
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Flag(help: "Change nothing; exit with 1 if a file would change.")
    var check = false

    @Argument(help: "Cedar files; - for standard input to standard output; the configured access policy unless given.")
    var files: [String] = []

    func run() throws {
        var changed = 0
        for file in try files.isEmpty ? [configured()] : files {
            let text = try refusing { () throws -> String in
                guard let text = String(validating: try InputText.read(file).bytes, as: UTF8.self) else {
                    throw FileProblem("\(file): is not UTF-8")
                }
                return text
            }
            var formatter = PolicyFormatter()
            formatter.lineWidth = 120
            formatter.indentation = 4
            formatter.isCompact = true
            let formatted = try refusing { try formatter.format(text, source: file) }
            if file == "-", !check {
                FileHandle.standardOutput.write(Data(formatted.utf8))
            } else if !formatted.utf8.elementsEqual(text.utf8) {
                changed += 1
                print(check ? "\(file): not in its usual shape" : "\(file): formatted")
                if !check { try refusing { try Data(formatted.utf8).write(to: URL(filePath: file)) } }
            }
        }
        if check, changed > 0 { throw ExitCode.failure }
    }

    private func configured() throws -> String {
        try refusing {
            try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true
            ).accessPolicy.source
        }
    }
}
