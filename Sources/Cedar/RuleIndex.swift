/// Finds the policies that may apply to a request without looking at the others.
///
/// Each policy stands under the rarest name that its head asks for: an entity that must be the principal or above it, an
/// entity that must be the resource or above it, an action or group of actions, or the type of principal or resource. A
/// request looks under its own names and under those of everything above them; what it finds may apply, and nothing else.
struct RuleIndex: Sendable {
    /// Policies under names of one kind: searched in a row while the names are few, hashed when they are many.
    private struct Shelf: Sendable {
        private let names: [EntityUID]
        private let rules: [[Int32]]
        private let index: [EntityUID: Int]?

        init(_ entries: [EntityUID: [Int32]]) {
            names = Array(entries.keys)
            rules = names.map { entries[$0] ?? [] }
            index =
                names.count > 8
                ? Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first } : nil
        }

        var isEmpty: Bool { names.isEmpty }

        @inline(__always)
        func position(of name: EntityUID) -> Int? {
            if let index { return index[name] }
            for position in 0..<names.count where names[position] == name { return position }
            return nil
        }

        @inline(__always)
        func forEach(under name: EntityUID, _ body: (Int32) -> Void) {
            guard let position = position(of: name) else { return }
            for rule in rules[position] { body(rule) }
        }

        @inline(__always)
        func forEach(under name: EntityUID, above node: Entities.Node?, _ body: (Int32) -> Void) {
            guard !isEmpty else { return }
            forEach(under: name, body)
            guard let node else { return }
            for ancestor in node.ancestors.elements where ancestor != name { forEach(under: ancestor, body) }
        }
    }

    /// The kinds of names; the rarest counts, of equally rare ones the first.
    private enum Kind: Int, CaseIterable {
        case principal, resource, action, principalType, resourceType
    }

    private let principals: Shelf
    private let resources: Shelf
    private let actions: Shelf
    private let principalTypes: Shelf
    private let resourceTypes: Shelf
    /// Policies whose head asks for nothing.
    private let everywhere: [Int32]
    /// For policies that stand under several actions: those actions.
    private let severalActions: [Int32: UIDSet]

    init(_ policies: [Policy]) {
        let asked = policies.map(Self.names)
        var frequencies = Kind.allCases.map { _ in [EntityUID: Int]() }
        for names in asked {
            for (kind, uids) in names { for uid in uids { frequencies[kind.rawValue][uid, default: 0] += 1 } }
        }
        var entries = Kind.allCases.map { _ in [EntityUID: [Int32]]() }
        var everywhere: [Int32] = []
        var severalActions: [Int32: UIDSet] = [:]
        for (position, names) in asked.enumerated() {
            let rule = Int32(position)
            let costs = names.map { kind, uids in uids.reduce(0) { $0 + (frequencies[kind.rawValue][$1] ?? 0) } }
            guard let least = costs.indices.min(by: { costs[$0] < costs[$1] }) else {
                everywhere.append(rule)
                continue
            }
            let (kind, uids) = names[least]
            for uid in uids { entries[kind.rawValue][uid, default: []].append(rule) }
            if kind == .action, uids.count > 1 { severalActions[rule] = UIDSet(uids) }
        }
        principals = Shelf(entries[Kind.principal.rawValue])
        resources = Shelf(entries[Kind.resource.rawValue])
        actions = Shelf(entries[Kind.action.rawValue])
        principalTypes = Shelf(entries[Kind.principalType.rawValue])
        resourceTypes = Shelf(entries[Kind.resourceType.rawValue])
        self.everywhere = everywhere
        self.severalActions = severalActions
    }

    /// Calls back once for each policy that may apply, in no particular order.
    func forEachCandidate(
        _ request: Request, principal: Entities.Node?, action: Entities.Node?, resource: Entities.Node?,
        _ body: (Int32) -> Void
    ) {
        for rule in everywhere { body(rule) }
        principals.forEach(under: request.principal, above: principal, body)
        resources.forEach(under: request.resource, above: resource, body)
        if !principalTypes.isEmpty {
            principalTypes.forEach(under: EntityUID(type: request.principal.type, id: ""), body)
        }
        if !resourceTypes.isEmpty {
            resourceTypes.forEach(under: EntityUID(type: request.resource.type, id: ""), body)
        }
        actions.forEach(under: request.action, body)
        guard let action, !actions.isEmpty else { return }
        for (position, ancestor) in action.ancestors.elements.enumerated() where ancestor != request.action {
            actions.forEach(under: ancestor) { rule in
                if let named = severalActions[rule] {
                    // Found already under the action itself or under another group.
                    guard !named.contains(request.action),
                        !action.ancestors.elements[..<position].contains(where: named.contains)
                    else { return }
                }
                body(rule)
            }
        }
    }

    /// What a head asks for. All of it must hold, so that each entry alone is enough to find the policy by; an empty
    /// list of names means that it never applies.
    private static func names(of policy: Policy) -> [(kind: Kind, uids: [EntityUID])] {
        var result: [(kind: Kind, uids: [EntityUID])] = []
        func add(_ scope: Policy.EntityScope, _ entity: Kind, _ type: Kind) {
            switch scope {
            case .any: break
            case .equal(let uid), .isIn(let uid), .typeIn(_, let uid): result.append((entity, [uid]))
            case .type(let name), .typeInSlot(let name): result.append((type, [EntityUID(type: name, id: "")]))
            case .equalSlot, .isInSlot: break
            }
        }
        add(policy.principal, .principal, .principalType)
        add(policy.resource, .resource, .resourceType)
        switch policy.action {
        case .any: break
        case .equal(let uid): result.append((.action, [uid]))
        case .isIn(let uids): result.append((.action, Array(Set(uids))))
        }
        return result
    }
}
