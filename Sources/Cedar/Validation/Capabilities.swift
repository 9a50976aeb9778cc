/// What has been made sure of before an expression is evaluated: that something has an attribute or a tag.
struct Capabilities {
    /// That one expression has one attribute or tag; both are told apart by their shapes.
    struct Capability: Hashable {
        let subject: Int
        let name: Int
        let isTag: Bool
    }

    static let none = Capabilities(all: [])

    private var all: Set<Capability>

    private init(all: Set<Capability>) { self.all = all }

    init(_ capability: Capability) { all = [capability] }

    func contains(_ capability: Capability) -> Bool { all.contains(capability) }

    /// What holds when both are made sure of.
    func union(_ other: Capabilities) -> Capabilities {
        if other.all.isEmpty { return self }
        if all.isEmpty { return other }
        return Capabilities(all: all.union(other.all))
    }

    /// What holds when one or the other is made sure of.
    func intersection(_ other: Capabilities) -> Capabilities {
        Capabilities(all: all.intersection(other.all))
    }
}
