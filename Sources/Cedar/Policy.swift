/// One policy: whom it is about, and under which conditions it permits or forbids.
public struct Policy: Sendable {
    /// What a policy does when it applies.
    public enum Effect: String, Sendable {
        /// Allows, unless a `forbid` applies too.
        case permit
        /// Denies, whatever else applies.
        case forbid
    }

    /// A note on a policy, `@key("value")`.
    public struct Annotation: Sendable, Hashable {
        /// The key.
        public let key: String
        /// The value; empty where the policy gives none.
        public let value: String
    }

    /// What the head of a policy says of the principal or the resource.
    public enum EntityScope: Sendable, Hashable {
        /// Anything.
        case any
        /// Exactly this entity.
        case equal(EntityUID)
        /// This entity or anything below it.
        case isIn(EntityUID)
        /// Any entity of a type.
        case type(String)
        /// Any entity of a type that is this entity or below it.
        case typeIn(String, EntityUID)
        /// Exactly the entity that a link puts into the slot; only in templates.
        case equalSlot
        /// The entity that a link puts into the slot, or anything below it; only in templates.
        case isInSlot
        /// Any entity of a type that is the entity in the slot or below it; only in templates.
        case typeInSlot(String)
    }

    /// A place in the head of a template that a link fills.
    public enum Slot: String, Sendable, Hashable, CaseIterable {
        /// In what the head says of the principal.
        case principal = "?principal"
        /// In what the head says of the resource.
        case resource = "?resource"
    }

    /// What the head of a policy says of the action.
    public enum ActionScope: Sendable, Hashable {
        /// Anything.
        case any
        /// Exactly this action.
        case equal(EntityUID)
        /// One of these actions or groups of actions, or anything below them.
        case isIn([EntityUID])
    }

    /// `when { … }` or `unless { … }`.
    public struct Condition: Sendable {
        /// Whether it stops the policy when it is true.
        public let isUnless: Bool
        /// What must be a boolean.
        public let body: Expression
    }

    /// The name: the value of `@id`, or `policy` and its position among policies and templates, counted from 0; of a
    /// linked policy the name that the link gave it.
    public let id: String
    /// What it does.
    public let effect: Effect
    /// Its notes in the order of the text, each key once.
    public let annotations: [Annotation]
    /// Whom it is about.
    public let principal: EntityScope
    /// What it is about.
    public let action: ActionScope
    /// Which things it is about.
    public let resource: EntityScope
    /// All of which must hold.
    public let conditions: [Condition]
    /// Where it begins: bytes from the beginning of the text.
    public let offset: Int
    /// Entities that its head names, with where they stand.
    public let scopeEntities: [(uid: EntityUID, offset: Int)]
    /// Entity types that its head names after `is`, with where they stand.
    public let scopeTypes: [(type: String, offset: Int)]
    /// Where a linked policy comes from; `nil` for a static policy and for a template.
    public let link: TemplateLink?
}
