internal import Suggestions

/// A text with places for variables: `Translate into {{language}}: {{text}}`.
///
/// A place is a variable's name, or a path into it (`{{user.name}}`, `{{rows.0}}`), or a quoted text that stands for
/// itself (`{{'{{'}}`), and may end in `| trim` or `.strip()`, which cut blanks at both ends. A value's text is put in
/// as it is and not read again, so that a case can't bring places of its own. Nothing else of Jinja or Nunjucks is
/// read; what is not read is an error and never sent as it stands.
public struct PromptTemplate: Sendable, Hashable {
    /// Why a text is no template, or can't be filled.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Where in the template.
        public let position: ValueTree.Position
        /// What is wrong.
        public let message: String

        /// Message and place.
        public var description: String {
            "\(message) (line \(position.line), column \(position.column) of the template)"
        }
    }

    enum Piece: Sendable, Hashable {
        case literal(String)
        case place(path: [String], isTrimmed: Bool, position: ValueTree.Position)
    }

    /// The text as it was written.
    public let source: String
    let pieces: [Piece]

    /// Reads a template.
    public init(_ text: String) throws(Failure) {
        source = text
        var parser = TemplateParser(text)
        pieces = try parser.pieces()
    }

    /// A text without places.
    public init(literal text: String) {
        source = text
        pieces = text.isEmpty ? [] : [.literal(text)]
    }

    /// The names of the variables it needs, each once.
    public var variables: [String] {
        var names: [String] = []
        for case .place(let path, _, _) in pieces {
            if let name = path.first, !names.contains(where: { $0.isIdentical(to: name) }) { names.append(name) }
        }
        return names
    }

    /// Fills the places.
    public func filled(with variables: Variables) throws(Failure) -> String {
        var result = ""
        for piece in pieces {
            switch piece {
            case .literal(let text): result += text
            case .place(let path, let isTrimmed, let position):
                let text = try Self.text(of: path, in: variables, at: position)
                result += isTrimmed ? text.trimmingBlanks : text
            }
        }
        return result
    }

    private static func text(
        of path: [String], in variables: Variables, at position: ValueTree.Position
    ) throws(Failure) -> String {
        guard let name = path.first, var value = variables[name] else {
            let name = path.first ?? ""
            throw Failure(
                position: position,
                message: "unknown variable `\(name.inMessage)`" + Spelling.question(name, among: variables.names))
        }
        var seen = name
        for step in path.dropFirst() {
            guard let next = value.child(step) else {
                throw Failure(position: position, message: "`\(seen.inMessage)` has no `\(step.inMessage)`")
            }
            value = next
            seen += "." + step
        }
        guard !value.isNull else { throw Failure(position: position, message: "`\(seen.inMessage)` is null") }
        return value.inPrompt
    }
}

/// The variables of a case, in their order.
public struct Variables: Sendable {
    /// A name and its value.
    public private(set) var members: [ValueTree.Member]

    /// Takes variables; of two of one name the last counts.
    public init(_ members: [ValueTree.Member] = []) {
        self.members = []
        for member in members { self[member.key] = member.value }
    }

    /// The names, in their order.
    public var names: [String] { members.map(\.key) }

    /// The value of a variable.
    public subscript(_ name: String) -> ValueTree? {
        get { members.first { $0.key.isIdentical(to: name) }?.value }
        set {
            let index = members.firstIndex { $0.key.isIdentical(to: name) }
            guard let newValue else {
                if let index { members.remove(at: index) }
                return
            }
            let member = ValueTree.Member(key: name, position: newValue.position, value: newValue)
            if let index { members[index] = member } else { members.append(member) }
        }
    }

    /// These, and those of `others` that have no name of these.
    public func over(_ others: Variables) -> Variables { Variables(others.members + members) }
}

