internal import Suggestions

/// What makes a policy of a template: a name, and an entity for each slot.
public struct TemplateLink: Sendable, Hashable {
    /// The name of the template.
    public let template: String
    /// The name of the policy that it makes.
    public let id: String
    /// What stands in the template's slots: each of them, and no other.
    public let values: [Policy.Slot: EntityUID]

    /// Puts a link together.
    public init(template: String, id: String, values: [Policy.Slot: EntityUID]) {
        self.template = template
        self.id = id
        self.values = values
    }
}

/// Why a link makes no policy.
public enum TemplateLinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No template has the name; with the closest name that there is.
    case unknownTemplate(TemplateLink, closest: String?)
    /// A policy or template has the new name already.
    case duplicate(TemplateLink)
    /// The link has no entity for a slot of the template.
    case missing(Policy.Slot, TemplateLink)
    /// The template has no such slot.
    case unexpected(Policy.Slot, TemplateLink)

    /// The link that made no policy.
    public var link: TemplateLink {
        switch self {
        case .unknownTemplate(let link, _), .duplicate(let link), .missing(_, let link), .unexpected(_, let link): link
        }
    }

    /// In the house's style.
    public var description: String {
        switch self {
        case .unknownTemplate(let link, let closest):
            "link `\(link.id)`: unknown template `\(link.template)`"
                + (closest.map { ", did you mean `\($0)`?" } ?? "")
        case .duplicate(let link): "link `\(link.id)`: another policy or template has this id already"
        case .missing(let slot, let link):
            "link `\(link.id)`: no entity for the slot `\(slot.rawValue)` of template `\(link.template)`"
        case .unexpected(let slot, let link):
            "link `\(link.id)`: template `\(link.template)` has no slot `\(slot.rawValue)`"
        }
    }
}

extension Policy {
    /// Whether its head has slots, so that it decides nothing until a link fills them.
    public var isTemplate: Bool { !slots.isEmpty }

    /// The slots of its head.
    public var slots: [Slot] {
        (principal.hasSlot ? [.principal] : []) + (resource.hasSlot ? [.resource] : [])
    }

    /// The policy that a link makes of it.
    func linked(by link: TemplateLink) throws(TemplateLinkError) -> Policy {
        let slots = slots
        for slot in Slot.allCases {
            if slots.contains(slot) {
                guard link.values[slot] != nil else { throw .missing(slot, link) }
            } else if link.values[slot] != nil {
                throw .unexpected(slot, link)
            }
        }
        return Policy(
            id: link.id, effect: effect, annotations: annotations, principal: principal.filled(link.values[.principal]),
            action: action, resource: resource.filled(link.values[.resource]), conditions: conditions, offset: offset,
            scopeEntities: scopeEntities + link.values.values.map { (uid: $0, offset: offset) },
            scopeTypes: scopeTypes, link: link)
    }
}

extension Policy.EntityScope {
    /// Whether a link has to fill it.
    var hasSlot: Bool {
        switch self {
        case .equalSlot, .isInSlot, .typeInSlot: true
        case .any, .equal, .isIn, .type, .typeIn: false
        }
    }

    func filled(_ uid: EntityUID?) -> Policy.EntityScope {
        guard let uid else { return self }
        switch self {
        case .equalSlot: return .equal(uid)
        case .isInSlot: return .isIn(uid)
        case .typeInSlot(let type): return .typeIn(type, uid)
        case .any, .equal, .isIn, .type, .typeIn: return self
        }
    }
}

extension PolicySet {
    /// The policies with those that the links make of templates behind them.
    ///
    /// Throws at the first link that names no template, brings a name that another policy or template has, or leaves a
    /// slot empty or fills one that is not there.
    public func linking(_ links: [TemplateLink]) throws(TemplateLinkError) -> PolicySet {
        var names = Set((policies + templates).map { ByteKey($0.id) })
        let index = Dictionary(templates.map { (ByteKey($0.id), $0) }) { first, _ in first }
        var linked: [Policy] = []
        for link in links {
            guard let template = index[ByteKey(link.template)] else {
                throw .unknownTemplate(
                    link, closest: Spelling.closest(to: link.template, among: templates.map(\.id)))
            }
            guard names.insert(ByteKey(link.id)).inserted else { throw .duplicate(link) }
            linked.append(try template.linked(by: link))
        }
        return PolicySet(policies: policies + linked, templates: templates, source: source)
    }

    /// The links that made policies of templates, in order.
    public var links: [TemplateLink] { policies.compactMap(\.link) }
}
