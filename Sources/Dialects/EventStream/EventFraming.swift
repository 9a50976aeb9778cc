public import Inference

/// How the events of a stream are told from each other.
public enum EventFraming: Sendable, Hashable {
    /// Lines of `text/event-stream` (WHATWG HTML §9.2.6).
    case lines
    /// Frames of `application/vnd.amazon.eventstream`, lengths before and checksums in each.
    case frames
}

extension Dialect {
    /// How its streams are framed.
    public var framing: EventFraming { self == .bedrock ? .frames : .lines }

    /// The media type of its streams, without parameters.
    public var streamType: String {
        self == .bedrock ? "application/vnd.amazon.eventstream" : "text/event-stream"
    }
}
