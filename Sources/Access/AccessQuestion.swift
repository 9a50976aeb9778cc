internal import Cedar
public import Inference

/// What policy has to know of a request, apart from where it may go. Made once a request; asked for each candidate.
public struct AccessQuestion: Sendable {
    /// The request.
    public let requestID: RequestID
    /// Who sends it.
    public let principal: Principal

    /// `User::"alice"` or `Service::"indexer"`.
    let uid: EntityUID
    /// The principal with everything above it.
    let entities: Entities
    let context: Record

    /// Puts a question together.
    ///
    /// `now` is the time in seconds since 1970, UTC; `clientAddress` an IP address in text form, left out of the context
    /// if it is none; `counted` those classes that the policies know (`AccessPolicy.counted`); `purpose` what the caller says it needs the answer for; `estimatedTokens` those of the prompt.
    public init(
        requestID: RequestID, principal: Principal, operation: Operation, dialect: Dialect, data: DataSummary,
        counted: CountedClasses = .basic, tools: [String] = [], estimatedTokens: Int, purpose: String? = nil,
        clientAddress: String? = nil, now: Int64
    ) {
        self.requestID = requestID
        self.principal = principal
        uid = Vocabulary.uid(of: principal)
        entities = Vocabulary.entities(of: principal, uid)
        context = Vocabulary.context(
            operation: operation.rawValue, dialect: dialect.rawValue, data: data, counted: counted, tools: tools,
            estimatedTokens: estimatedTokens, purpose: purpose, clientAddress: clientAddress, now: now)
    }
}
