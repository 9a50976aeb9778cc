/// What a request's path says of it, in the dialects that have it there instead of in the body.
public struct RequestAddress: Sendable, Hashable {
    /// The model asked for, decoded.
    public var model: String
    /// Whether the answer shall be streamed.
    public var isStreaming: Bool

    /// Puts an address together.
    public init(model: String, isStreaming: Bool) {
        self.model = model
        self.isStreaming = isStreaming
    }
}
