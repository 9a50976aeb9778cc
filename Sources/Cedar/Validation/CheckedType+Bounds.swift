extension CheckedType {
    /// Whether every value of this type is one of the other.
    func isSubtype(of other: CheckedType, _ mode: Validator.Mode) -> Bool {
        switch (self, other) {
        case (.never, _), (.true, .true), (.false, .false), (.true, .bool), (.false, .bool), (.bool, .bool),
            (.long, .long), (.string, .string):
            true
        case (.set(let left), .set(let right)): left.isSubtype(of: right, mode)
        case (.record(let left), .record(let right)): left.isSubtype(of: right, mode)
        case (.entity(let left), .entity(let right)):
            mode == .strict ? left == right : left.allSatisfy(right.contains)
        case (.extension(let left), .extension(let right)): left == right
        default: false
        }
    }

    /// The least type that has the values of both; `nil` if there is none, or strict checking allows none.
    func leastUpperBound(_ other: CheckedType, _ mode: Validator.Mode) -> CheckedType? {
        if isSubtype(of: other, mode) { return other }
        if other.isSubtype(of: self, mode) { return self }
        switch (self, other) {
        case (.true, .false), (.false, .true): return .bool
        case (.set(let left), .set(let right)): return left.leastUpperBound(right, mode).map(CheckedType.set)
        case (.record(let left), .record(let right)): return left.leastUpperBound(right, mode).map(CheckedType.record)
        case (.entity(let left), .entity(let right)):
            return mode == .strict ? nil : .entity(Set(left).union(right).sorted())
        default: return nil
        }
    }

    /// Whether no value has both types. Sets never are: the empty one has all their types.
    func isDisjoint(with other: CheckedType) -> Bool {
        guard case .entity(let left) = self, case .entity(let right) = other else { return false }
        return !left.contains(where: right.contains)
    }
}

extension CheckedRecord {
    /// A closed record has exactly its attributes. An open one may have more, so that, but for strict checking, a record
    /// with more attributes is a subtype of it.
    func isSubtype(of other: CheckedRecord, _ mode: Validator.Mode) -> Bool {
        if isOpen && !other.isOpen { return false }
        if !hasSameNames(as: other), mode == .strict || !other.isOpen { return false }
        return other.attributes.allSatisfy { attribute in
            guard let own = self[attribute.name] else { return false }
            let isFit =
                mode == .strict ? own.isRequired == attribute.isRequired : own.isRequired || !attribute.isRequired
            return isFit && own.type.isSubtype(of: attribute.type, mode)
        }
    }

    func leastUpperBound(_ other: CheckedRecord, _ mode: Validator.Mode) -> CheckedRecord? {
        if mode == .strict, !hasSameNames(as: other) { return nil }
        var common: [Attribute] = []
        for attribute in attributes {
            guard let twin = other[attribute.name] else { continue }
            guard let type = attribute.type.leastUpperBound(twin.type, mode),
                mode == .permissive || attribute.isRequired == twin.isRequired
            else {
                if mode == .strict { return nil }
                continue
            }
            common.append(
                Attribute(
                    name: attribute.name, type: type, isRequired: attribute.isRequired && twin.isRequired))
        }
        let hasAll = common.count == attributes.count && common.count == other.attributes.count
        return CheckedRecord(common, isOpen: isOpen || other.isOpen || !hasAll)
    }
}
