import ArgumentParser
import Cedar
import Foundation

struct CedarFormat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format",
        abstract: "Format policies; comments stay.",
        discussion: "Prints the policies, or writes them back. With --check it exits with 1 if they would change.")

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Policies and templates; standard input unless given.", valueName: "FILE"))
    var policies: String?

    @Option(name: .shortAndLong, help: "Columns that lines keep to.")
    var lineWidth = 80

    @Option(name: .shortAndLong, help: "Columns of one level.")
    var indentWidth = 2

    @Flag(name: .shortAndLong, help: "Write the policies back to their file.")
    var write = false

    @Flag(name: .shortAndLong, help: "Exit with 1 if the policies would change.")
    var check = false

    func validate() throws {
        if write, check { throw ValidationError("--write and --check exclude each other") }
        if write, policies == nil { throw ValidationError("--write needs --policies") }
        guard (0...1000).contains(lineWidth), (0...100).contains(indentWidth) else {
            throw ValidationError("--line-width is at most 1000, --indent-width at most 100")
        }
    }

    func run() throws {
        try reporting {
            let (name, text) = try cedarText(policies)
            var formatter = PolicyFormatter()
            formatter.lineWidth = lineWidth
            formatter.indentation = indentWidth
            let formatted = try formatter.format(text, source: name)
            let isSame = formatted.utf8.elementsEqual(text.utf8)
            if write, let policies {
                if !isSame { try Data(formatted.utf8).write(to: URL(fileURLWithPath: policies)) }
            } else {
                FileHandle.standardOutput.write(Data(formatted.utf8))
            }
            if check, !isSame { throw ExitCode.failure }
        }
    }
}
