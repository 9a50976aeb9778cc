internal import Cedar

/// A value that a condition looks at: a variable, and the attributes on the way from it, as in `resource.provider.trust`.
struct ReadPath: Hashable {
    let variable: Expression.Variable
    let names: [String]

    /// `resource.provider.trust`.
    var text: String { ([variable.rawValue] + names).joined(separator: ".") }

    /// Whether what it looks at is the named attribute, or holds it.
    func mayReach(_ variable: String, _ name: String) -> Bool {
        self.variable.rawValue == variable && (names.first.map { $0 == name } ?? true)
    }
}

extension Expression {
    /// The values that the expression looks at, in the order of the text, each once.
    var readPaths: [ReadPath] {
        var paths: [ReadPath] = []
        collect(&paths)
        var seen: Set<ReadPath> = []
        return paths.filter { seen.insert($0).inserted }
    }

    /// The entities that are written out in it, with where they stand.
    func collectEntities(_ found: inout [(uid: EntityUID, offset: Int)]) {
        if case .literal(.entity(let uid)) = kind { found.append((uid, offset)) }
        var children: [Expression] = []
        forEachChild { children.append($0) }
        for child in children { child.collectEntities(&found) }
    }

    /// The path of the first part that is an attribute with a path and that `isMeant`, given with the attribute's name.
    func firstPath(where isMeant: (Expression, String) -> Bool) -> ReadPath? {
        if case .attribute(_, let name) = kind, let path, isMeant(self, name) { return path }
        var found: ReadPath?
        forEachChild { child in
            if found == nil { found = child.firstPath(where: isMeant) }
        }
        return found
    }

    private func collect(_ paths: inout [ReadPath]) {
        if let path {
            paths.append(path)
            return
        }
        if case .has(let target, let names) = kind, let path = target.path {
            paths.append(ReadPath(variable: path.variable, names: path.names + names))
            return
        }
        var children: [Expression] = []
        forEachChild { children.append($0) }
        for child in children { child.collect(&paths) }
    }

    /// The path that the expression is, where it is one.
    var path: ReadPath? {
        switch kind {
        case .variable(let variable): return ReadPath(variable: variable, names: [])
        case .attribute(let target, let name):
            guard let path = target.path else { return nil }
            return ReadPath(variable: path.variable, names: path.names + [name])
        default: return nil
        }
    }
}
