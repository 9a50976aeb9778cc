import ArgumentParser
import Foundation

/// `--store FILE`, the same for all verbs that read or write runs.
struct StoreOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where runs and answers are kept; var/evaluations.sqlite beside the configuration unless given.",
            valueName: "file"), completion: .file())
    var store: String?

    /// The file, seen from the configuration's folder unless it is given.
    func path(besides configuration: String) -> String {
        if let store { return store }
        let folder = configuration.lastIndex(of: "/").map { String(configuration[...$0]) } ?? ""
        return folder + "var/evaluations.sqlite"
    }
}
