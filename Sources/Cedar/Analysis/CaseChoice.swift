/// What a case puts in a place.
struct CaseChoice: Hashable, Sendable {
    /// The value; `nil` where nothing stands there.
    let value: Value?
    /// Of an entity: what it is in.
    let ancestors: [EntityUID]

    init(_ value: Value?, in ancestors: [EntityUID] = []) {
        self.value = value
        self.ancestors = ancestors
    }
}

/// Lists values for one place that tell all atoms on it apart, in every combination.
struct CaseRepresentatives {
    /// The values; the first is an ordinary one.
    private(set) var choices: [CaseChoice] = []
    /// Whether there is one for every combination of outcomes.
    private(set) var isComplete = true

    private let path: CasePath
    private let typing: CaseTyping
    private let atoms: [CaseAtom]
    private var constants: [Value] = []
    private var patterns: [Pattern] = []

    /// `atoms` are those that look at the place.
    init(of path: CasePath, _ atoms: [CaseAtom], _ typing: CaseTyping) {
        self.path = path
        self.typing = typing
        self.atoms = atoms
        for atom in atoms { atom.bare.collectConstants(&constants, &patterns) }
        guard let type = typing.type(of: path) else { return }
        if case .entity(let name) = type {
            listEntities(name)
        } else {
            choices = values(of: type).map { CaseChoice($0) }
        }
        // A place is there, unless it is asked whether it is.
        if typing.isOptional(path) || choices.isEmpty { choices.append(CaseChoice(nil)) }
        var seen: Set<CaseChoice> = []
        choices = choices.filter { seen.insert($0).inserted }
    }

    /// Constants with the members of those that are sets.
    private var scalars: [Value] {
        constants.flatMap { constant -> [Value] in
            if case .set(let set) = constant { set.elements + [constant] } else { [constant] }
        }
    }

    private mutating func values(of type: Schema.ValueType) -> [Value] {
        switch type {
        case .bool: return [.bool(false), .bool(true)]
        case .long:
            return ([0] + scalars.compactMap(\.long)).neighbours.map(Value.long)
        case .string: return strings()
        case .set(let element): return sets(of: element)
        case .record: return [.record([:])]
        case .entity: return []
        case .extension(.decimal):
            let numbers = scalars.compactMap { value -> Int64? in
                if case .decimal(let decimal) = value { decimal.tenThousandths } else { nil }
            }
            return ([0] + numbers).neighbours.map { .decimal(Decimal(tenThousandths: $0)) }
        case .extension(.dateTime):
            let moments = scalars.compactMap { value -> Int64? in
                if case .dateTime(let moment) = value { moment.milliseconds } else { nil }
            }
            return ([0] + moments).neighbours.map { .dateTime(DateTime(milliseconds: $0)) }
        case .extension(.duration):
            let spans = scalars.compactMap { value -> Int64? in
                if case .duration(let span) = value { span.milliseconds } else { nil }
            }
            return ([0] + spans).neighbours.map { .duration(TimeSpan(milliseconds: $0)) }
        case .extension(.ipAddress):
            let ranges = scalars.compactMap { value -> IPAddress? in
                if case .ipAddress(let range) = value { range } else { nil }
            }
            let usual = IPAddress(parsing: "192.0.2.1").map { [$0] } ?? []
            return (usual + AddressWords.words(ranges)).map(Value.ipAddress)
        }
    }

    private mutating func strings() -> [Value] {
        let texts = scalars.compactMap(\.string)
        let ordinary = Self.fresh(among: texts)
        guard !patterns.isEmpty else { return [.string(ordinary)] + texts.map(Value.string) }
        let words = PatternWords(patterns, constants: texts)
        isComplete = words.isComplete
        return ([ordinary] + texts + words.words).map(Value.string)
    }

    private mutating func sets(of element: Schema.ValueType) -> [Value] {
        var tests: [SetTest] = []
        for atom in atoms where !atom.bare.isPresenceTest {
            // What is no test that can be followed is no simple atom, which is told.
            if let test = SetTest(atom.bare, at: path) { tests.append(test) } else { isComplete = false }
        }
        let named = tests.flatMap(\.members.elements)
        let further: [Value]
        switch element {
        case .bool: further = [.bool(false), .bool(true)]
        case .string: further = [.string(Self.fresh(among: named.compactMap(\.string)))]
        case .long:
            let numbers = named.compactMap(\.long)
            further =
                ((numbers.count + 1)...(2 * numbers.count + 1)).map(Int64.init).first { !numbers.contains($0) }
                .map { [.long($0)] } ?? []
        case .entity(let type): further = [.entity(freshEntity(type, among: named))]
        default:
            further = []
            isComplete = false
        }
        let words = SetWords(tests, further: further)
        if !words.isComplete { isComplete = false }
        return words.sets.map { .set(ValueSet($0)) }
    }

    // MARK: - Entities

    private mutating func listEntities(_ type: String) {
        let named = scalars.filter { $0.entity?.type == type }
        var identities: [Value] = []
        if let identifiers = typing.schema.entityType(type)?.identifiers {
            // One that no atom names, if there is one, and those that are named.
            let other = identifiers.first { id in !named.contains { $0.entity?.id == id } }
            identities = other.map { [.entity(EntityUID(type: type, id: $0))] } ?? []
            identities += named.filter { identifiers.contains($0.entity?.id ?? "") }
        } else {
            identities = [.entity(freshEntity(type, among: named))] + named
        }
        let above = typing.schema.entityType(type)?.ancestors ?? []
        let tests = atoms.compactMap { atom -> SetTest? in
            guard atom.bare.asksMembership, let test = SetTest(atom.bare, at: path) else { return nil }
            return .any(ValueSet(test.members.elements.filter { above.contains($0.entity?.type ?? "") }))
        }
        let words = SetWords(tests, further: [])
        if !words.isComplete { isComplete = false }
        choices = identities.flatMap { identity in
            words.sets.map { CaseChoice(identity, in: $0.compactMap(\.entity).filter { .entity($0) != identity }) }
        }
    }

    private func freshEntity(_ type: String, among named: [Value]) -> EntityUID {
        EntityUID(type: type, id: Self.fresh(path.ordinaryName, among: named.compactMap { $0.entity?.id }))
    }

    static func fresh(_ word: String = "other", among taken: [String]) -> String {
        var fresh = word
        while taken.contains(fresh) { fresh += "'" }
        return fresh
    }
}

extension CasePath {
    /// How an entity is called that stands there and that nobody names.
    var ordinaryName: String {
        switch (variable, names.last) {
        case (_, let name?): name
        case (.principal, nil): "someone"
        default: "something"
        }
    }
}

extension Expression {
    /// Whether it asks what an entity is in.
    fileprivate var asksMembership: Bool {
        switch kind {
        case .binary(.isIn, _, _), .isType(_, _, in: _?): true
        default: false
        }
    }
}

extension Value {
    fileprivate var long: Int64? { if case .long(let value) = self { value } else { nil } }
    fileprivate var string: String? { if case .string(let value) = self { value } else { nil } }
    var entity: EntityUID? { if case .entity(let value) = self { value } else { nil } }
}

extension [Int64] {
    /// Each number with those beside it.
    fileprivate var neighbours: [Int64] {
        flatMap { number -> [Int64] in
            let below = number.subtractingReportingOverflow(1)
            let above = number.addingReportingOverflow(1)
            return [number] + (below.overflow ? [] : [below.partialValue])
                + (above.overflow ? [] : [above.partialValue])
        }
    }
}
