extension SchemaResolver {
    /// A type that has to be a record.
    mutating func record(_ syntax: TypeSyntax, in namespace: String, of what: String) -> Schema.RecordType {
        guard let resolved = resolve(syntax, in: namespace, depth: 1) else { return .empty }
        guard case .record(let record) = resolved.type else {
            problems.report("\(what) has to be a record", at: syntax.offset)
            return .empty
        }
        return use(resolved, at: syntax.offset) ? record : .empty
    }

    /// Counts a type towards what the whole schema may have.
    mutating func use(_ type: ResolvedType, at offset: Int) -> Bool {
        parts += type.parts
        guard parts > limits.maximumParts else { return true }
        problems.report("the types up to here have more than \(limits.maximumParts) parts", at: offset)
        return false
    }

    /// What a type comes to, `nil` after an error. `depth` counts the types around it.
    mutating func resolve(_ syntax: TypeSyntax, in namespace: String, depth: Int) -> ResolvedType? {
        guard depth <= limits.maximumDepth else {
            problems.report("types nest deeper than \(limits.maximumDepth)", at: syntax.offset)
            return nil
        }
        switch syntax.kind {
        case .builtIn(let type):
            return count(ResolvedType(type: type.valueType, height: 1, parts: 1), at: syntax.offset)
        case .name(let name, let reference):
            return resolve(name, as: reference, in: namespace, at: syntax.offset, depth: depth)
        case .set(let element):
            guard let element = resolve(element, in: namespace, depth: depth + 1) else { return nil }
            return count(
                ResolvedType(type: .set(element.type), height: element.height + 1, parts: element.parts + 1),
                at: syntax.offset)
        case .record(let attributes): return record(attributes, in: namespace, at: syntax.offset, depth: depth)
        }
    }

    private mutating func record(
        _ attributes: [TypeSyntax.Attribute], in namespace: String, at offset: Int, depth: Int
    ) -> ResolvedType? {
        var resolved: [Schema.RecordType.Attribute] = []
        var height = 0
        var parts = 1
        var isComplete = true
        for attribute in attributes {
            guard let type = resolve(attribute.type, in: namespace, depth: depth + 1) else {
                isComplete = false
                continue
            }
            height = max(height, type.height)
            parts += type.parts
            resolved.append(
                Schema.RecordType.Attribute(
                    name: attribute.name.text, type: type.type, isRequired: attribute.isRequired))
        }
        guard isComplete else { return nil }
        return count(
            ResolvedType(type: .record(Schema.RecordType(resolved)), height: height + 1, parts: parts), at: offset)
    }

    /// Refuses what has grown too large.
    private mutating func count(_ type: ResolvedType, at offset: Int) -> ResolvedType? {
        guard type.parts <= limits.maximumParts else {
            problems.report("this type has more than \(limits.maximumParts) parts", at: offset)
            return nil
        }
        return type
    }

    private mutating func resolve(
        _ name: String, as reference: TypeSyntax.Reference, in namespace: String, at offset: Int, depth: Int
    ) -> ResolvedType? {
        for candidate in candidates(name, in: namespace) {
            if reference != .entity, commonTypes[candidate] != nil {
                return common(candidate, at: offset, depth: depth)
            }
            if reference != .common, declaredEntities[candidate] != nil || actionTypes.contains(candidate) {
                return count(ResolvedType(type: .entity(candidate), height: 1, parts: 1), at: offset)
            }
        }
        if reference != .entity, let type = builtIn(name) {
            return count(ResolvedType(type: type.valueType, height: 1, parts: 1), at: offset)
        }
        let what = reference == .entity ? "entity type" : "type"
        var known: [String] = []
        if reference != .entity { known += commonTypes.keys.sorted() }
        if reference != .common { known += declaredEntities.keys.sorted() }
        let builtIns = reference == .entity ? [] : Schema.BuiltInType.allCases.map(\.rawValue)
        problems.report(
            "unknown \(what) `\(name)`" + question(name, among: known, or: builtIns, seenFrom: namespace), at: offset)
        return nil
    }

    /// The type of the language with that name, `__cedar::` before it or not.
    private func builtIn(_ name: String) -> Schema.BuiltInType? {
        let prefix = SchemaNames.internalNamespace + "::"
        return Schema.BuiltInType(rawValue: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
    }

    /// What a common type comes to; each is resolved once.
    mutating func common(_ name: String, at offset: Int, depth: Int) -> ResolvedType? {
        guard let common = commonTypes[name] else { return nil }
        if let resolved = common.resolved {
            guard let resolved else { return nil }
            guard depth + resolved.height <= limits.maximumDepth + 1 else {
                problems.report("types nest deeper than \(limits.maximumDepth)", at: offset)
                return nil
            }
            return count(resolved, at: offset)
        }
        if let start = path.firstIndex(of: name) {
            let cycle = (path[start...] + [name]).map { "`\($0)`" }.joined(separator: " → ")
            problems.report("a type can't contain itself: \(cycle)", at: common.offset)
            return nil
        }
        guard path.count < limits.maximumDepth else {
            problems.report("types nest deeper than \(limits.maximumDepth)", at: offset)
            return nil
        }
        path.append(name)
        let resolved = resolve(common.type, in: common.namespace, depth: max(depth, 1))
        path.removeLast()
        commonTypes[name]?.resolved = .some(resolved)
        return resolved
    }
}
