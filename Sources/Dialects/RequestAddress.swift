/// What a request's path says of it, in the dialects that have it there instead of in the body.
public struct RequestAddress: Sendable, Hashable {
    /// The model asked for, decoded.
    public var model: String
    /// Whether the answer shall be streamed.
    public var isStreaming: Bool
    /// How a streamed answer comes.
    public var framing: StreamFraming

    /// Puts an address together.
    public init(model: String, isStreaming: Bool, framing: StreamFraming = .events) {
        self.model = model
        self.isStreaming = isStreaming
        self.framing = framing
    }
}
