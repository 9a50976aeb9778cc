internal import Suggestions

/// How an alias is made to serve what an evaluation recommends.
extension ModelsFile {
    /// The file with the candidates of `pick` serving `alias`, which is made where there is none. `pick` is an alias, or a name that a
    /// pattern such as `openai/*` takes.
    ///
    /// What is done follows from the alias's strategy: `ordered`, they come first and the others stay behind them; `cheapest`,
    /// `fastest`, `balanced`, they alone remain, since with others beside them the strategy would choose; `weighted`, they get `weight`
    /// and the others keep theirs, and without a `weight` nothing is done.
    public func placing(_ pick: String, firstIn alias: String, weight: Int? = nil) throws(Failure) -> ModelsFile {
        let tree = try tree()
        guard case .mapping(let aliases)? = tree["aliases"]?.content else {
            throw Failure(description: "\(path): no `aliases`")
        }
        let items = try picked(pick, aliases)
        guard alias != pick else { return self }
        let isWeighted = aliases.first { $0.key == alias }.map { Self.strategy($0) == "weighted" } ?? false
        if weight != nil, !isWeighted {
            throw Failure(description: "\(path): `\(alias)` is not `strategy: weighted`: there is no weight to give")
        }
        let changed: (text: String, tree: YAMLNode, sentence: String)?
        if let target = aliases.first(where: { $0.key == alias }) {
            changed = try change(target, items, weight, tree)
        } else {
            changed = try add(alias, items, behind: aliases.last, tree)
        }
        guard let changed else { return self }
        let file = ModelsFile(path: path, text: changed.text, explanation: changed.sentence)
        guard let now = try? file.tree(), now.means(changed.tree) else {
            throw Failure(
                description: "\(path): is written in a way that can't be changed safely: put `\(pick)` there by hand")
        }
        return file
    }

    // MARK: - What is picked

    private func picked(_ pick: String, _ aliases: [YAMLNode.Entry]) throws(Failure) -> [YAMLNode] {
        if let found = Self.resolve(pick, aliases) {
            let items = try candidates(of: found.entry)
            if items.count > 1, Self.strategy(found.entry) != "ordered" {
                throw failure(
                    found.entry.position,
                    "`\(pick)` has \(items.count) candidates and chooses by `\(Self.strategy(found.entry))`: give each an alias of "
                        + "its own and evaluate those")
            }
            // The `*` may stand for what is listed beside it.
            return items.map { Self.filled($0, found.rest) }.reduce(into: []) { all, item in
                if !all.contains(where: { $0.names == item.names }) { all.append(item) }
            }
        }
        throw Failure(
            description: "\(path): the pick's model `\(pick)` is no alias there"
                + Spelling.question(pick, among: aliases.map(\.key)))
    }

    /// The alias of a name, by itself or by the longest pattern that takes it, and what the pattern's `*` stands for.
    private static func resolve(
        _ name: String, _ aliases: [YAMLNode.Entry]
    ) -> (entry: YAMLNode.Entry, rest: String?)? {
        if let entry = aliases.first(where: { $0.key == name }) { return (entry, nil) }
        let fitting = aliases.filter { entry in
            entry.key.hasSuffix("*") && name.utf8.starts(with: entry.key.utf8.dropLast())
                && name.utf8.count >= entry.key.utf8.count
        }
        guard let entry = fitting.max(by: { $0.key.utf8.count < $1.key.utf8.count }) else { return nil }
        return (entry, String(decoding: name.utf8.dropFirst(entry.key.utf8.count - 1), as: UTF8.self))
    }

    /// The candidate with the name for the `*` of its pattern.
    private static func filled(_ item: YAMLNode, _ rest: String?) -> YAMLNode {
        guard let rest, item.names.last == "*" else { return item }
        // Its place in the file is that of another text: it is written anew.
        return YAMLNode(
            content: item.replacing("model") { _ in .scalar(rest, isQuoted: true) }.content,
            position: YAMLNode.Position(line: 0, column: 0))
    }

    /// `provider/model`.
    private static func place(_ item: YAMLNode, _ rest: String?) -> String {
        filled(item, rest).names.map { $0 ?? "" }.joined(separator: "/")
    }

    private static func strategy(_ entry: YAMLNode.Entry) -> String {
        guard case .scalar(let text, _)? = entry.value["strategy"]?.content else { return "ordered" }
        return text
    }

    private func candidates(of entry: YAMLNode.Entry) throws(Failure) -> [YAMLNode] {
        guard case .sequence(let items)? = entry.value["candidates"]?.content, !items.isEmpty else {
            throw failure(entry.position, "`\(entry.key)` has no list of candidates")
        }
        return items
    }

    // MARK: - Where it is put

