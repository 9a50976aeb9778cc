extension Policy: CustomStringConvertible {
    /// As a text of policies has it, comments aside, on one line a part; `PolicyFormatter` makes it handsome.
    public var description: String {
        var lines = annotations.map { $0.value.isEmpty ? "@\($0.key)" : "@\($0.key)(\(CedarString.quoted($0.value)))" }
        let head = [
            "principal" + principal.text(slot: .principal), "action" + action.text,
            "resource" + resource.text(slot: .resource),
        ]
        lines.append("\(effect.rawValue) (\(head.joined(separator: ", ")))")
        lines += conditions.map { "\($0.isUnless ? "unless" : "when") { \($0.body) }" }
        return lines.joined(separator: "\n") + ";"
    }
}

extension Policy.EntityScope {
    /// What stands behind `principal` or `resource`.
    fileprivate func text(slot: Policy.Slot) -> String {
        switch self {
        case .any: ""
        case .equal(let uid): " == \(uid)"
        case .isIn(let uid): " in \(uid)"
        case .type(let type): " is \(type)"
        case .typeIn(let type, let uid): " is \(type) in \(uid)"
        case .equalSlot: " == \(slot.rawValue)"
        case .isInSlot: " in \(slot.rawValue)"
        case .typeInSlot(let type): " is \(type) in \(slot.rawValue)"
        }
    }
}

extension Policy.ActionScope {
    /// What stands behind `action`.
    fileprivate var text: String {
        switch self {
        case .any: ""
        case .equal(let uid): " == \(uid)"
        case .isIn(let uids): " in [\(uids.map(\.description).joined(separator: ", "))]"
        }
    }
}

extension PolicySet {
    /// Policies and templates as one text that parses to the same set, in the order in which they stood; linked policies
    /// stand in it as policies of their own. Names that the text itself would not give stand in `@id`.
    public var text: String {
        let all =
            (policies.filter { $0.link == nil } + templates).sorted { $0.offset < $1.offset }
            + policies.filter { $0.link != nil }
        return all.enumerated().map { position, policy in policy.named(at: position).description + "\n" }
            .joined(separator: "\n")
    }
}

extension Policy {
    /// The policy with `@id`, if its name would else be lost.
    fileprivate func named(at position: Int) -> Policy {
        let annotated = annotations.first { sameBytes($0.key, "id") }
        guard !sameBytes(annotated?.value ?? "", id) else { return self }
        if annotated?.value.isEmpty ?? true, sameBytes(id, "policy\(position)") { return self }
        let others = annotations.filter { !sameBytes($0.key, "id") }
        return Policy(
            id: id, effect: effect, annotations: [Annotation(key: "id", value: id)] + others, principal: principal,
            action: action, resource: resource, conditions: conditions, offset: offset, scopeEntities: scopeEntities,
            scopeTypes: scopeTypes, link: link)
    }
}
