/// What of a tree is a file of aliases, and how it would be after a change.
extension YAMLNode {
    subscript(_ key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Provider and model, by which a candidate is told from another.
    var names: [String?] {
        [self["provider"], self["model"]].map { node in
            guard case .scalar(let text, _)? = node?.content else { return nil }
            return text
        }
    }

    func replacing(_ first: String, _ second: String, _ change: (YAMLNode) -> YAMLNode) -> YAMLNode {
        replacing(first) { $0.replacing(second, node: change).content }
    }

    func replacing(_ key: String, _ change: (YAMLNode) -> Content) -> YAMLNode {
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

    /// The mapping with a key's value, in place of the one it has or at its end.
    func setting(_ key: String, _ value: YAMLNode) -> YAMLNode {
        guard case .mapping(let entries) = content else { return self }
        guard !entries.contains(where: { $0.key == key }) else { return replacing(key) { _ in value.content } }
        let entry = Entry(key: key, position: position, value: value)
        return YAMLNode(content: .mapping(entries + [entry]), position: position)
    }

    func adding(_ alias: String, _ items: [YAMLNode]) -> YAMLNode {
        replacing("aliases") { aliases in
            guard case .mapping(let entries) = aliases.content else { return aliases.content }
            let list = Entry(
                key: "candidates", position: position, value: YAMLNode(content: .sequence(items), position: position))
            let value = YAMLNode(content: .mapping([list]), position: position)
            return .mapping(entries + [Entry(key: alias, position: position, value: value)])
        }
    }

    /// Whether both mean the same, wherever it stands.
    func means(_ other: YAMLNode) -> Bool { content.bare == other.content.bare }
}

extension YAMLNode.Content {
    /// Without positions and the order of keys.
    var bare: YAMLNode.Content {
        let nowhere = YAMLNode.Position(line: 1, column: 1)
        func bare(_ node: YAMLNode) -> YAMLNode { YAMLNode(content: node.content.bare, position: nowhere) }
        switch self {
        case .null, .scalar: return self
        case .mapping(let entries):
            return .mapping(
                entries.map { YAMLNode.Entry(key: $0.key, position: nowhere, value: bare($0.value)) }
                    .sorted { $0.key < $1.key })
        case .sequence(let nodes): return .sequence(nodes.map(bare))
        }
    }
}
