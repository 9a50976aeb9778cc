public import Inference

/// A provider's answer as it came, before anything was put back into it, and what has to be known of it.
///
/// It holds what the provider was sent of the request that it answers: surrogates where policy permitted those, the caller's own words where
/// it permitted these. So nobody but who sends the same may see it, which `AnswerKeys` sees to.
public struct KeptAnswer: Hashable, Sendable {
    /// The field `content-type` of the answer.
    public let contentType: String
    /// Its body: JSON, or a whole stream in the provider's framing.
    public let body: [UInt8]
    /// The request that was sent for it.
    public let request: RequestID
    /// When it was whole, in milliseconds since 1970.
    public let made: Int64
    /// From when on it is not given out any more, in milliseconds since 1970.
    public let expires: Int64

    /// By how much the clocks of gateways that share a store may differ, in milliseconds.
    private static let skew: Int64 = 60_000

    /// Puts it together.
    public init(contentType: String, body: [UInt8], request: RequestID, made: Int64, expires: Int64) {
        self.contentType = contentType
        self.body = body
        self.request = request
        self.made = made
        self.expires = expires
    }

    /// Its age at a time in milliseconds since 1970; `nil` where it must not be given out then: it has expired, is older than `maximumAge`
    /// (milliseconds), or of a time that has not come.
    public func age(at now: Int64, maximumAge: Int64? = nil) -> Int64? {
        guard now < expires, made <= now || made - now <= Self.skew else { return nil }
        let age = max(0, now - made)
        if let maximumAge, age > maximumAge { return nil }
        return age
    }
}
