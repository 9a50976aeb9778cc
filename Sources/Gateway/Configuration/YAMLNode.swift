private import Yams

/// A YAML text as we use it: scalars as they are written, mappings in their order, and where everything stands.
///
/// Types are left to the reader, who knows what it expects: so `yes` and `1.10` are never turned into something else on the way.
public struct YAMLNode: Hashable, Sendable {
    /// Where a node stands, both from 1; columns count Unicode scalars.
    public struct Position: Hashable, Sendable, Comparable {
        /// The line.
        public let line: Int
        /// The column.
        public let column: Int

        /// In the order of the file.
        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// One `key: value` of a mapping.
    struct Entry: Hashable, Sendable {
        let key: String
        let position: Position
        let value: YAMLNode
    }

    indirect enum Content: Hashable, Sendable {
        /// Nothing, `~` or `null`.
        case null
        /// A text; quoted ones are never numbers or booleans.
        case scalar(String, isQuoted: Bool)
        case mapping([Entry])
        case sequence([YAMLNode])
    }

    let content: Content
    let position: Position

    /// More nodes than any configuration has, and few enough that aliases of aliases can't fill the memory.
    static let maximumNodes = 100_000

    /// Why a text is no YAML that we read.
    struct SyntaxError: Error {
        let position: Position?
        let message: String
    }

    /// Reads a text of one document; `nil` if there is nothing in it.
    static func parse(_ text: String) throws(SyntaxError) -> YAMLNode? {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text, .basic)
        } catch let error as YamlError {
            throw SyntaxError(error)
        } catch {
            throw SyntaxError(position: nil, message: "not YAML")
        }
        guard let node else { return nil }
        var count = 0
        return try convert(node, &count)
    }

    private static func convert(_ node: Node, _ count: inout Int) throws(SyntaxError) -> YAMLNode {
        let position = Position(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        count += 1
        guard count <= maximumNodes else {
            throw SyntaxError(position: position, message: "more than \(maximumNodes) values")
        }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain
            let isNull = !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return YAMLNode(content: isNull ? .null : .scalar(scalar.string, isQuoted: isQuoted), position: position)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let keyPosition = Position(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard case .scalar(let name) = key else {
                    throw SyntaxError(position: keyPosition, message: "expected a text as key")
                }
                entries.append(Entry(key: name.string, position: keyPosition, value: try convert(value, &count)))
            }
            return YAMLNode(content: .mapping(entries), position: position)
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence { elements.append(try convert(element, &count)) }
            return YAMLNode(content: .sequence(elements), position: position)
        case .alias:
            throw SyntaxError(position: position, message: "aliases are not supported here")
        }
    }
}

extension YAMLNode.SyntaxError {
    fileprivate init(_ error: YamlError) {
        // The error's own text would quote lines of the file, and with them perhaps a secret.
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(
                position: YAMLNode.Position(line: mark.line, column: mark.column), message: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "`\($0)`" }.joined(separator: ", ")
            self.init(
                position: YAMLNode.Position(line: context.mark.line, column: context.mark.column),
                message: "the same key stands twice: \(names)")
        case .reader(let problem, _, _, _):
            self.init(position: nil, message: "not YAML: \(problem)")
        default:
            self.init(position: nil, message: "not YAML")
        }
    }
}
