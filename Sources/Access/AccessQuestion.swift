internal import Cedar
public import Inference

/// What policy has to know of a request, apart from where it may go. `AccessPolicy.question` makes it, once a request; it is asked
/// for each candidate.
public struct AccessQuestion: Sendable {
    /// The request.
    public let requestID: RequestID
    /// Who sends it.
    public let principal: Principal
    /// The tools that the request defines, each once.
    public let tools: [String]

    /// The principal as policies see it.
    let asker: Asker
    let context: Record
    /// The address in the context, in text form.
    let clientAddress: String?
}

/// A principal as policies see it.
struct Asker: Sendable {
    /// `User::"alice"` or `Service::"indexer"`.
    let uid: EntityUID
    /// The principal with its attributes and parents.
    let described: Entity
    /// The same, with everything above it worked out.
    let entities: Entities
    /// Attributes that the principal has with other types than the schema declares, in words; not empty denies everything.
    let faults: [String]
}