    private func change(
        _ target: YAMLNode.Entry, _ items: [YAMLNode], _ weight: Int?, _ tree: YAMLNode
    ) throws(Failure) -> (text: String, tree: YAMLNode, sentence: String)? {
        let present = try candidates(of: target)
        let strategy = Self.strategy(target)
        let old = items.map { item in present.firstIndex { $0.names == item.names } }
        // What the alias has already keeps its own price and limits, and only moves.
        let placed = zip(items, old).map { item, place in place.map { present[$0] } ?? item }
        let rest = present.indices.filter { !old.contains($0) }
        let name = items.map { Self.place($0, nil) }.joined(separator: ", ")
        switch strategy {
        case "ordered":
            if Array(present.prefix(items.count)).map(\.names) == items.map(\.names) { return nil }
            guard items.count + rest.count <= 16 else {
                throw failure(target.position, "`\(target.key)` would have more than 16 candidates")
            }
            let others = rest.isEmpty ? "" : "; the others are tried after it, as before"
            return try write(
                target, placed, old, behind: rest, tree, "`\(target.key)` (ordered): \(name) comes first\(others)")
        case "cheapest", "fastest", "balanced":
            if rest.isEmpty { return nil }
            let others = rest.map { Self.place(present[$0], nil) }.joined(separator: ", ")
            return try write(
                target, placed, old, behind: [], tree,
                "`\(target.key)` (\(strategy)): \(name) alone remains, since the strategy chooses among all that are listed; "
                    + "no longer listed: \(others)")
        case "weighted":
            guard let weight else {
                let weights = present.map { "\(Self.place($0, nil)) \(Self.weight($0))" }.joined(separator: ", ")
                throw failure(
                    target.position,
                    "`\(target.key)` is shared out by weight (\(weights)): say with --weight how much \(name) is to have"
                )
            }
            return try weigh(target, present, placed, old, weight, tree, name)
        default: throw failure(target.position, "unknown strategy `\(strategy)`")
        }
    }

    private func write(
        _ target: YAMLNode.Entry, _ placed: [YAMLNode], _ old: [Int?], behind rest: [Int], _ tree: YAMLNode,
        _ sentence: String
    ) throws(Failure) -> (text: String, tree: YAMLNode, sentence: String) {
        let present = try candidates(of: target)
        var editor = YAMLLines(text)
        var places: [ListPlace] = []
        for (item, place) in zip(placed, old) {
            if let place { places.append(.kept(place)) } else { places.append(.new(try words(of: item, editor))) }
        }
        guard let list = target.value["candidates"],
            editor.rearrange(list, present, as: places + rest.map { .kept($0) })
        else {
            throw failure(
                target.position,
                "`\(target.key)`: its list is written in a way that can't be changed safely, change it by hand")
        }
        let expected = tree.replacing("aliases", target.key) {
            $0.replacing("candidates") { _ in .sequence(placed + rest.map { present[$0] }) }
        }
        return (editor.text, expected, sentence)
    }

    private func weigh(
        _ target: YAMLNode.Entry, _ present: [YAMLNode], _ placed: [YAMLNode], _ old: [Int?], _ weight: Int,
        _ tree: YAMLNode, _ name: String
    ) throws(Failure) -> (text: String, tree: YAMLNode, sentence: String)? {
        guard placed.count == 1, let item = placed.first, let place = old.first else {
            throw failure(
                target.position, "\(name) are several: a weight is given to one")
        }
        let value = YAMLNode(content: .scalar(String(weight), isQuoted: false), position: item.position)
        let sentence = "`\(target.key)` (weighted): \(name) has weight \(weight), the others keep theirs"
        guard let place else {
            let heavy = YAMLNode(
                content: item.setting("weight", value).content, position: YAMLNode.Position(line: 0, column: 0))
            return try write(target, [heavy], [nil], behind: Array(present.indices), tree, sentence)
        }
        if Self.weight(item) == String(weight) { return nil }
        var editor = YAMLLines(text)
        guard editor.set("weight", String(weight), in: item, item["weight"]) else {
            throw failure(item.position, "the weight can't be written safely, write it by hand")
        }
        var changed = present
        changed[place] = item.setting("weight", value)
        let expected = tree.replacing("aliases", target.key) {
            $0.replacing("candidates") { [changed] _ in .sequence(changed) }
        }
        return (editor.text, expected, sentence)
    }

    private static func weight(_ item: YAMLNode) -> String {
        guard case .scalar(let text, _)? = item["weight"]?.content else { return "1" }
        return text
    }

    private func add(
        _ alias: String, _ items: [YAMLNode], behind last: YAMLNode.Entry?, _ tree: YAMLNode
    ) throws(Failure) -> (text: String, tree: YAMLNode, sentence: String) {
        guard Self.isPlainKey(alias) else {
            throw Failure(
                description: "`\(alias)`: a new alias has letters, digits, `-`, `_`, `.` and `/`, a letter first")
        }
        var editor = YAMLLines(text)
        var words: [[Unicode.Scalar]] = []
        for item in items { words.append(try self.words(of: item, editor)) }
        guard let last, editor.append(alias, words, like: last) else {
            throw Failure(description: "\(path): a new alias can only be written behind aliases of a line each")
        }
        let name = items.map { Self.place($0, nil) }.joined(separator: ", ")
        return (editor.text, tree.adding(alias, items), "`\(alias)` is new: \(name)")
    }

    /// The candidate in braces: as it stands there, or written anew.
    private func words(of item: YAMLNode, _ editor: YAMLLines) throws(Failure) -> [Unicode.Scalar] {
        guard let words = editor.flowText(of: item) ?? item.flowText else {
            throw failure(item.position, "this candidate can't be copied safely: write it in braces on one line")
        }
        return words
    }
}
