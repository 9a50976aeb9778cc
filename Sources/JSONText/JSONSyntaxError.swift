/// Why a text is not a JSON document that this module accepts, and where. It never carries the text itself.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Hashable, CaseIterable {
        /// The text has no bytes.
        case empty
        /// The text ends inside a value.
        case unexpectedEnd
        /// Where a value has to begin, something else stands.
        case expectedValue
        /// Where a member's name has to begin, something else stands.
        case expectedKey
        /// After a member's name no colon follows.
        case expectedColon
        /// After an element or member neither a comma nor the fitting end of the array or object follows.
        case expectedCommaOrEnd
        /// After the document's value something else follows.
        case trailingBytes
        /// A word that begins like `true`, `false` or `null` is none of them.
        case invalidLiteral
        /// A number does not follow RFC 8259 §6.
        case invalidNumber
        /// A backslash is followed by what is no escape of RFC 8259 §7.
        case invalidEscape
        /// An escape names half of a surrogate pair, which stands for no character.
        case loneSurrogate
        /// A control character stands in a string unescaped.
        case controlCharacter
        /// A string is not UTF-8: overlong, a surrogate, beyond U+10FFFF, or cut.
        case invalidUTF8
        /// The text begins with a byte order mark (RFC 8259 §8.1 forbids sending it).
        case byteOrderMark
        /// An object has two members of the same name, whichever way each is escaped.
        case duplicateKey
        /// Arrays and objects are nested deeper than `JSONLimits.maximumDepth`.
        case depth
        /// The text is longer than `JSONLimits.maximumBytes`.
        case tooLarge
        /// The text has more values and names than `JSONLimits.maximumNodes`.
        case tooManyValues
    }

    /// What is wrong.
    public let reason: Reason
    /// Where, in bytes from the start of the text.
    public let offset: Int
    /// The line, from 1; lines end with a line feed.
    public let line: Int
    /// The column, in characters from 1.
    public let column: Int

    /// Puts an error together.
    public init(reason: Reason, offset: Int, line: Int, column: Int) {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// Line, column and reason, as in `3:14: the same key appears twice in an object`.
    public var description: String { "\(line):\(column): \(reason.text)" }

    /// Finds line and column of a fault.
    init(_ fault: Fault, in text: UnsafeBufferPointer<UInt8>, from start: Int) {
        var line = 1
        var column = 1
        var position = start
        while position < min(fault.offset, text.count) {
            let byte = text[position]
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            position += 1
        }
        self.init(reason: fault.reason, offset: fault.offset - start, line: line, column: column)
    }
}

extension JSONSyntaxError.Reason {
    /// The reason in words, in lowercase without a final period.
    public var text: String {
        switch self {
        case .empty: "empty text where a JSON value is expected"
        case .unexpectedEnd: "the text ends inside a JSON value"
        case .expectedValue: "expected a JSON value"
        case .expectedKey: "expected a string as the member's name"
        case .expectedColon: "expected `:` after the member's name"
        case .expectedCommaOrEnd: "expected `,` or the end of the array or object"
        case .trailingBytes: "expected the end of the text after the JSON value"
        case .invalidLiteral: "expected `true`, `false` or `null`"
        case .invalidNumber: "not a number as RFC 8259 defines it"
        case .invalidEscape: "not an escape as RFC 8259 defines it"
        case .loneSurrogate: "an escape names half of a surrogate pair"
        case .controlCharacter: "a control character stands in a string without an escape"
        case .invalidUTF8: "invalid UTF-8"
        case .byteOrderMark: "the text begins with a byte order mark"
        case .duplicateKey: "the same key appears twice in an object"
        case .depth: "arrays and objects are nested too deep"
        case .tooLarge: "the text is too large"
        case .tooManyValues: "the text has too many values"
        }
    }
}

/// A fault as the parser meets it; `JSONSyntaxError` adds line and column.
struct Fault: Error {
    let reason: JSONSyntaxError.Reason
    /// Absolute, in the bytes that the document keeps.
    let offset: Int

    init(_ reason: JSONSyntaxError.Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
