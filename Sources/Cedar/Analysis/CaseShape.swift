/// What the requests of an environment look like: what stays as it is, and what cases choose.
struct CaseShape: Sendable {
    private indirect enum Part: Sendable {
        case constant(Value)
        case choice(Int)
        /// A record; `presence` is the choice of whether it is there.
        case record([(name: String, part: Part)], presence: Int?)
    }

    private struct Thing: Sendable {
        let choice: Int?
        let uid: EntityUID
        let attributes: Part
    }

    private var context: Part = .constant(.record([:]))
    /// Entities that are described, the principal first.
    private var things: [Thing] = []
    /// Where the resource stands among them.
    private var resource = 0
    private let actions: Entities
    private let action: EntityUID
    private let typing: CaseTyping
    private let places: [CasePath]

    /// `places` are those that cases choose.
    init(_ typing: CaseTyping, places: [CasePath]) {
        self.typing = typing
        self.places = places
        actions = Entities(
            closed: typing.environment.actions.map { uid in
                Entity(uid: uid, parents: typing.schema.action(uid)?.ancestors ?? [])
            })
        action = typing.environment.actions.first ?? EntityUID(type: "", id: "")
        for variable in [Expression.Variable.principal, .resource] {
            if variable == .resource { resource = things.count }
            let path = CasePath(variable, [])
            if let type = typing.type(of: path) { _ = part(type, path) }
        }
        let path = CasePath(.context, [])
        if let type = typing.type(of: path) { context = part(type, path) }
    }

    /// The request of a case, for the first action, and all that is known of its entities.
    func request(_ choose: (Int) -> CaseChoice) -> (request: Request, entities: Entities) {
        var entities: [Entity] = []
        for thing in things {
            let choice = thing.choice.map(choose)
            if thing.choice != nil, choice?.value == nil { continue }
            let uid = choice?.value?.entity ?? thing.uid
            guard !entities.contains(where: { $0.uid == uid }) else { continue }
            entities.append(
                Entity(uid: uid, attributes: record(thing.attributes, choose), parents: choice?.ancestors ?? []))
        }
        let request = Request(
            principal: uid(0, choose), action: action, resource: uid(resource, choose), context: record(context, choose)
        )
        return (request, Entities(closed: entities).layered(over: actions))
    }

    private func uid(_ position: Int, _ choose: (Int) -> CaseChoice) -> EntityUID {
        guard position < things.count else { return action }
        return things[position].choice.flatMap { choose($0).value?.entity } ?? things[position].uid
    }

    private func record(_ part: Part, _ choose: (Int) -> CaseChoice) -> Record {
        if case .record(let record)? = value(part, choose) { record } else { [:] }
    }

    private func value(_ part: Part, _ choose: (Int) -> CaseChoice) -> Value? {
        switch part {
        case .constant(let value): return value
        case .choice(let index): return choose(index).value
        case .record(let fields, let presence):
            if let presence, choose(presence).value == nil { return nil }
            return .record(
                Record(sorted: fields.compactMap { name, part in value(part, choose).map { Record.Field(name, $0) } }))
        }
    }

    // MARK: - Making

    /// Recursion ends where no place lies deeper, and at the depth of types.
    private mutating func part(_ type: Schema.ValueType, _ path: CasePath) -> Part {
        let choice = places.firstIndex(of: path)
        let isDeep = places.contains { $0.isBelow(path) }
        switch type {
        case .record(let record):
            guard isDeep || choice != nil else { return .constant(Self.usual(type)) }
            return fields(record, path, presence: choice)
        case .entity(let name):
            let uid = EntityUID(type: name, id: path.ordinaryName)
            if isDeep || choice != nil || path.names.isEmpty {
                let position = things.count
                things.append(Thing(choice: choice, uid: uid, attributes: .constant(.record([:]))))
                let attributes = fields(typing.attributes(of: type) ?? .empty, path, presence: nil)
                things[position] = Thing(choice: choice, uid: uid, attributes: attributes)
            }
            return choice.map(Part.choice) ?? .constant(.entity(uid))
        default: return choice.map(Part.choice) ?? .constant(Self.usual(type))
        }
    }

    private mutating func fields(_ record: Schema.RecordType, _ path: CasePath, presence: Int?) -> Part {
        var parts: [(name: String, part: Part)] = []
        for attribute in record.attributes {
            let place = path.appending(attribute.name)
            guard attribute.isRequired || places.contains(where: { $0 == place || $0.isBelow(place) }) else { continue }
            parts.append((attribute.name, part(attribute.type, place)))
        }
        return .record(parts, presence: presence)
    }

    /// What stands where it does not matter.
    private static func usual(_ type: Schema.ValueType) -> Value {
        switch type {
        case .bool: .bool(false)
        case .long: .long(0)
        case .string: .string("")
        case .set: .set([])
        case .record(let record):
            .record(
                Record(
                    sorted: record.attributes.filter(\.isRequired).map { Record.Field($0.name, usual($0.type)) }))
        case .entity(let name): .entity(EntityUID(type: name, id: "something"))
        case .extension(.decimal): .decimal(Decimal(tenThousandths: 0))
        case .extension(.dateTime): .dateTime(DateTime(milliseconds: 0))
        case .extension(.duration): .duration(TimeSpan(milliseconds: 0))
        case .extension(.ipAddress): IPAddress(parsing: "192.0.2.1").map(Value.ipAddress) ?? .string("")
        }
    }
}
