internal import Foundation
internal import PlainText
internal import Suggestions

/// `policies/models.yaml` as a text that is changed in one place: everything else stays, to the letter, comments included.
///
/// What a change was to do is computed twice, in the text and in the tree that the text means; only if both agree is there a
/// changed text at all.
public struct ModelsFile: Sendable {
    /// Why a file was not changed.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, with the file and, where there is one, the place.
        public let description: String
    }

    /// Where it is.
    public let path: String
    /// What is in it.
    public let text: String

    /// Reads it.
    public init(path: String) throws(Failure) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "\(path): cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(description: "\(path): not UTF-8")
        }
        self.init(path: path, text: text)
    }

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// The file with the candidates of alias `pick` first among those of `alias`, which is made where there is none; those that
    /// it had stay behind them, as what is tried next.
    public func placing(_ pick: String, firstIn alias: String) throws(Failure) -> ModelsFile {
        let tree = try tree()
        guard case .mapping(let aliases)? = tree["aliases"]?.content else {
            throw Failure(description: "\(path): no `aliases`")
        }
        guard let source = aliases.first(where: { $0.key == pick }) else {
            throw Failure(
                description: "\(path): the pick's model `\(pick)` is no alias of its own there"
                    + Spelling.question(pick, among: aliases.map(\.key)))
        }
        let items = try candidates(of: source)
        if items.count > 1 { try expectOrdered(source) }
        guard alias != pick else { return self }
        let target = aliases.first { $0.key == alias }
        let present = try target.map { target throws(Failure) in try candidates(of: target) } ?? []
        // What the alias has already keeps its own price and limits, and only moves.
        let placed = items.map { item in present.first { $0.names == item.names } ?? item }
        var editor = YAMLLines(text)
        let words = try placed.map { item throws(Failure) in
            guard let words = editor.flowText(of: item) else {
                throw failure(
                    item.position,
                    "only candidates in braces, such as `{ provider: openai, model: gpt-5-mini }`, can be copied")
            }
            return words
        }
        let expected: YAMLNode
        if let target {
            try expectOrdered(target)
            let rest = present.filter { old in !items.contains { $0.names == old.names } }
            if Array(present.prefix(items.count)).map(\.names) == items.map(\.names) { return self }
            guard items.count + rest.count <= 16 else {
                throw failure(target.position, "`\(alias)` would have more than 16 candidates")
            }
            let gone = present.filter { old in items.contains { $0.names == old.names } }
            guard let first = present.first, editor.replace(gone, with: words, before: first) else {
                throw failure(target.position, "`\(alias)`: only a list of a line each can be changed")
            }
            expected = tree.replacing("aliases", alias) { $0.replacing("candidates") { _ in .sequence(placed + rest) } }
        } else {
            guard Self.isPlainKey(alias) else {
                throw Failure(
                    description: "`\(alias)`: a new alias has letters, digits, `-`, `_`, `.` and `/`, a letter first")
            }
            guard let last = aliases.last, editor.append(alias, words, like: last) else {
                throw Failure(description: "\(path): a new alias can only be written behind aliases of a line each")
            }
            expected = tree.adding(alias, items)
        }
        let changed = ModelsFile(path: path, text: editor.text)
        guard try changed.tree().means(expected) else {
            throw Failure(
                description: "\(path): is written in a way that can't be changed safely: put `\(pick)` there by hand")
        }
        return changed
    }

    /// The change as a unified diff, as `diff -u` and `git apply` have it.
    public func diff(to changed: ModelsFile) -> String { UnifiedDiff.text(path, text, changed.text) }

    /// Writes it in place of what `old` had read, whole or not at all; fails if the file is another by now.
    public func write(over old: ModelsFile) throws(Failure) {
        guard let now = FileManager.default.contents(atPath: path), now.elementsEqual(old.text.utf8) else {
            throw Failure(description: "\(path): was changed by somebody else meanwhile")
        }
        // A link stays a link: its target is replaced.
        let place = URL(filePath: path).resolvingSymlinksInPath()
        let part = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).part")
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
            try Data(text.utf8).write(to: part)
            if let mode = attributes[.posixPermissions] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: part.path)
            }
        } catch {
            throw Failure(description: "\(path): cannot be written")
        }
        guard rename(part.path, place.path) == 0 else { throw Failure(description: "\(path): cannot be written") }
    }

    private func tree() throws(Failure) -> YAMLNode {
        do throws(YAMLNode.SyntaxError) {
            guard let tree = try YAMLNode.parse(text) else {
                throw YAMLNode.SyntaxError(position: nil, message: "is empty")
            }
            return tree
        } catch {
            throw failure(error.position ?? YAMLNode.Position(line: 1, column: 1), error.message)
        }
    }

    private func candidates(of entry: YAMLNode.Entry) throws(Failure) -> [YAMLNode] {
        guard case .sequence(let items)? = entry.value["candidates"]?.content, !items.isEmpty else {
            throw failure(entry.position, "`\(entry.key)` has no list of candidates")
        }
        return items
    }

    private func expectOrdered(_ entry: YAMLNode.Entry) throws(Failure) {
        guard let strategy = entry.value["strategy"] else { return }
        guard case .scalar("ordered", _) = strategy.content else {
            throw failure(
                strategy.position,
                "`\(entry.key)` does not try its candidates in order: point callers at the pick, or change it by hand")
        }
    }

    private func failure(_ position: YAMLNode.Position, _ message: String) -> Failure {
        Failure(description: "\(path):\(position.line):\(position.column): \(message)")
    }

    private static func isPlainKey(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20), text.utf8.count <= 256 else {
            return false
        }
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        return !words.contains(text.lowercased())
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "-_./".utf8.contains($0)
            }
    }
}

