/// A place in a policy text.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// The column in Unicode scalars, counted from 1.
    public let column: Int

    /// Names a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}

/// A policy text with the name of where it came from; turns byte offsets into lines and columns when asked.
public struct SourceText: Sendable {
    /// The name that stands before `line:column` in messages, a path usually.
    public let name: String
    /// The text, UTF-8.
    let bytes: [UInt8]

    init(name: String, text: String) {
        self.name = name
        bytes = Array(text.utf8)
    }

    /// The place of a byte offset; offsets past the end stand for the end.
    public func position(at offset: Int) -> SourcePosition {
        var line = 1
        var column = 1
        for index in 0..<max(0, min(offset, bytes.count)) {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if bytes[index] & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourcePosition(line: line, column: column)
    }
}
