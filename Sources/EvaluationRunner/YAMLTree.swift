public import Evaluation
private import Yams

/// Reads YAML into the tree that the readers of suites take: every value with its place, scalars by YAML 1.2's core schema.
public enum YAMLTree {
    /// More values than any suite's file has (cases by the thousand belong into files of their own), and few enough that a file
    /// can't fill the memory.
    static let mostValues = 2_000_000
    static let deepest = 64

    /// Reads a text of one document; reports what is wrong with it, and then gives `nil`. An empty text is `null`.
    public static func parse(_ text: String, source: String, _ problems: inout SuiteProblems) -> ValueTree? {
        do {
            guard let node = try Yams.compose(yaml: text, .basic) else { return ValueTree(.null) }
            var count = 0
            return try convert(node, depth: 0, &count)
        } catch let error as Fault {
            problems.report(source, error.position, error.message)
        } catch let error as YamlError {
            let (position, message) = words(error)
            problems.report(source, position, message)
        } catch {
            problems.report(source, .start, "not YAML")
        }
        return nil
    }

    private struct Fault: Error {
        let position: ValueTree.Position
        let message: String
    }

    private static func convert(_ node: Node, depth: Int, _ count: inout Int) throws -> ValueTree {
        let position = place(node.mark)
        count += 1
        guard count <= mostValues else { throw Fault(position: position, message: "more than \(mostValues) values") }
        guard depth <= deepest else { throw Fault(position: position, message: "nested deeper than \(deepest)") }
        switch node {
        case .scalar(let scalar):
            return scalar.style == .plain
                ? ValueTree(plainScalar: scalar.string, at: position) : ValueTree(.text(scalar.string), at: position)
        case .mapping(let mapping):
            var members: [ValueTree.Member] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw Fault(position: place(key.mark), message: "expected a text as key")
                }
                members.append(
                    ValueTree.Member(
                        key: name.string, position: place(key.mark), value: try convert(value, depth: depth + 1, &count)
                    ))
            }
            return ValueTree(.mapping(members), at: position)
        case .sequence(let sequence):
            var elements: [ValueTree] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1, &count)) }
            return ValueTree(.list(elements), at: position)
        case .alias: throw Fault(position: position, message: "aliases are not supported here")
        }
    }

    private static func place(_ mark: Mark?) -> ValueTree.Position {
        mark.map { ValueTree.Position(line: $0.line, column: $0.column) } ?? .start
    }

    private static func words(_ error: YamlError) -> (ValueTree.Position, String) {
        // The error's own text would quote lines of the file.
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return (place(mark), "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "`\($0)`" }.joined(separator: ", ")
            return (place(context.mark), "the same key stands twice: \(names)")
        default: return (.start, "not YAML")
        }
    }
}
