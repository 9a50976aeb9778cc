/// A value read from a suite's file, or from an answer: JSON's kinds, each with where it stands.
///
/// The shell makes one of YAML, `ValueTree(_: JSONValue)` makes one of JSON, so that the readers of suites know
/// neither.
public struct ValueTree: Sendable {
    /// Where a value stands, both from 1; columns count Unicode scalars.
    public struct Position: Hashable, Sendable, Comparable {
        /// The line.
        public let line: Int
        /// The column.
        public let column: Int

        /// Puts a position together.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        /// Where a file begins, and where a value stands that no file has.
        public static let start = Position(line: 1, column: 1)

        /// In the order of the file.
        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// One `key: value` of a mapping.
    public struct Member: Sendable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let position: Position
        /// The value.
        public let value: ValueTree

        /// Puts a member together.
        public init(key: String, position: Position = .start, value: ValueTree) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    /// What it is.
    public indirect enum Content: Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number, as RFC 8259 §6 writes it.
        case number(String)
        /// A text.
        case text(String)
        /// A list.
        case list([ValueTree])
        /// A mapping in the order of the file, each key once.
        case mapping([Member])
    }

    /// What it is.
    public let content: Content
    /// Where it stands.
    public let position: Position

    /// Puts a value together.
    public init(_ content: Content, at position: Position = .start) {
        self.content = content
        self.position = position
    }

    /// A scalar that YAML writes without quotes, by YAML 1.2's core schema (§10.3.2): `null`, `true`, `12`, `1.5`; all
    /// else is text.
    public init(plainScalar text: String, at position: Position = .start) {
        switch text {
        case "", "~", "null", "Null", "NULL": self.init(.null, at: position)
        case "true", "True", "TRUE": self.init(.bool(true), at: position)
        case "false", "False", "FALSE": self.init(.bool(false), at: position)
        default: self.init(DecimalNumber.isNumber(text) ? .number(text) : .text(text), at: position)
        }
    }

    /// The text; `nil` for all else.
    public var text: String? { if case .text(let text) = content { text } else { nil } }

    /// `true` or `false`; `nil` for all else.
    public var bool: Bool? { if case .bool(let bool) = content { bool } else { nil } }

    /// The number as the nearest double; `nil` for what is no number or too large for one.
    public var double: Double? {
        guard case .number(let text) = content, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The whole number, however it is written (`12`, `12.0`, `1.2e1`); `nil` for all else and for what does not fit.
    public var int: Int? {
        guard case .number(let text) = content else { return nil }
        return DecimalNumber(text)?.int
    }

    /// The elements of a list; `nil` for all else.
    public var elements: [ValueTree]? { if case .list(let elements) = content { elements } else { nil } }

    /// The members of a mapping; `nil` for all else.
    public var members: [Member]? { if case .mapping(let members) = content { members } else { nil } }

    /// The value of a mapping's member; `nil` where there is none, or this is no mapping.
    public subscript(_ key: String) -> ValueTree? {
        members?.first { $0.key.isIdentical(to: key) }?.value
    }

    /// Whether it is `null`.
    public var isNull: Bool { if case .null = content { true } else { false } }

    /// The kind in words, for messages.
    public var kindInWords: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Whether both are the same JSON value: numbers by value (`1`, `1.0` and `1e0` are one), members in any order,
    /// texts scalar by scalar.
    public func isSameValue(as other: ValueTree) -> Bool {
        switch (content, other.content) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return DecimalNumber.areEqual(left, right)
        case (.text(let left), .text(let right)): return left.isIdentical(to: right)
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSameValue(as: $1) }
        case (.mapping(let left), .mapping(let right)):
            guard left.count == right.count else { return false }
            // Sorted, so that a large answer costs no quadratic time.
            return zip(left.sortedByKey, right.sortedByKey).allSatisfy {
                $0.key.isIdentical(to: $1.key) && $0.value.isSameValue(as: $1.value)
            }
        default: return false
        }
    }
}

extension [ValueTree.Member] {
    /// By the bytes of their keys.
    var sortedByKey: [ValueTree.Member] { sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
}

extension StringProtocol {
    /// Whether both are the same Unicode scalars: `==` takes canonically equivalent texts for the same.
    func isIdentical(to other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
