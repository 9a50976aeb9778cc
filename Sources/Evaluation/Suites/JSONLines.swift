internal import JSONText

/// Rows of JSON Lines: one JSON object a line, blank lines passed over.
enum JSONLines {
    /// Reads the rows; reports every line that is no JSON object.
    static func rows(_ bytes: [UInt8], source: String, _ problems: inout SuiteProblems) -> [ValueTree] {
        var rows: [ValueTree] = []
        var line = 0
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count {
            line += 1
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let extent = start..<end
            start = end + 1
            guard bytes[extent].contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { continue }
            do throws(JSONSyntaxError) {
                // A copy of the line: a document keeps its bytes, and the tree is read from it at once.
                let document = try JSONDocument(parsing: Array(bytes[extent]))
                let row = ValueTree(document.root, firstLine: line)
                if row.members == nil {
                    problems.report(source, row.position, "expected a JSON object, found \(row.kindInWords)")
                } else {
                    rows.append(row)
                }
            } catch {
                let position = ValueTree.Position(line: line + error.line - 1, column: error.column)
                problems.report(source, position, error.reason.text)
            }
        }
        return rows
    }
}
