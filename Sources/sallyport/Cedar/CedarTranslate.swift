import ArgumentParser
import Cedar
import Foundation

struct CedarTranslatePolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate-policy",
        abstract: "Translate policies into their JSON form, or back.",
        discussion: "Comments get lost.")

    enum Direction: String, ExpressibleByArgument, CaseIterable {
        case cedarToJson = "cedar-to-json"
        case jsonToCedar = "json-to-cedar"
    }

    @Option(help: "From what into what.")
    var direction: Direction

    @Option(name: .shortAndLong, help: ArgumentHelp("Policies; standard input unless given.", valueName: "FILE"))
    var policies: String?

    func run() throws {
        try reporting {
            let (name, text) = try cedarText(policies)
            switch direction {
            case .cedarToJson: print(try PolicySet(parsing: text, source: name).json)
            case .jsonToCedar:
                let policies = try PolicySet(json: text, source: name)
                print(try PolicyFormatter().format(policies.text, source: name), terminator: "")
            }
        }
    }
}

struct CedarTranslateSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate-schema",
        abstract: "Translate a schema into its JSON form, or back.",
        discussion: "Comments get lost.")

    @Option(help: "From what into what.")
    var direction: CedarTranslatePolicy.Direction

    @Option(name: .shortAndLong, help: ArgumentHelp("The schema; standard input unless given.", valueName: "FILE"))
    var schema: String?

    func run() throws {
        try reporting {
            let (name, text) = try cedarText(schema)
            switch direction {
            case .cedarToJson: print(try Schema(parsing: text, source: name).json)
            case .jsonToCedar: print(try Schema(json: text, source: name).text, terminator: "")
            }
        }
    }
}
