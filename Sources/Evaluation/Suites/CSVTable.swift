/// A table of comma-separated values (RFC 4180), UTF-8, the first row naming the columns.
///
/// Read as strictly as the RFC writes it, save that a line may end with a line feed alone, a byte order mark is passed
/// over, and blank lines are no rows. A quote inside an unquoted field, text after a closing quote, a quote that is
/// never closed, and a row with more or fewer fields than columns are errors: guessing would run cases that nobody
/// wrote.
public struct CSVTable: Sendable {
    /// A field and where it begins.
    public struct Field: Sendable, Hashable {
        /// What it says, quotes undone.
        public let text: String
        /// Where it begins.
        public let position: ValueTree.Position
        /// Whether it is quoted.
        public let isQuoted: Bool
    }

    /// The names of the columns.
    public let columns: [Field]
    /// The rows, each with one field for each column.
    public let rows: [[Field]]

    /// Reads a table; reports every error and keeps the rows that have none.
    public init(_ bytes: [UInt8], source: String, separator: UInt8 = UInt8(ascii: ","), _ problems: inout SuiteProblems)
    {
        var reader = CSVReader(bytes, separator: separator)
        var columns: [Field]?
        var rows: [[Field]] = []
        while let row = reader.row() {
            for error in row.errors { problems.report(source, error.position, error.message) }
            guard let columns else {
                columns = row.fields
                Self.check(row.fields, source, &problems)
                continue
            }
            if row.errors.isEmpty, row.fields.count != columns.count, let first = row.fields.first {
                problems.report(
                    source, row.fields.count > columns.count ? row.fields[columns.count].position : first.position,
                    "expected \(columns.count) fields as in the first row, found \(row.fields.count)")
            } else if row.errors.isEmpty {
                rows.append(row.fields)
            }
        }
        if columns == nil { problems.report(source, .start, "expected a first row that names the columns") }
        self.columns = columns ?? []
        self.rows = rows
    }

    private static func check(_ columns: [Field], _ source: String, _ problems: inout SuiteProblems) {
        var names: Set<[UInt8]> = []
        for column in columns {
            if column.text.isEmpty {
                problems.report(source, column.position, "a column without a name")
            } else if !names.insert(Array(column.text.utf8)).inserted {
                problems.report(source, column.position, "a second column `\(column.text.inMessage)`")
            }
        }
    }
}

/// Reads row after row.
private struct CSVReader {
    struct Row {
        var fields: [CSVTable.Field] = []
        var errors: [(position: ValueTree.Position, message: String)] = []
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private var index: Int
    private var line = 1
    private var column = 1

    init(_ bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    private var position: ValueTree.Position { ValueTree.Position(line: line, column: column) }
    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// The next row that is not blank; `nil` after the last.
    mutating func row() -> Row? {
        while atLineEnd { endLine() }
        guard byte != nil else { return nil }
        var row = Row()
        while true {
            field(&row)
            if byte == separator {
                step()
                continue
            }
            endLine()
            return row
        }
    }

    private mutating func field(_ row: inout Row) {
        let start = position
        var text: [UInt8] = []
        let isQuoted = byte == UInt8(ascii: "\"")
        if isQuoted { quoted(&text, start, &row) } else { unquoted(&text, &row) }
        guard let text = String(validating: text, as: UTF8.self) else {
            row.errors.append((start, "a field is not UTF-8"))
            return
        }
        row.fields.append(CSVTable.Field(text: text, position: start, isQuoted: isQuoted))
    }

    private mutating func unquoted(_ text: inout [UInt8], _ row: inout Row) {
        while let byte, byte != separator, !atLineEnd {
            if byte == UInt8(ascii: "\"") {
                row.errors.append((position, "a quote inside a field that does not begin with one"))
                skipLine()
                return
            }
            if byte == 0x0D { row.errors.append((position, "a carriage return without a line feed")) }
            text.append(byte)
            step()
        }
    }

    private mutating func quoted(_ text: inout [UInt8], _ start: ValueTree.Position, _ row: inout Row) {
        step()
        while let byte {
            step()
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard self.byte == UInt8(ascii: "\"") else {
                if self.byte == nil || self.byte == separator || atLineEnd { return }
                row.errors.append((position, "text after the closing quote of a field"))
                skipLine()
                return
            }
            text.append(byte)
            step()
        }
        row.errors.append((start, "a quote that is never closed"))
    }

    private var atLineEnd: Bool {
        guard index < bytes.count else { return false }
        return bytes[index] == 0x0A || (bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A)
    }

    private mutating func endLine() {
        if byte == 0x0D { step() }
        if byte == 0x0A { step() }
    }

    /// What follows an error in a line is not worth more errors.
    private mutating func skipLine() {
        while byte != nil, !atLineEnd { step() }
    }

    private mutating func step() {
        let byte = bytes[index]
        index += 1
        if byte == 0x0A {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }
}