extension ValueTree {
    /// As a prompt says it: a text as it is, a number as it is written, lists and mappings as JSON.
    var inPrompt: String {
        switch content {
        case .text(let text): text
        case .number(let text): text
        default: json
        }
    }

    /// A mapping's member, or a list's element by its number from 0.
    func child(_ step: String) -> ValueTree? {
        guard let elements else { return self[step] }
        guard step.utf8.count <= 9, step.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(step),
            index < elements.count
        else { return nil }
        return elements[index]
    }
}

private struct TemplateParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var column = 1

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var position: ValueTree.Position { ValueTree.Position(line: line, column: column) }

    mutating func pieces() throws(PromptTemplate.Failure) -> [PromptTemplate.Piece] {
        var pieces: [PromptTemplate.Piece] = []
        var literal = String.UnicodeScalarView()
        while index < scalars.count {
            if starts("{%") || starts("{#") {
                throw failure("template statements `{% … %}` and comments `{# … #}` are not read here")
            }
            guard starts("{{") else {
                literal.append(scalars[index])
                step()
                continue
            }
            let place = try place()
            if case .literal(let text) = place {
                literal.append(contentsOf: text.unicodeScalars)
                continue
            }
            if !literal.isEmpty { pieces.append(.literal(String(literal))) }
            literal = String.UnicodeScalarView()
            pieces.append(place)
        }
        if !literal.isEmpty { pieces.append(.literal(String(literal))) }
        return pieces
    }

    private mutating func place() throws(PromptTemplate.Failure) -> PromptTemplate.Piece {
        let start = position
        step(2)
        skipBlanks()
        if let quote = current, quote == "'" || quote == "\"" {
            let text = try quoted(quote)
            try close(start)
            return .literal(text)
        }
        var path = [try name()]
        var isTrimmed = false
        while current == "." {
            step()
            if starts("strip()") {
                step(7)
                isTrimmed = true
                break
            }
            path.append(try name())
        }
        skipBlanks()
        if current == "|" {
            step()
            skipBlanks()
            let filter = position
            let word = try name()
            guard word == "trim" else {
                throw PromptTemplate.Failure(
                    position: filter, message: "unknown filter `\(word.inMessage)`: only `trim` is read here")
            }
            isTrimmed = true
        }
        try close(start)
        return .place(path: path, isTrimmed: isTrimmed, position: start)
    }

    private mutating func close(_ start: ValueTree.Position) throws(PromptTemplate.Failure) {
        skipBlanks()
        guard current != nil else {
            throw PromptTemplate.Failure(position: start, message: "`{{` without `}}`")
        }
        guard starts("}}") else { throw failure("expected `}}`") }
        step(2)
    }

    private mutating func quoted(_ quote: Unicode.Scalar) throws(PromptTemplate.Failure) -> String {
        let start = position
        step()
        var text = String.UnicodeScalarView()
        while let scalar = current {
            step()
            if scalar == quote { return String(text) }
            text.append(scalar)
        }
        throw PromptTemplate.Failure(position: start, message: "a quoted text that does not end")
    }

    private mutating func name() throws(PromptTemplate.Failure) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = current, scalar.isOfName {
            name.append(scalar)
            step()
        }
        guard !name.isEmpty else { throw failure("expected a variable's name") }
        return String(name)
    }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func starts(_ text: String) -> Bool {
        scalars[index...].starts(with: text.unicodeScalars)
    }

    private mutating func skipBlanks() {
        while let scalar = current, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { step() }
    }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<count where index < scalars.count {
            if scalars[index] == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
            index += 1
        }
    }

    private func failure(_ message: String) -> PromptTemplate.Failure {
        PromptTemplate.Failure(position: position, message: message)
    }
}

extension Unicode.Scalar {
    /// Letters and digits of any script, `_` and `-`.
    fileprivate var isOfName: Bool {
        self == "_" || self == "-" || properties.isAlphabetic || properties.numericType != nil
            || properties.generalCategory == .nonspacingMark
    }
}