extension YAMLNode {
    fileprivate subscript(_ key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Provider and model, by which a candidate is told from another.
    fileprivate var names: [String?] {
        [self["provider"], self["model"]].map { node in
            guard case .scalar(let text, _)? = node?.content else { return nil }
            return text
        }
    }

    fileprivate func replacing(_ first: String, _ second: String, _ change: (YAMLNode) -> YAMLNode) -> YAMLNode {
        replacing(first) { $0.replacing(second, node: change).content }
    }

    fileprivate func replacing(_ key: String, _ change: (YAMLNode) -> Content) -> YAMLNode {
        replacing(key, node: { YAMLNode(content: change($0), position: $0.position) })
    }

    private func replacing(_ key: String, node change: (YAMLNode) -> YAMLNode) -> YAMLNode {
        guard case .mapping(let entries) = content else { return self }
        return YAMLNode(
            content: .mapping(
                entries.map {
                    Entry(key: $0.key, position: $0.position, value: $0.key == key ? change($0.value) : $0.value)
                }
            ), position: position)
    }

    fileprivate func adding(_ alias: String, _ items: [YAMLNode]) -> YAMLNode {
        replacing("aliases") { aliases in
            guard case .mapping(let entries) = aliases.content else { return aliases.content }
            let list = Entry(
                key: "candidates", position: position, value: YAMLNode(content: .sequence(items), position: position))
            let value = YAMLNode(content: .mapping([list]), position: position)
            return .mapping(entries + [Entry(key: alias, position: position, value: value)])
        }
    }

    /// Whether both mean the same, wherever it stands.
    fileprivate func means(_ other: YAMLNode) -> Bool { content.bare == other.content.bare }
}

extension YAMLNode.Content {
    /// Without positions.
    fileprivate var bare: YAMLNode.Content {
        let nowhere = YAMLNode.Position(line: 1, column: 1)
        func bare(_ node: YAMLNode) -> YAMLNode { YAMLNode(content: node.content.bare, position: nowhere) }
        switch self {
        case .null, .scalar: return self
        case .mapping(let entries):
            return .mapping(
                entries.map { YAMLNode.Entry(key: $0.key, position: nowhere, value: bare($0.value)) })
        case .sequence(let nodes): return .sequence(nodes.map(bare))
        }
    }
}
