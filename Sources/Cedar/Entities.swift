/// An entity with what is known of it.
public struct Entity: Sendable {
    /// Its name.
    public let uid: EntityUID
    /// Its attributes.
    public let attributes: Record
    /// The entities directly above it; they need not be known themselves.
    public let parents: [EntityUID]
    /// Its tags.
    public let tags: Record

    /// Describes an entity.
    public init(uid: EntityUID, attributes: Record = [:], parents: [EntityUID] = [], tags: Record = [:]) {
        self.uid = uid
        self.attributes = attributes
        self.parents = parents
        self.tags = tags
    }
}

/// The known entities, with everything above each of them worked out in advance.
public struct Entities: Sendable {
    /// Why entities make no hierarchy.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Two descriptions of the same entity.
        case duplicate(EntityUID)
        /// An entity above itself.
        case cycle(EntityUID)

        /// In the house's style.
        public var description: String {
            switch self {
            case .duplicate(let uid): "the entity `\(uid)` is described twice"
            case .cycle(let uid): "the entity `\(uid)` stands above itself"
            }
        }
    }

    /// An entity with everything above it. A class, so that looking one up costs one reference count.
    final class Node: Sendable {
        let uid: EntityUID
        let attributes: Record
        let tags: Record
        let ancestors: UIDSet

        init(uid: EntityUID, attributes: Record, tags: Record, ancestors: UIDSet) {
            self.uid = uid
            self.attributes = attributes
            self.tags = tags
            self.ancestors = ancestors
        }
    }

    /// No entities.
    public static let none = Entities(nodes: [])

    /// Few nodes are searched in a row, many through the index.
    private let nodes: [Node]
    private let index: [EntityUID: Int]?
    private let second: Tail?

    /// Entities looked at second; see `layered(over:)`.
    private final class Tail: Sendable {
        let entities: Entities
        init(_ entities: Entities) { self.entities = entities }
    }

    /// Works out who is above whom; any order, parents may be unknown.
    public init(_ entities: [Entity]) throws(Failure) {
        var parents: [EntityUID: [EntityUID]] = [:]
        for entity in entities {
            guard parents.updateValue(entity.parents, forKey: entity.uid) == nil else {
                throw .duplicate(entity.uid)
            }
        }
        var nodes: [Node] = []
        nodes.reserveCapacity(entities.count)
        for entity in entities {
            var above: [EntityUID] = []
            if !entity.parents.isEmpty {
                var seen = Set<EntityUID>()
                var open = entity.parents
                while let uid = open.popLast() {
                    guard uid != entity.uid else { throw .cycle(uid) }
                    guard seen.insert(uid).inserted else { continue }
                    above.append(uid)
                    open.append(contentsOf: parents[uid] ?? [])
                }
            }
            nodes.append(
                Node(uid: entity.uid, attributes: entity.attributes, tags: entity.tags, ancestors: UIDSet(above)))
        }
        self.init(nodes: nodes)
    }

    /// Takes entities whose `parents` name everything above them, not only what is directly above; the caller vouches for
    /// that and for each entity standing once. Cheap enough to do for every request.
    public init(closed entities: [Entity]) {
        self.init(
            nodes: entities.map {
                Node(uid: $0.uid, attributes: $0.attributes, tags: $0.tags, ancestors: UIDSet($0.parents))
            })
    }

    private init(nodes: [Node], second: Tail? = nil) {
        self.nodes = nodes
        self.second = second
        guard nodes.count > 8 else {
            index = nil
            return
        }
        var index: [EntityUID: Int] = [:]
        index.reserveCapacity(nodes.count)
        for (position, node) in nodes.enumerated() { index[node.uid] = position }
        self.index = index
    }

    private init(_ first: Entities, over second: Tail) {
        nodes = first.nodes
        index = first.index
        self.second = second
    }

    /// These entities and others, without working anything out anew: of an entity in both, the description here counts,
    /// and what is above an entity is what its own side says. For sides that don't refer to each other, such as
    /// principals and resources.
    public func layered(over other: Entities) -> Entities {
        guard let second else { return Entities(self, over: Tail(other)) }
        return Entities(self, over: Tail(second.entities.layered(over: other)))
    }

    /// All descriptions that count, each entity once.
    var all: [Node] {
        guard let second else { return nodes }
        let own = Set(nodes.map(\.uid))
        return nodes + second.entities.all.filter { !own.contains($0.uid) }
    }

    /// What is known of an entity.
    func node(_ uid: EntityUID) -> Node? {
        if let index {
            if let position = index[uid] { return nodes[position] }
        } else {
            for position in 0..<nodes.count where nodes[position].uid == uid { return nodes[position] }
        }
        return second?.entities.node(uid)
    }
}

/// Names of entities: searched in a row while few, hashed when many.
struct UIDSet: Sendable {
    let elements: [EntityUID]
    private let index: Set<EntityUID>?

    /// Wraps names without duplicates.
    init(_ elements: [EntityUID]) {
        self.elements = elements
        index = elements.count > 8 ? Set(elements) : nil
    }

    @inline(__always)
    func contains(_ uid: EntityUID) -> Bool {
        if let index { return index.contains(uid) }
        for position in 0..<elements.count where elements[position] == uid { return true }
        return false
    }
}
