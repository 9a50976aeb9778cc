import Testing

@testable import Evaluation

struct CSVTableTests {
    private func read(_ text: String) -> (rows: [[String]], errors: [String]) {
        var table: CSVTable?
        let errors = problems { table = CSVTable(Array(text.utf8), source: "c.csv", &$0) }
        return ((table?.rows ?? []).map { $0.map(\.text) }, errors)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["1", "2"]]),
        ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
        ("\u{FEFF}a,b\n1,2", [["1", "2"]]),
        ("a,b\n\"1,\"\"x\"\"\",\"two\r\nlines\"\n", [["1,\"x\"", "two\r\nlines"]]),
        ("a,b\n,\n", [["", ""]]),
        ("a,b\n\n1,2\n\n", [["1", "2"]]),
        ("a\n\"\"\n", [[""]]),
        ("a,b\né, 東 \n", [["é", " 東 "]]),
    ])
    func `rows are read as RFC 4180 writes them`(_ text: String, _ rows: [[String]]) {
        let table = read(text)
        #expect(table.rows == rows && table.errors.isEmpty)
    }

    @Test(arguments: [
        ("", "c.csv:1:1: expected a first row that names the columns"),
        ("a,b\n1,2\n1,2,3\n", "c.csv:3:5: expected 2 fields as in the first row, found 3"),
        ("a,b\n1\n", "c.csv:2:1: expected 2 fields as in the first row, found 1"),
        ("a,b\n1,x\"y\n", "c.csv:2:4: a quote inside a field that does not begin with one"),
        ("a,b\n1,\"x\"y\n", "c.csv:2:6: text after the closing quote of a field"),
        ("a,b\né,\"x\ny", "c.csv:2:3: a quote that is never closed"),
        ("a,a\n1,2", "c.csv:1:3: a second column `a`"),
        ("a,\n1,2", "c.csv:1:3: a column without a name"),
        ("a\n1\r2\n", "c.csv:2:2: a carriage return without a line feed"),
    ])
    func `what is no such table is named by line and column`(_ text: String, _ error: String) {
        #expect(read(text).errors == [error])
    }

    @Test func `a field that is no UTF-8 is an error`() {
        let bytes = Array("a\n".utf8) + [0xFF]
        #expect(problems { _ = CSVTable(bytes, source: "c.csv", &$0) } == ["c.csv:2:1: a field is not UTF-8"])
    }

    @Test func `every table that is written is read back`() {
        var dice = Dice(1)
        let pieces = ["a", ",", "\"", "\n", "\r\n", " ", "é", "😀", "\"\"", "x,y", "\t", ";"]
        for _ in 0..<300 {
            let width = Int.random(in: 1...4, using: &dice)
            let rows = (0..<Int.random(in: 0...5, using: &dice)).map { _ in
                (0..<width).map { _ in dice.text(of: pieces, upTo: 4) }
            }
            let header = (0..<width).map { "c\($0)" }.joined(separator: ",")
            let lines = rows.map { row in
                row.map {
                    "\"" + $0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
                }
                .joined(separator: ",")
            }
            let end = Bool.random(using: &dice) ? "\r\n" : "\n"
            let table = read(([header] + lines).joined(separator: end) + end)
            #expect(table.errors.isEmpty)
            #expect(table.rows.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } })
        }
    }

    @Test func `no text makes the reader trap, and places are inside the text`() {
        var dice = Dice(2)
        let pieces = ["a", ",", "\"", "\n", "\r", "\r\n", " ", "é", "\"\"", "\u{FEFF}", "\0"]
        for _ in 0..<3000 {
            let text = dice.text(of: pieces, upTo: 12)
            var collected = SuiteProblems()
            _ = CSVTable(Array(text.utf8), source: "c.csv", &collected)
            let lines = text.unicodeScalars.count { $0 == "\n" } + 1
            do throws(SuiteErrors) { try collected.finish() } catch {
                for error in error.errors {
                    #expect(
                        (1...lines).contains(error.position.line) && error.position.column >= 1,
                        "\(text.debugDescription)")
                }
            }
        }
    }
}
