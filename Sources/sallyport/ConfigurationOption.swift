import ArgumentParser
import Foundation

/// `--config FILE`, the same for all verbs that read the configuration.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file.", valueName: "file"))
    var path = "sallyport.yaml"

    /// The environment, from which the configuration takes secrets only.
    var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Runs what reads the configuration; its errors already have file, line and column.
    func reporting<Result>(_ body: () throws -> Result) throws -> Result { try sallyport.reporting(body) }
}

/// Writes a line to standard error.
func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Columns that align.
struct TextTable {
    private var rows: [[String]]
    /// Columns of numbers, which end at the same place.
    private let right: Set<Int>

    init(_ header: [String], right: Set<Int> = []) {
        rows = [header]
        self.right = right
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The rows, columns two spaces apart.
    var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                line += right.contains(column) ? blanks + cell : column < row.count - 1 ? cell + blanks : cell
                if column < row.count - 1 { line += "  " }
            }
            return line
        }.joined(separator: "\n")
    }
}
